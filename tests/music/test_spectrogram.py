import numpy as np
import pytest

from vibelux.emotions import EMOTIONS
from vibelux.errors import InvalidInput, ModelError
from vibelux.models import Card
from vibelux.music import spectrogram
from vibelux.music.spectrogram import MelSettings, log_mel, mel_filterbank, mel_frequencies

DEFAULT = MelSettings()
OTHERS = [
    MelSettings(sample_rate=22050, n_fft=2048, hop_length=512, n_mels=128, fmin=0.0, fmax=11025.0),
    MelSettings(sample_rate=16000, n_fft=512, hop_length=160, n_mels=40, fmin=60.0, fmax=900.0),
    MelSettings(n_fft=1000, hop_length=400, n_mels=96),
]


def noise(n: int, *, seed: int = 0, level: float = 0.3) -> np.ndarray:
    return (level * np.random.default_rng(seed).standard_normal(n)).astype(np.float32)


def tone(hz: float, *, seconds: float = 1.0, rate: int = 16000, level: float = 0.5) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)).astype("f4")


def reference(samples: np.ndarray, settings: MelSettings) -> np.ndarray:
    librosa = pytest.importorskip("librosa")
    power = librosa.feature.melspectrogram(
        y=samples.astype(np.float64),
        sr=settings.sample_rate,
        n_fft=settings.n_fft,
        hop_length=settings.hop_length,
        n_mels=settings.n_mels,
        fmin=settings.fmin,
        fmax=settings.fmax,
        power=2.0,
        center=True,
        pad_mode="constant",
    )
    return 10 * np.log10(np.maximum(power, settings.amin))


@pytest.mark.filterwarnings("ignore:n_fft=.* is too large:UserWarning")
@pytest.mark.parametrize("settings", [DEFAULT, *OTHERS])
@pytest.mark.parametrize("n", [1, 511, 512, 5000, 48000])
def test_agrees_with_librosa(settings: MelSettings, n: int) -> None:
    expected = reference(noise(n), settings)
    ours = log_mel(noise(n), settings)
    assert ours.shape == expected.shape == (settings.n_mels, settings.frames(n))
    assert ours.dtype == np.float32
    np.testing.assert_allclose(ours, expected, atol=2e-3)


def test_agrees_with_librosa_on_music_like_dynamics() -> None:
    samples = tone(440.0, seconds=3) + tone(3000.0, seconds=3, level=1e-3)
    samples *= np.linspace(1.0, 0.001, len(samples), dtype=np.float32)
    ours, expected = log_mel(samples, DEFAULT), reference(samples, DEFAULT)
    audible = expected > -60
    np.testing.assert_allclose(ours[audible], expected[audible], atol=5e-3)


def test_filterbank_agrees_with_librosa() -> None:
    librosa = pytest.importorskip("librosa")
    for settings in (DEFAULT, *OTHERS):
        expected = librosa.filters.mel(
            sr=settings.sample_rate,
            n_fft=settings.n_fft,
            n_mels=settings.n_mels,
            fmin=settings.fmin,
            fmax=settings.fmax,
        )
        np.testing.assert_allclose(mel_filterbank(settings), expected, rtol=1e-5, atol=1e-9)


def test_decibels_keep_sign_and_precision() -> None:
    # Cast to uint8, decibels wrap around (-80 becomes 176, -1 becomes 255): order is lost.
    loud, quiet = (log_mel(tone(440.0, level=level), DEFAULT) for level in (0.5, 0.005))
    inside = slice(4, -4)
    band = int(loud[:, inside].mean(axis=1).argmax())
    np.testing.assert_allclose(loud[band, inside] - quiet[band, inside], 40.0, atol=1e-3)
    assert log_mel(np.zeros(4000, np.float32), DEFAULT).max() == pytest.approx(-100.0)
    assert quiet.min() < -60 < 0 < loud.max()
    assert len(np.unique(loud)) > 256


@pytest.mark.parametrize("hz", [110.0, 440.0, 1000.0, 4000.0])
def test_a_tone_lights_its_band(hz: float) -> None:
    decibels = log_mel(tone(hz), DEFAULT)
    centres = mel_frequencies(DEFAULT)
    nearest = np.abs(centres - hz).argmin()
    assert abs(int(decibels[:, 10].argmax()) - int(nearest)) <= 1


def test_leading_axes_are_kept() -> None:
    batch = np.stack([noise(4000, seed=seed) for seed in range(6)])
    together = log_mel(batch.reshape(2, 3, 4000), DEFAULT)
    assert together.shape == (2, 3, 192, 8)
    for index, samples in enumerate(batch):
        np.testing.assert_array_equal(together[index // 3, index % 3], log_mel(samples, DEFAULT))


def test_long_input_in_blocks_equals_one_block(monkeypatch: pytest.MonkeyPatch) -> None:
    samples = noise(100_000)
    whole = log_mel(samples, DEFAULT)
    monkeypatch.setattr(spectrogram, "_FRAMES_AT_ONCE", 7)
    np.testing.assert_allclose(log_mel(samples, DEFAULT), whole, atol=1e-4)


def test_float64_is_accepted_and_integers_are_not() -> None:
    assert log_mel(noise(1000).astype(np.float64), DEFAULT).dtype == np.float32
    with pytest.raises(InvalidInput, match="int16"):
        log_mel(np.zeros(1000, np.int16), DEFAULT)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"hop_length": 0}, "hop_length=0"),
        ({"n_fft": 1023}, "n_fft=1023 must be even"),
        ({"n_mels": 9.5}, r"n_mels=9\.5"),
        ({"fmax": 9000.0}, r"fmax=9000\.0"),
        ({"fmin": 8000.0}, r"fmin=8000\.0"),
        ({"amin": 0.0}, r"amin=0\.0"),
    ],
)
def test_impossible_settings_are_named(change: dict[str, float], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        MelSettings(**change)  # type: ignore[arg-type]


def card(**preprocessing: object) -> Card:
    return Card("music", "music", "1", "0" * 64, EMOTIONS, {}, {}, preprocessing)


def test_settings_come_from_the_card() -> None:
    constants = {
        "sample_rate": 8000,
        "n_fft": 256,
        "hop_length": 128,
        "n_mels": 20,
        "fmin": 50.0,
        "fmax": 3900.0,
        "amin": 1e-8,
    }
    settings = MelSettings.from_card(card(**constants, window_seconds=10.0))
    assert settings == MelSettings(**constants)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="lacks amin"):
        MelSettings.from_card(card(**{k: v for k, v in constants.items() if k != "amin"}))
    with pytest.raises(ModelError, match="n_fft=-1"):
        MelSettings.from_card(card(**constants | {"n_fft": -1}))

import numpy as np
import pytest

from vibelux.errors import AudioError
from vibelux.players.sound import RATE, stereo


@pytest.mark.parametrize(
    ("name", "rate", "layout"),
    [
        ("a.flac", 44100, "stereo"),
        ("a.wav", 48000, "mono"),
        ("a.wav", 22050, "5.1"),
        ("a.mp3", 32000, "stereo"),
        ("a.opus", 48000, "mono"),
    ],
)
def test_any_rate_and_layout_becomes_stereo_at_one_rate(tmp_path, tone, name, rate, layout):
    tone(tmp_path / name, 1.5, hertz=500, rate=rate, layout=layout)
    sound = np.concatenate(list(stereo(tmp_path / name)))
    assert sound.dtype == np.float32
    assert sound.shape == (pytest.approx(1.5 * RATE, abs=0.06 * RATE), 2)
    assert np.abs(sound).max() <= 1
    for side in sound[RATE // 2 : RATE].T:
        spectrum = np.abs(np.fft.rfft(side))
        assert np.fft.rfftfreq(side.size, 1 / RATE)[spectrum.argmax()] == pytest.approx(500, abs=2)


@pytest.mark.parametrize("name", ["a.flac", "a.mp3"])
def test_begins_where_it_is_told(tmp_path, tone, name):
    tone(tmp_path / name, 3.0)
    whole = np.concatenate(list(stereo(tmp_path / name)))
    rest = np.concatenate(list(stereo(tmp_path / name, start=2.0)))
    assert len(rest) == pytest.approx(len(whole) - 2 * RATE, abs=0.06 * RATE)
    assert list(stereo(tmp_path / name, start=60)) == []


def test_says_what_cannot_be_decoded(tmp_path):
    with pytest.raises(AudioError, match="no such file"):
        next(stereo(tmp_path / "gone.mp3"))
    (tmp_path / "text.mp3").write_text("no sound" * 100)
    with pytest.raises(AudioError, match="it is not an audio file"):
        next(stereo(tmp_path / "text.mp3"))


@pytest.mark.parametrize("layouts", [("mono", "stereo"), ("5.1", "mono"), ("stereo", "stereo")])
def test_all_links_of_a_chain_are_played(tmp_path, tone, layouts):
    """Songs of a recorded radio station, one after another in one Ogg file."""
    data = b""
    for hertz, layout in zip((500, 700), layouts, strict=True):
        tone(tmp_path / "a.opus", 2.0, hertz=hertz, rate=48000, layout=layout)
        data += (tmp_path / "a.opus").read_bytes()
    (tmp_path / "chain.opus").write_bytes(data)
    for start, heard in ((0.0, [500, 500, 700, 700]), (1.0, [500, 700, 700]), (3.0, [700])):
        sound = np.concatenate(list(stereo(tmp_path / "chain.opus", start=start)))
        assert len(sound) == pytest.approx(len(heard) * RATE, abs=0.05 * RATE)
        seconds = np.resize(sound[:, 0], (len(heard), RATE))
        peaks = np.abs(np.fft.rfft(seconds * np.hanning(RATE))).argmax(axis=1)
        assert peaks == pytest.approx(heard, abs=3)

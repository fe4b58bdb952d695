"""The shipped music model on real clips: the form of a file must hardly matter."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from vibelux.datasets.songs import read_songs
from vibelux.emotions import EMOTIONS
from vibelux.models import WEIGHTS, Card
from vibelux.music.decode import decode
from vibelux.music.emotion import MusicModel, SongAnalysis


@pytest.fixture(scope="module")
def music() -> MusicModel:
    return MusicModel.load()


@pytest.fixture(scope="module")
def clips(shared_data) -> list[Path]:
    rows = read_songs(shared_data / "music" / "manifest.csv").rows
    return [row.path for row in rows if row.quadrant][::85]


def encode(path: Path, samples: np.ndarray, *, codec: str, gain_db: float) -> Path:
    """Write 44.1 kHz stereo with another loudness."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=44100, layout="stereo")
        stream.bit_rate = 128_000
        louder = (samples * 10 ** (gain_db / 20)).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(louder[None], format="fltp", layout="mono")
        frame.sample_rate, frame.time_base = 16000, Fraction(1, 16000)
        resampler = av.AudioResampler(
            format=stream.format.name, layout="stereo", rate=44100,
            frame_size=stream.codec_context.frame_size or None,
        )  # fmt: skip
        for part in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return path


def distance(a: SongAnalysis, b: SongAnalysis) -> float:
    """Total variation: the share of the mood that moved."""
    return float(np.abs(a.mood - b.mood).sum() / 2)


def test_codec_and_loudness_hardly_move_the_mood(music, clips, tmp_path):
    moved, between = [], []
    analyses = [music.analyse(clip) for clip in clips]
    for i, clip in enumerate(clips):
        samples = decode(clip, sample_rate=16000)
        for codec, gain in (("mp3", -12.0), ("flac", -3.0)):
            file = encode(tmp_path / f"{i}.{codec}", samples, codec=codec, gain_db=gain)
            again = music.analyse(file)
            moved.append(distance(analyses[i], again))
            assert abs(again.arousal - analyses[i].arousal) < 0.15
        between += [distance(analyses[i], other) for other in analyses[:i]]
    print(f"mood moved by {np.mean(moved):.3f} on average, {np.max(moved):.3f} at most; "
          f"two clips differ by {np.mean(between):.3f}")  # fmt: skip
    assert np.mean(moved) < 0.03
    assert np.max(moved) < 0.12
    assert np.mean(between) > 4 * np.mean(moved)


def test_the_card_says_where_the_weights_come_from():
    card = Card.read(WEIGHTS / "music.json")
    assert card.labels == EMOTIONS
    assert {"4q", "emotify"} <= set(card.training["collections"])
    assert "ravdess_song" not in card.training["collections"]  # its terms would bind the weights
    assert all("research" in terms for terms in card.training["collections"].values())
    assert any("surprise" in limit.lower() for limit in card.limits)
    assert card.metrics["quadrant_macro_f1"] >= 0.72
    assert card.metrics["valence_accuracy"] >= 0.77
    assert max(card.metrics[f"ece_{name}"] for name in EMOTIONS) <= 0.06
    assert "tension" in card.outputs
    assert (WEIGHTS / "music.onnx").stat().st_size < 10_000_000

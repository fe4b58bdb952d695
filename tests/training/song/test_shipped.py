"""The shipped music model on real clips: the form of a file must hardly matter."""

from pathlib import Path

import numpy as np
import pytest

from vibelux.datasets.song_files import read_songs
from vibelux.emotions import EMOTIONS
from vibelux.models import WEIGHTS, Card
from vibelux.music.decode import decode
from vibelux.music.emotion import MusicModel, SongAnalysis
from vibelux.samples.rendering import Format, write_audio
from vibelux.samples.synthesis import RATE

FORMS = (
    (Format(".mp3", "mp3", "libmp3lame", "fltp", RATE, 128_000), -12.0),
    (Format(".flac", "flac", "flac", "s16"), -3.0),
)


@pytest.fixture(scope="module")
def music() -> MusicModel:
    return MusicModel.load()


@pytest.fixture(scope="module")
def clips(shared_data) -> list[Path]:
    rows = read_songs(shared_data / "music" / "manifest.csv").rows
    return [row.path for row in rows if row.quadrant][::85]


def distance(a: SongAnalysis, b: SongAnalysis) -> float:
    """Total variation: the share of the mood that moved."""
    return float(np.abs(a.mood - b.mood).sum() / 2)


def test_codec_and_loudness_hardly_move_the_mood(music, clips, tmp_path):
    moved, between = [], []
    analyses = [music.analyse(clip) for clip in clips]
    for i, clip in enumerate(clips):
        samples = decode(clip, sample_rate=RATE)
        for form, gain_db in FORMS:
            file = tmp_path / f"{i}{form.suffix}"
            louder = np.stack([samples, samples]) * np.float32(10 ** (gain_db / 20))
            write_audio(file, louder, file_format=form, tags={})
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

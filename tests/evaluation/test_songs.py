import json
from pathlib import Path

import numpy as np
import pytest

from vibelux.datasets.song_files import read_songs
from vibelux.datasets.songs import LabelledSong, SongData
from vibelux.emotions import EMOTIONS
from vibelux.evaluation.songs import (
    SONG_KEYS,
    SongPredictions,
    evaluate_songs,
    off_scale,
    predict_songs,
    quadrant_intervals,
)
from vibelux.models import Model, load_model


@pytest.fixture
def model(music_model: Path) -> Model:
    return load_model("music", music_model)


def song(name: str = "a", **labels: object) -> LabelledSong:
    return LabelledSong(path=Path(name), given=name, group=labels.pop("group", name), **labels)


def predictions(
    quadrant: list[list[float]], mood: list[int] | None = None, **dimensions: list[float]
) -> SongPredictions:
    n = len(quadrant)
    return SongPredictions(
        mood=np.eye(7, dtype=np.float32)[mood or [0] * n] * 0.9 + np.float32(0.1 / 7),
        quadrant=np.array(quadrant, dtype=np.float32),
        valence=np.array(dimensions.get("valence", [0.0] * n), dtype=np.float32),
        arousal=np.array(dimensions.get("arousal", [0.0] * n), dtype=np.float32),
    )


def spectrogram(folder: Path, name: str, *, frames: int = 400, **bands: float) -> Path:
    """Write a spectrogram whose band b has the given decibels, all others 0."""
    decibels = np.zeros((96, frames), dtype=np.float16)
    for band, value in bands.items():
        decibels[int(band[1:])] = value
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, decibels)
    return path


def test_the_keys_are_the_documented_ones() -> None:
    figures = evaluate_songs(SongData((song(),)), predictions([[1, 0, 0, 0]]))
    assert tuple(figures) == SONG_KEYS
    assert SONG_KEYS[:10] == (
        "n", "quadrant_macro_f1", "quadrant_accuracy", "arousal_accuracy", "valence_accuracy",
        "valence_r", "arousal_r", "valence_r2", "arousal_r2", "emotion_macro_f1",
    )  # fmt: skip
    assert set(SONG_KEYS[10:]) == {f"{k}_{e}" for k in ("auc", "n") for e in EMOTIONS}


def test_halves_come_from_sums_of_quadrants_not_from_the_strongest() -> None:
    songs = SongData(tuple(song(quadrant=q) for q in ("Q1", "Q2", "Q3", "Q4")))
    found = predictions(
        [
            [0.30, 0.05, 0.40, 0.25],  # strongest Q3, but V+ 0.55 and A− 0.65
            [0.30, 0.40, 0.20, 0.10],  # Q2, V− 0.60, A+ 0.70
            [0.00, 0.00, 1.00, 0.00],
            [0.00, 0.45, 0.00, 0.55],
        ]
    )
    figures = evaluate_songs(songs, found)
    assert figures["quadrant_accuracy"] == 0.75
    assert figures["valence_accuracy"] == 1.0
    assert figures["arousal_accuracy"] == 0.75
    assert figures["quadrant_macro_f1"] == pytest.approx((0 + 1 + 2 / 3 + 1) / 4)


def test_songs_count_only_for_the_labels_they_have() -> None:
    songs = SongData(
        (
            song(quadrant="Q1"),
            song(valence=0.5, arousal=-1.0),
            song(valence=-0.5, arousal=0.0),
            song(valence=0.0),
            song(emotion="joy"),
            song(emotion="sad"),
            song(emotion="calm"),
        )
    )
    found = predictions(
        [[1, 0, 0, 0]] * 7,
        mood=[0, 0, 0, 0, 3, 3, 1],
        valence=[9, 0.4, -0.6, 0.2, 9, 9, 9],
        arousal=[9, -0.5, 0.5, 9, 9, 9, 9],
    )
    figures = evaluate_songs(songs, found)
    assert figures["n"] == 7
    assert figures["quadrant_accuracy"] == 1.0
    assert figures["valence_r2"] == pytest.approx(1 - (0.01 + 0.01 + 0.04) / 0.5)
    assert figures["arousal_r"] == pytest.approx(1.0)
    assert figures["arousal_r2"] == pytest.approx(1 - 0.5 / 0.5)
    assert (figures["n_happy"], figures["n_sad"], figures["n_neutral"]) == (1, 1, 0)
    assert figures["auc_happy"] == 0.5  # both songs look equally happy
    assert figures["auc_neutral"] is None
    assert figures["emotion_macro_f1"] == pytest.approx((2 / 3 + 0) / 2)


def test_without_labels_everything_but_counts_is_none() -> None:
    figures = evaluate_songs(SongData((song(), song())), predictions([[1, 0, 0, 0]] * 2))
    counts = {"n": 2, **{f"n_{name}": 0 for name in EMOTIONS}}
    assert figures == {key: counts.get(key) for key in SONG_KEYS}


def test_r_squared_needs_labels_on_the_models_scale() -> None:
    songs = SongData((song(arousal=2.0), song(arousal=5.0), song(arousal=7.0)))
    found = predictions([[1, 0, 0, 0]] * 3, arousal=[-0.5, 0.0, 0.5])
    figures = evaluate_songs(songs, found)
    assert figures["arousal_r"] == pytest.approx(0.9933, abs=1e-4)
    assert figures["arousal_r2"] is None
    assert off_scale(songs) == ["arousal"]


def test_intervals_widen_when_songs_share_a_group() -> None:
    rng = np.random.default_rng(0)
    right = rng.random(30) < 0.6
    quadrants = [[1, 0, 0, 0] if ok else [0, 0, 1, 0] for ok in np.repeat(right, 5)]
    alone = SongData(tuple(song(str(i), quadrant="Q1") for i in range(150)))
    grouped = SongData(tuple(song(str(i), quadrant="Q1", group=str(i // 5)) for i in range(150)))
    width = []
    for songs in (alone, grouped):
        low, high = quadrant_intervals(songs, predictions(quadrants))["quadrant_accuracy"]
        assert low < right.mean() < high
        width.append(high - low)
    assert width[1] > 1.7 * width[0]


def test_spectrograms_are_read_in_windows_that_cover_the_song(model: Model, tmp_path: Path) -> None:
    decibels = np.zeros((96, 700), dtype=np.float16)
    decibels[3, :] = 50
    decibels[11, 626:] = 100  # heard by the last window only, frames 387 to 699
    path = tmp_path / "happy" / "a.npy"
    path.parent.mkdir()
    np.save(path, decibels)
    spectrogram(tmp_path, "sad/short.npy", frames=40, b8=60)
    found = predict_songs(model, read_songs(tmp_path))
    assert found.failed == ()
    assert EMOTIONS[int(found.mood[0].argmax())] == "happy"
    share = (700 - 626) / 313
    assert found.valence[0] == pytest.approx(np.tanh(share) / 3, abs=1e-4)
    # the short song is padded with silence of −100 dB: 60·40/313 − 100·273/313 in band 8
    logits = np.array([-1, (60 * 40 - 100 * 273) / 313 / 100, -1, -1]) * 10
    logits[[0, 2, 3]] = -100 * 273 / 313 / 10
    expected = np.exp(logits) / np.exp(logits).sum()
    np.testing.assert_allclose(found.quadrant[1], expected, atol=1e-3)


def test_songs_that_cannot_be_analysed_are_listed_and_the_others_counted(
    model: Model, tmp_path: Path
) -> None:
    spectrogram(tmp_path, "happy/good.npy", b3=50)
    np.save(tmp_path / "happy" / "shape.npy", np.zeros((12, 400), dtype=np.float16))
    np.save(tmp_path / "happy" / "whole.npy", np.zeros((96, 400), dtype=np.uint8))
    np.save(tmp_path / "happy" / "nan.npy", np.full((96, 400), np.nan, dtype=np.float16))
    (tmp_path / "happy" / "text.npy").write_text("no array")
    (tmp_path / "happy" / "empty.mp3").touch()
    (tmp_path / "happy" / "picture.mp3").write_bytes(b"\xff\xd8\xff\xe0 no sound" * 50)
    songs = read_songs(tmp_path)
    done: list[int] = []
    found = predict_songs(model, songs, on_progress=done.append)
    assert done == list(range(1, 8))
    reasons = dict(found.failed)
    assert set(reasons) == {row.given for row in songs.rows} - {"happy/good.npy"}
    assert "has shape (12, 400), (96, frames) is needed" in reasons["happy/shape.npy"]
    assert "decibels are finite floats" in reasons["happy/whole.npy"]
    assert "decibels are finite floats" in reasons["happy/nan.npy"]
    assert "is not a readable spectrogram" in reasons["happy/text.npy"]
    assert "empty" in reasons["happy/empty.mp3"]
    figures = evaluate_songs(songs, found)
    assert figures["n"] == figures["n_happy"] == 1


def test_spectrograms_of_other_constants_are_refused(model: Model, tmp_path: Path) -> None:
    spectrogram(tmp_path, "happy/a.npy", b3=50)
    constants = tmp_path / "preprocess.json"
    constants.write_text(json.dumps({"hop_length": 512, "n_mels": 96}))
    assert predict_songs(model, read_songs(tmp_path)).failed == ()
    constants.write_text(json.dumps({"hop_length": 256}))
    [(given, reason)] = predict_songs(model, read_songs(tmp_path)).failed
    assert given == "happy/a.npy"
    assert "was made with hop_length=256, the model needs 512" in reason


def test_real_clips_are_analysed(model: Model, shared_data: Path) -> None:
    songs = read_songs(shared_data / "music" / "manifest.csv")
    few = SongData(songs.rows[::400])
    found = predict_songs(model, few)
    assert found.failed == ()
    np.testing.assert_allclose(found.mood.sum(axis=1), 1, atol=1e-5)
    assert evaluate_songs(few, found)["n"] == len(few) == 6

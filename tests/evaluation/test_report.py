import csv
import re
from pathlib import Path

import numpy as np
import pytest

from vibelux.datasets.faces import FaceData
from vibelux.datasets.songs import LabelledSong, SongData
from vibelux.emotions import EMOTIONS
from vibelux.errors import VibeluxError
from vibelux.evaluation import metrics
from vibelux.evaluation.faces import FacePredictions, evaluate_faces
from vibelux.evaluation.predictions import write_face_predictions, write_song_predictions
from vibelux.evaluation.report import Subject, write_face_report, write_song_report
from vibelux.evaluation.songs import SongPredictions

SUBJECT = Subject(model="face-1", data="test", command="vibelux evaluate face", limits=("Few.",))


@pytest.fixture
def faces() -> tuple[FaceData, FacePredictions]:
    random = np.random.default_rng(0)
    data = FaceData(
        images=np.zeros((90, 48, 48), dtype=np.uint8),
        label=random.integers(7, size=90),
        votes=random.multinomial(10, np.ones(10) / 10, size=90).astype(np.float32),
        skipped=(("bad\n.png", "damaged"),),
    )
    mood, label = random.dirichlet(np.ones(7), size=(2, 90)).astype(np.float32)
    return data, FacePredictions(mood=mood, label=label)


@pytest.fixture
def songs() -> tuple[SongData, SongPredictions]:
    rows = [
        LabelledSong(path=Path(name), given=name, group=name, quadrant="Q1", emotion="happy")
        for name in ('a "b", c.mp3', "ü\udcff.mp3", "lost.mp3")
    ]
    mood = np.full((3, 7), 1 / 7, dtype=np.float32)
    quadrant = np.tile(np.array([0.1, 0.2, 0.3, 0.4], dtype=np.float32), (3, 1))
    valence = np.array([0.25, -1 / 3, np.nan], dtype=np.float32)
    predictions = SongPredictions(
        mood=mood,
        quadrant=quadrant,
        valence=valence,
        arousal=valence,
        failed=(("lost.mp3", "gone"),),
    )
    return SongData(tuple(rows)), predictions


def test_a_face_report_shows_the_figures_and_every_image_exists(
    faces: tuple[FaceData, FacePredictions], tmp_path: Path
) -> None:
    data, predictions = faces
    page = write_face_report(tmp_path / "new" / "report", data, predictions, subject=SUBJECT)
    text = page.read_text(encoding="utf-8")
    figures = evaluate_faces(data, predictions)
    assert f"| accuracy | {figures['accuracy']:.3f} ({figures['accuracy_low']:.3f} to" in text
    assert f"| FER+: mean KL(votes ‖ mood) | {figures['ferplus_kl']:.3f} |" in text
    assert "- bad?.png: damaged" in text
    assert text.startswith("# face-1 on test\n")
    assert "- Few." in text
    images = re.findall(r"!\[.*\]\((.*)\)", text)
    assert images == ["confusion.png", "reliability.png", "reliability_mood.png"]
    assert all((page.parent / image).stat().st_size > 5000 for image in images)


def test_a_song_report_has_plots_only_where_there_are_quadrants(
    songs: tuple[SongData, SongPredictions], tmp_path: Path
) -> None:
    data, predictions = songs
    text = write_song_report(tmp_path, data, predictions, subject=SUBJECT).read_text("utf-8")
    assert "![Confusion of the quadrant](confusion.png)" in text
    assert "- lost.mp3: gone" in text
    assert "| happy | 2 | – |" in text
    bare = SongData((LabelledSong(path=Path("a"), given="a", group="a"),))
    one = SongPredictions(
        mood=predictions.mood[:1],
        quadrant=predictions.quadrant[:1],
        valence=predictions.valence[:1],
        arousal=predictions.arousal[:1],
    )
    text = write_song_report(tmp_path, bare, one, subject=SUBJECT).read_text("utf-8")
    assert "![" not in text
    assert "| quadrant macro-F1 | – |" in text


def test_a_training_shows_its_curves(
    faces: tuple[FaceData, FacePredictions], tmp_path: Path
) -> None:
    subject = Subject(model="m", data="d", command="c", history=[{"train_loss": 1.0}])
    page = write_face_report(tmp_path, *faces, subject=subject)
    assert "![Training](training.png)" in page.read_text("utf-8")
    assert (tmp_path / "training.png").is_file()


def test_a_folder_that_cannot_be_made_is_an_error(
    faces: tuple[FaceData, FacePredictions], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(VibeluxError, match="cannot make the folder"):
        write_face_report(tmp_path / "file", *faces, subject=SUBJECT)


def test_face_predictions_give_back_every_figure(
    faces: tuple[FaceData, FacePredictions], tmp_path: Path
) -> None:
    data, predictions = faces
    part = np.arange(10, 90)
    chosen = FacePredictions(mood=predictions.mood[part], label=predictions.label[part])
    write_face_predictions(tmp_path / "p.csv", data.rows(part), chosen)
    with (tmp_path / "p.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["id", *EMOTIONS, *(f"label_{name}" for name in EMOTIONS)]
    assert [int(row["id"]) for row in rows] == part.tolist()
    label = np.array([[row[f"label_{name}"] for name in EMOTIONS] for row in rows], np.float32)
    mood = np.array([[row[name] for name in EMOTIONS] for row in rows], np.float32)
    np.testing.assert_array_equal(mood, chosen.mood)
    assert metrics.nll(label, data.label[part]) == metrics.nll(chosen.label, data.label[part])


def test_song_predictions_keep_order_and_paths(
    songs: tuple[SongData, SongPredictions], tmp_path: Path
) -> None:
    write_song_predictions(tmp_path / "p.csv", *songs)
    with (tmp_path / "p.csv").open(newline="", encoding="utf-8", errors="surrogateescape") as file:
        rows = list(csv.DictReader(file))
    assert [row["path"] for row in rows] == [song.given for song in songs[0].rows]
    assert [row["quadrant"] for row in rows] == ["Q4", "Q4", ""]
    assert np.float32(rows[1]["valence"]) == songs[1].valence[1]
    assert rows[2]["happy"] == rows[2]["arousal"] == ""


def test_predictions_that_cannot_be_written_are_an_error(
    songs: tuple[SongData, SongPredictions], tmp_path: Path
) -> None:
    with pytest.raises(VibeluxError, match="cannot write the predictions to"):
        write_song_predictions(tmp_path / "none" / "p.csv", *songs)

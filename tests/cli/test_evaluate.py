import csv
import json
import re
import wave
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest
from PIL import Image

from vibelux.datasets.faces import FaceData
from vibelux.emotions import EMOTIONS
from vibelux.evaluation.faces import FacePredictions, evaluate_faces
from vibelux.evaluation.songs import SONG_KEYS

RunCli = Callable[..., CompletedProcess[str]]


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    """Ten faces of which `face_model` gets eight right; half of them in PublicTest."""
    label = np.array([0, 1, 2, 3, 4, 5, 6, 3, 3, 3])
    seen = label.copy()
    seen[[1, 9]] = 0
    images = np.zeros((10, 48, 48), dtype=np.uint8)
    images[np.arange(10), 0, seen] = 255
    images[:, 40, 40] = np.arange(10)
    votes = np.zeros((10, 10))
    votes[:, 1] = 10
    usage = np.array(["Training", "PublicTest"] * 5)
    path = tmp_path / "faces.npz"
    np.savez(path, images=images, label=label, ferplus=votes, usage=usage)
    return path


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Two real songs with labels and one that is missing."""
    for name, hertz in (("low.wav", 60), ("high.wav", 3000)):
        tone = 0.5 * np.sin(2 * np.pi * hertz * np.arange(16000 * 3) / 16000)
        with wave.open(str(tmp_path / name), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(16000)
            file.writeframes((tone * 32767).astype("<i2").tobytes())
    path = tmp_path / "songs.csv"
    path.write_text(
        "path,quadrant,valence,arousal,emotion,group\n"
        f"{tmp_path / 'low.wav'},Q1,0.5,3,happy,a\nhigh.wav,Q3,-0.5,7,calm,b\nlost.wav,Q2,,,,\n"
    )
    return path


def test_face_figures_as_json(run_cli: RunCli, faces: Path, face_model: Path) -> None:
    run = run_cli("evaluate", "face", "--data", faces, "--model", face_model, "--json")
    assert run.returncode == 0, run.stderr
    figures = json.loads(run.stdout)
    assert list(figures)[:4] == ["n", "accuracy", "accuracy_low", "accuracy_high"]
    assert len(figures) == 20
    assert (figures["n"], figures["accuracy"]) == (10, 0.8)
    assert figures["recall_happy"] == 0.75
    assert figures["ferplus_accuracy"] == pytest.approx(0.3)


def test_one_part_with_predictions_and_a_report(
    run_cli: RunCli, faces: Path, face_model: Path, tmp_path: Path
) -> None:
    out, report = tmp_path / "p.csv", tmp_path / "deep" / "report"
    run = run_cli(
        *("evaluate", "face", "--data", faces, "--model", face_model, "--usage", "publictest"),
        *("--predictions", out, "--report", report, "--json"),
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["n"] == 5
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["1", "3", "5", "7", "9"]
    guesses = [max(EMOTIONS, key=lambda name: float(row[f"label_{name}"])) for row in rows]
    assert guesses == ["angry", "happy", "sad", "happy", "angry"]
    text = (report / "report.md").read_text("utf-8")
    assert "| faces | 5 |" in text
    assert "--usage publictest" in text
    assert "answers what the test wrote into its input" in text


def test_the_summary_for_people_fits_80_columns(
    run_cli: RunCli, faces: Path, face_model: Path
) -> None:
    run = run_cli("evaluate", "face", "--data", faces, "--model", face_model)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    lines = run.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("face-0.0.1-")
    assert any(line.split()[:3] == ["accuracy", "80.0", "%"] for line in lines)
    assert any(line.split() == ["disgust", "100", *"······", "0.0", "%", "1"] for line in lines)
    assert "mood against FER+ votes" in run.stdout


def test_corruptions_are_measured_on_request(
    run_cli: RunCli, faces: Path, face_model: Path
) -> None:
    words = ("evaluate", "face", "--data", faces, "--model", face_model, "--corruptions")
    figures = json.loads(run_cli(*words, "--json").stdout)
    assert figures["corruption_clean"] == figures["accuracy"]
    assert 0 <= figures["corruption_kept_2"] <= 2
    shown = run_cli(*words).stdout
    assert "share of the clean accuracy kept" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_folder_with_bad_files_lists_them(
    run_cli: RunCli, face_model: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "faces" / "Freude"
    folder.mkdir(parents=True)
    pixels = np.zeros((48, 48), dtype=np.uint8)
    pixels[0, 3] = 255
    Image.fromarray(pixels).save(folder / "a.png")
    (folder / "b.png").write_text("no image")
    (tmp_path / "faces" / "cats").mkdir()
    run = run_cli("evaluate", "face", "--data", folder.parent, "--model", face_model, "--json")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["accuracy"] == 1.0
    assert "skipped Freude/b.png: is not an image that can be read" in run.stderr
    assert "skipped cats/: 'cats' is not an emotion" in run.stderr


def test_music_figures_skip_and_report_what_cannot_be_heard(
    run_cli: RunCli, manifest: Path, music_model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "p.csv"
    run = run_cli(
        *("evaluate", "music", "--manifest", manifest, "--model", music_model),
        *("--json", "--predictions", out),
    )
    assert run.returncode == 0, run.stderr
    figures = json.loads(run.stdout)
    assert len(figures) == 24
    assert (figures["n"], figures["n_happy"], figures["n_sad"]) == (2, 1, 0)
    assert abs(figures["valence_r"]) == pytest.approx(1)
    assert figures["valence_r2"] is not None
    assert figures["arousal_r2"] is None
    assert "skipped lost.wav: " in run.stderr
    assert "labels of arousal leave [-1, 1]" in run.stderr
    assert "not among the seven, left out: calm (1)" in run.stderr
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["path"] for row in rows] == [str(tmp_path / "low.wav"), "high.wav", "lost.wav"]
    assert rows[0]["quadrant"] in {"Q1", "Q2", "Q3", "Q4"}
    assert rows[2]["quadrant"] == ""


def test_the_music_summary_fits_80_columns_and_a_report_is_written(
    run_cli: RunCli, manifest: Path, music_model: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report"
    run = run_cli(
        "evaluate", "music", "--manifest", manifest, "--model", music_model, "--report", report
    )
    assert run.returncode == 0, run.stderr
    assert max(map(len, run.stdout.splitlines())) <= 80
    assert "2 songs (1 skipped)" in run.stdout
    assert "quadrant, 2 songs" in run.stdout
    assert {path.name for path in report.iterdir()} == {
        "report.md",
        "confusion.png",
        "reliability.png",
    }


def test_a_model_can_come_from_the_settings(
    run_cli: RunCli, faces: Path, face_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "settings.toml").write_text(f"face_model = {json.dumps(str(face_model))}\n")
    run = run_cli("evaluate", "face", "--data", faces)
    assert run.stdout.startswith("face-0.0.1-"), run.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["face"], 2, "name the data: vibelux evaluate face --data FILE"),
        (["face", "--data", "nowhere.npz"], 1, "error: there are no faces at nowhere.npz"),
        (["face", "--data", "a.npz", "--ferplus", "b.csv"], 2, "belongs to a fer2013.csv"),
        (["face", "--data", "a.npz", "--predictions", "none/p.csv"], 2, "in an existing folder"),
        (["music", "--manifest", "nowhere.csv"], 1, "there is no file or folder nowhere"),
        (["music", "--manifest", "a.csv", "--model", "none.onnx"], 1, "no model at none.onnx"),
    ],
)  # fmt: skip
def test_errors_say_what_is_wrong(
    run_cli: RunCli, arguments: list[str], code: int, message: str
) -> None:
    run = run_cli("evaluate", *arguments)
    assert run.returncode == code
    assert message in " ".join(run.stderr.split())
    assert run.stdout == ""


def test_when_no_song_can_be_heard_it_is_an_error(
    run_cli: RunCli, music_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "songs.csv").write_text("path,quadrant\nlost.mp3,Q1\n")
    run = run_cli(
        "evaluate", "music", "--manifest", tmp_path / "songs.csv", "--model", music_model, "--json"
    )
    assert run.returncode == 1
    assert "none of the 1 songs" in run.stderr
    assert run.stdout == ""


@pytest.mark.parametrize("kind", ["face", "music"])
def test_every_key_is_documented(kind: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / "json.md").read_text("utf-8")
    section = text.split(f"## `vibelux evaluate {kind}`")[1].split("\n## ")[0]
    names = set(re.findall(r"`(\w+)`", section))
    data = FaceData(np.zeros((1, 48, 48), np.uint8), np.zeros(1, np.int64))
    even = np.full((1, 7), 1 / 7, np.float32)
    keys = evaluate_faces(data, FacePredictions(even, even)) if kind == "face" else SONG_KEYS
    for key in keys:
        stem, _, emotion = key.rpartition("_")
        # of the seven only the first and the last are written out
        assert {key, f"{stem}_{EMOTIONS[0]}" if emotion in EMOTIONS else key} & names, key

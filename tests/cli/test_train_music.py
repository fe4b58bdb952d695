"""`vibelux train music` as a user runs it: on folders of spectrograms and of audio."""

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the train extra is not installed")


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    """OUT/<emotion>/*.npy as `vibelux preprocess` writes them, one of them of another kind."""
    rng = np.random.default_rng(0)
    for place, emotion in enumerate(("angry", "happy", "sad")):
        folder = tmp_path / "OUT" / emotion
        folder.mkdir(parents=True)
        for i in range(6):
            level = (
                rng.normal(-30, 6, (192, 320)) + 10 * np.sin(np.arange(192) * (place + 1))[:, None]
            )
            np.save(folder / f"{i}.npy", level.astype(np.float16))
    np.save(tmp_path / "OUT" / "sad" / "old.npy", np.zeros((64, 320), np.float16))
    return tmp_path / "OUT"


def test_a_model_is_trained_from_folders_and_can_be_used(run_cli, folders, tmp_path):
    run = run_cli(
        "train", "music", "--data", folders, "--out", tmp_path / "run", "--epochs", "1",
        "--cache", tmp_path / "cache", "--report", tmp_path / "report", "--json",
        "--precision", "32-true",
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    figures = json.loads(run.stdout)
    assert 0 < figures["n"] < 18
    assert figures["quadrant_accuracy"] is None
    assert "strongest emotion: angry 6" in run.stderr
    assert "happy 6" in run.stderr
    assert "old.npy" in run.stderr
    assert "agree to" in run.stderr
    assert (tmp_path / "report" / "training.png").stat().st_size > 1000
    model = tmp_path / "run" / "music.onnx"
    card = json.loads(model.with_suffix(".json").read_text("utf-8"))
    assert card["training"]["labels"]["strongest_emotion"]["sad"] == 6

    song = tmp_path / "tone.wav"
    _write_tone(song)
    analysed = run_cli("analyse", song, "--json", VIBELUX_MUSIC_MODEL=str(model))
    assert analysed.returncode == 0, analysed.stderr
    mood = json.loads(analysed.stdout)["mood"]
    assert sum(mood.values()) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--predictions", "a.csv"), 2, "--cross-validate"),
        (("--unheard", "a", "--cross-validate"), 2, "choose one"),
        (("--cross-dataset", "--cross-validate"), 2, "choose one"),
        (("--cross-dataset", "--unheard-from", "a"), 2, "--unheard-from is for training"),
        (("--cross-validate", "--calibrate-from", "a"), 2, "no part in --cross-validate"),
        (("--against", "a.json"), 2, "--against needs --cross-dataset"),
        (("--data", "no/such.csv"), 1, "no file or folder"),
        ((), 2, "--data is needed"),
    ],
)
def test_what_cannot_be_done_is_said(run_cli, tmp_path, arguments, code, message):
    run = run_cli("train", "music", *arguments, VIBELUX_DATA=str(tmp_path))
    assert run.returncode == code
    assert message in " ".join(run.stderr.split())
    assert run.stdout == ""


def test_songs_without_labels_are_refused(run_cli, tmp_path):
    manifest = tmp_path / "m.csv"
    manifest.write_text("path,group\na.mp3,x\n", encoding="utf-8")
    run = run_cli("train", "music", "--data", manifest)
    assert run.returncode == 1
    assert "carries a label" in " ".join(run.stderr.split())


def _write_tone(path: Path) -> None:
    import av

    t = np.arange(5 * 16000) / 16000
    samples = (8000 * np.sin(2 * np.pi * 440 * t)).astype(np.int16)[None]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=16000, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate, frame.time_base = 16000, Fraction(1, 16000)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))

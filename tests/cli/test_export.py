"""`vibelux export` and `vibelux train face` as processes of their own, on drawn faces."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from vibelux.emotions import EMOTIONS
from vibelux.model_statistics import ModelStatistics
from vibelux.models import WEIGHTS, Card, load_model

pytest.importorskip("torch", reason="the train extra is not installed")


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    """84 flat faces with a bright bar whose place tells the emotion, and some noise."""
    rng = np.random.default_rng(0)
    label = np.arange(84) % len(EMOTIONS)
    images = rng.integers(90, 110, (84, 48, 48))
    for image, emotion in zip(images, label, strict=True):
        image[6 * emotion : 6 * emotion + 5] += 100
    usage = np.array(["Training"] * 70 + ["PublicTest"] * 14)
    path = tmp_path_factory.mktemp("faces") / "faces.npz"
    np.savez(path, images=images.astype(np.uint8), label=label, usage=usage)
    return path


def test_a_training_its_report_and_the_export_of_its_checkpoint(faces, tmp_path, run_cli):
    run = tmp_path / "run"
    trained = run_cli(
        *("train", "face", "--data", faces, "--out", run, "--quick", "--epochs", "1"),
        *("--precision", "32-true", "--test", "PublicTest", "--report", run / "report", "--json"),
        *("--teacher", WEIGHTS / "face.onnx", "--set", "teacher_share=0.3"),
        OMP_NUM_THREADS="1",
    )
    assert trained.returncode == 0, trained.stderr
    assert json.loads(trained.stdout)["n"] == 14
    assert "epoch 1/1" in trained.stderr
    assert {"report.md", "training.png"} <= {path.name for path in (run / "report").iterdir()}
    card = load_model("face", run / "face.onnx").card
    assert card.metrics["PublicTest"]["n"] == 14
    assert card.training["data"] == "faces.npz"
    assert card.training["recipe"]["teacher_share"] == 0.3
    assert card.training["teachers"] == [load_model("face").card.model_id]
    assert card.statistics["faces"] == len(held_back(faces))

    out = tmp_path / "again.onnx"
    exported = run_cli(
        *("export", "face", run / "last.ckpt", out, "--data", faces),
        *("--average", run / "last.ckpt"),
        OMP_NUM_THREADS="1",
    )
    assert exported.returncode == 0, exported.stderr
    assert "agree to" in exported.stderr
    images = np.load(faces)["images"][70:]
    np.testing.assert_allclose(
        load_model("face", out).run(images)["mood"],
        load_model("face", run / "face.onnx").run(images)["mood"],
        atol=1e-6,
    )


@pytest.mark.parametrize("kind", ["face", "music"])
def test_a_file_that_is_no_checkpoint_is_refused(kind, faces, tmp_path, run_cli):
    checkpoint = tmp_path / "last.ckpt"
    checkpoint.write_bytes(b"not a checkpoint")
    result = run_cli("export", kind, checkpoint, tmp_path / "out.onnx", "--data", faces)
    assert result.returncode == 1
    assert f"is not a checkpoint of `train {kind}`" in " ".join(result.stderr.split())


def test_quick_and_pretrained_exclude_each_other(faces, tmp_path, run_cli):
    result = run_cli(
        "train", "face", "--data", faces, "--out", tmp_path, "--quick", "--from", "pretrained"
    )
    assert result.returncode == 2
    assert "--quick trains a smaller network" in " ".join(result.stderr.split())


def held_back(faces):
    """Return the pictures that a training holds back."""
    from vibelux.datasets.face_files import read_faces
    from vibelux.training.face.targets import split_faces

    return split_faces(read_faces(faces)).validation.images


def test_statistics_of_a_face_model_are_computed_anew(faces, face_model, tmp_path, run_cli):
    model = tmp_path / "face.onnx"
    shutil.copy(face_model, model)
    card = json.loads(face_model.with_suffix(".json").read_text("utf-8"))
    model.with_suffix(".json").write_text(json.dumps(card | {"statistics": {}}), encoding="utf-8")
    done = run_cli("export", "statistics", model, "--data", faces)
    assert done.returncode == 0, done.stderr
    after = load_model("face", model)  # the graph is the same
    moods = after.run(held_back(faces))["mood"]
    np.testing.assert_allclose(after.card.statistics["usual_mood"], moods.mean(axis=0), atol=1e-4)
    assert json.loads(done.stdout) == after.card.statistics
    assert after.card.statistics["faces"] == len(moods)
    assert after.card.training == card["training"]


def test_statistics_of_a_music_model_come_from_a_cross_validation(tmp_path, run_cli):
    for suffix in (".onnx", ".json"):
        shutil.copy(WEIGHTS / f"music{suffix}", tmp_path / f"music{suffix}")
    card = Card.read(WEIGHTS / "music.json")
    found = {**card.statistics, "clear": 0.111, "steady": 0.222}
    checked = tmp_path / "cross_validation.json"
    record = {"key": {"recipe": card.training["recipe"]}, "statistics": found}
    checked.write_text(json.dumps(record), encoding="utf-8")
    model = tmp_path / "music.onnx"
    done = run_cli("export", "statistics", model, "--cross-validation", checked)
    assert done.returncode == 0, done.stderr
    assert ModelStatistics(music_model=model).songs.steady == 0.222
    assert load_model("music", model).card == replace(card, statistics=found)

    wrong = run_cli("export", "statistics", model, "--data", tmp_path)
    assert wrong.returncode == 2
    said = "".join(wrong.stderr.split())  # a long path is broken anywhere
    assert "music.onnxisamusicmodel;statisticshavefacemodels,from--data,and" in said

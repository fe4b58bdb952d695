"""`vibelux export` and `vibelux train face` as processes of their own, on drawn faces."""

import json

import numpy as np
import pytest

from vibelux.emotions import EMOTIONS
from vibelux.models import WEIGHTS, load_model

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

"""`vibelux train detector` and what follows it, on drawn discs."""

import csv
import json
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

pytest.importorskip("torch", reason="the train extra is not installed")


@pytest.fixture
def boxes_csv(tmp_path: Path) -> Path:
    path = tmp_path / "boxes.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["dataset", "path", "width", "height", *"xywh", "ignore", "source"])
        for i in range(24):
            grey = Image.new("L", (120, 90), 40)
            ImageDraw.Draw(grey).ellipse((36, 15, 83, 74), 220)
            grey.save(tmp_path / f"{i}.png")
            box = (36, 15, 48, 60)
            writer.writerow(["drawn", f"{i}.png", 120, 90, *box, 0, f"Person_{chr(65 + i)}_1.png"])
    return path


def test_a_model_is_trained_exported_and_measured(run_cli, boxes_csv: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    train = ("train", "detector", "--boxes", boxes_csv, "--out", out, "--steps", "1")
    options = ("--workers", "0", "--precision", "32-true", "--json")
    first = run_cli(*train, *options, "--epochs", "1")
    assert first.returncode == 0, first.stderr
    assert set(json.loads(first.stdout)) >= {"recall_50_large", "false_per_empty"}
    assert "pictures to learn from" in first.stderr
    assert json.loads((out / "detector.json").read_text())["kind"] == "detector"

    exported = run_cli(
        *("export", "detector", out / "last.ckpt", tmp_path / "own.onnx", "--boxes", boxes_csv),
        *("--from", out / "detector.onnx", "--pointed"),
    )
    assert exported.returncode == 0, exported.stderr
    card = json.loads((tmp_path / "own.json").read_text())
    assert card["training"]["epochs_done"] == 1
    assert card["training"]["began_with"]["model"].startswith("detector-")
    assert list(card["outputs"]) == ["boxes", "scores", "points"]
    assert 0 < card["preprocessing"]["score_threshold"] < 1

    measured = run_cli(
        "evaluate", "detector", "--boxes", boxes_csv, "--held-back",
        "--model", tmp_path / "own.onnx", "--json",
    )  # fmt: skip
    assert measured.returncode == 0, measured.stderr
    assert 0 < json.loads(measured.stdout)["images"] < 24


def test_a_list_that_cannot_be_read_is_named(run_cli, tmp_path: Path) -> None:
    result = run_cli("train", "detector", "--boxes", tmp_path / "none.csv")
    assert result.returncode == 1
    assert "cannot read" in result.stderr and "Traceback" not in result.stderr

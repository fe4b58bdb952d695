import subprocess
import sys
from pathlib import Path

import numpy as np
from PIL import Image

from vibelux.evaluation import metrics
from vibelux.plots import report

NAMES = ("angry", "disgust", "fear", "happy", "neutral", "sad", "surprise")


def read(path: Path) -> np.ndarray:
    return np.array(Image.open(path).convert("RGB"))


def blue(picture: np.ndarray) -> np.ndarray:
    """Mask of clearly blue pixels."""
    r, _, b = (picture[..., i].astype(int) for i in range(3))
    return b - r > 60


def test_a_perfect_matrix_is_blue_along_the_diagonal(tmp_path: Path) -> None:
    path = tmp_path / "confusion.png"
    report.confusion_matrix(path, np.eye(7, dtype=np.int64) * 90, names=NAMES, title="Perfect")
    rows, columns = np.nonzero(blue(read(path)))
    assert np.corrcoef(rows, columns)[0, 1] > 0.95


def test_empty_classes_and_an_empty_matrix_can_be_drawn(tmp_path: Path) -> None:
    path = tmp_path / "confusion.png"
    report.confusion_matrix(path, np.zeros((7, 7), dtype=np.int64), names=NAMES, title="None")
    assert not blue(read(path)).any()


def test_the_reliability_of_a_calibrated_and_of_a_wrong_model_differ(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    p = random.dirichlet(np.ones(7) * 0.3, size=3000)
    honest = np.array([random.choice(7, p=row) for row in p])
    areas = []
    for name, label in (("honest", honest), ("wrong", (p.argmax(axis=1) + 1) % 7)):
        found = metrics.reliability(p, label)
        report.reliability_diagram(
            tmp_path / f"{name}.png",
            edges=found.edges,
            count=found.count,
            confidence=found.confidence,
            accuracy=found.accuracy,
            ece=found.ece,
            title=name,
        )
        areas.append(blue(read(tmp_path / f"{name}.png")).sum())
    assert areas[0] > 10 * areas[1]


def test_training_curves_need_no_complete_history(tmp_path: Path) -> None:
    history = [
        {"epoch": 1, "train_loss": 2.0, "note": "first"},
        {"epoch": 2, "train_loss": 1.5, "val_loss": 1.6, "val_accuracy": 0.4},
        {"epoch": 3, "train_loss": 1.2, "val_loss": None, "val_accuracy": 0.5},
    ]
    report.training_curves(tmp_path / "curves.png", history)
    two_panels = read(tmp_path / "curves.png")
    assert blue(two_panels).any()
    report.training_curves(tmp_path / "loss.png", [{"train_loss": 2.0}])
    assert read(tmp_path / "loss.png").shape[1] < two_panels.shape[1]
    report.training_curves(tmp_path / "none.png", [])
    assert (read(tmp_path / "none.png") == 255).all()


def test_importing_the_module_imports_no_matplotlib() -> None:
    code = "import sys, vibelux.plots.report; print('matplotlib' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"

"""Fixtures that tests of every part share."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vibelux.emotions import EMOTIONS
from vibelux.models import Card, sha256_of

RunCli = Callable[..., subprocess.CompletedProcess[str]]

PIXEL_OF_EMOTION = 255.0 / 8
"""In `face_model`, each such step of pixel (0, c) adds 1 to the logit of emotion c."""


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of research data; tests that need it are skipped where it is absent."""
    given = os.environ.get("VIBELUX_DATA")
    folder = Path(given) if given else Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no research data at {folder} (set VIBELUX_DATA)")
    return folder


@pytest.fixture
def run_cli(tmp_path: Path) -> RunCli:
    """Run the real command line in a process of its own, its data in ``tmp_path``."""

    def run(
        *arguments: str | Path, timeout: float = 120, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        clean = {name: v for name, v in os.environ.items() if not name.startswith("VIBELUX_")}
        return subprocess.run(
            [sys.executable, "-c", "from vibelux.cli import main; main()", *map(str, arguments)],
            env={
                **clean,
                "VIBELUX_HOME": str(tmp_path),
                "COLUMNS": "80",
                "NO_COLOR": "1",
                "PYTHONUTF8": "1",
                **environment,
            },
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            stdin=subprocess.DEVNULL,
            timeout=timeout,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def face_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A face model whose answer is known: pixel (0, c) of a crop is the logit of emotion c.

    ``label`` is the softmax of pixel / `PIXEL_OF_EMOTION`, ``mood`` that of half the logits.
    """
    helper = pytest.importorskip("onnx").helper
    weights = np.zeros((48 * 48, 7), dtype=np.float32)
    weights[np.arange(7), np.arange(7)] = 1 / PIXEL_OF_EMOTION
    nodes = [
        helper.make_node("Cast", ["crops"], ["grey"], to=1),
        helper.make_node("Flatten", ["grey"], ["flat"]),
        helper.make_node("MatMul", ["flat", "weights"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["label"], axis=1),
        helper.make_node("Mul", ["logits", "half"], ["softer"]),
        helper.make_node("Softmax", ["softer"], ["mood"], axis=1),
        helper.make_node("LpNormalization", ["mood"], ["embedding"], axis=1, p=2),
    ]
    constants = {"weights": weights, "half": np.array([0.5], dtype=np.float32)}
    folder = tmp_path_factory.mktemp("face_model")
    return _write_model(
        folder / "face.onnx",
        nodes,
        constants,
        card_input={"name": "crops", "shape": ["batch", 48, 48], "dtype": "uint8"},
        outputs={"mood": ["batch", 7], "label": ["batch", 7], "embedding": ["batch", 7]},
        preprocessing={"size": 48, "box_crop_scale": 1.24},
    )


@pytest.fixture(scope="session")
def music_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A music model whose answer is known from the mean decibels of 13 mel bands.

    Bands 0 to 6 / 10 are the logits of the emotions, 7 to 10 / 10 those of the quadrants;
    tanh(band 11 / 100) is the valence, tanh(band 12 / 100) the arousal.
    """
    onnx = pytest.importorskip("onnx")
    helper = onnx.helper
    weights = np.zeros((96, 13), dtype=np.float32)
    weights[np.arange(13), np.arange(13)] = [0.1] * 11 + [0.01] * 2
    nodes = [
        helper.make_node("ReduceMean", ["log_mel", "frames"], ["bands"], keepdims=0),
        helper.make_node("MatMul", ["bands", "weights"], ["all"]),
        helper.make_node("Split", ["all", "sizes"], ["m", "q", "v", "a"], axis=1),
        helper.make_node("Softmax", ["m"], ["mood"], axis=1),
        helper.make_node("Softmax", ["q"], ["quadrant"], axis=1),
        helper.make_node("Squeeze", ["v", "one"], ["v1"]),
        helper.make_node("Squeeze", ["a", "one"], ["a1"]),
        helper.make_node("Tanh", ["v1"], ["valence"]),
        helper.make_node("Tanh", ["a1"], ["arousal"]),
        helper.make_node("LpNormalization", ["mood"], ["embedding"], axis=1, p=2),
    ]
    constants = {
        "weights": weights,
        "frames": np.array([2], dtype=np.int64),
        "sizes": np.array([7, 4, 1, 1], dtype=np.int64),
        "one": np.array([1], dtype=np.int64),
    }
    folder = tmp_path_factory.mktemp("music_model")
    return _write_model(
        folder / "music.onnx",
        nodes,
        constants,
        card_input={"name": "log_mel", "shape": ["batch", 96, 313], "dtype": "float32"},
        outputs={
            "mood": ["batch", 7],
            "quadrant": ["batch", 4],
            "valence": ["batch"],
            "arousal": ["batch"],
            "embedding": ["batch", 7],
        },
        preprocessing={
            "sample_rate": 16000,
            "n_fft": 1024,
            "hop_length": 512,
            "n_mels": 96,
            "fmin": 30.0,
            "fmax": 7600.0,
            "amin": 1e-10,
            "window_seconds": 10.0,
        },
    )


def _write_model(
    path: Path,
    nodes: list[object],
    constants: dict[str, np.ndarray],
    *,
    card_input: dict[str, object],
    outputs: dict[str, list[object]],
    preprocessing: dict[str, object],
) -> Path:
    import onnx
    from onnx import helper, numpy_helper

    element = onnx.TensorProto.UINT8 if card_input["dtype"] == "uint8" else onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "known",
        [helper.make_tensor_value_info(card_input["name"], element, card_input["shape"])],
        [
            helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
            for name, shape in outputs.items()
        ],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    kind = path.stem
    Card(
        name=kind,
        kind=kind,
        version="0.0.1",
        sha256=sha256_of(path),
        labels=EMOTIONS,
        input=card_input,
        outputs=dict.fromkeys(outputs, "known"),
        preprocessing=preprocessing,
        limits=("answers what the test wrote into its input",),
    ).write(path.with_suffix(".json"))
    return path

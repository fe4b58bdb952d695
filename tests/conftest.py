"""Fixtures that tests of every part share."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vibelux.library.workers_process import THREADS

# Where processes share the tests, threads of one only wait for those of the others; NumPy and
# PyTorch read this when they are imported.
if "PYTEST_XDIST_WORKER" in os.environ:
    for _name in THREADS:
        os.environ.setdefault(_name, "1")

import numpy as np
import pytest
from hypothesis import settings
from tests.forked_commands import CAN_FORK, COMMAND, ForkedCommands
from tests.ray_machines import machines  # noqa: F401 - a fixture

from vibelux.circumplex import RUSSELL_MEHRABIAN
from vibelux.models import LABELS, WEIGHTS, Card, sha256_of

# No test depends on how fast the machine is.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

if TYPE_CHECKING:
    from tests.postgresql_server import PostgresqlServer
    from vibelux.music.emotion import SongAnalysis

RunCli = Callable[..., subprocess.CompletedProcess[str]]

PIXEL_OF_EMOTION = 255.0 / 8
"""In `face_model`, each such step of pixel (0, c) adds 1 to the logit of emotion c."""


TESTS = Path(__file__).parent

LONG = ("page", "training", "samples", "test_end_to_end.py", "cli", "faults", "recommend")
"""What holds files of tests that take long, the longest first."""

BEYOND_THE_CORE = (
    *("training", "page", "faults", "beetsplug", "service", "servers"),
    *("cli/test_demo.py", "players/test_mpd.py"),
)
"""Tests that need PyTorch, a browser or a server."""

NOT_IN_THE_CORE = (
    *("torch", "lightning", "torchmetrics", "onnx", "scipy", "sklearn", "librosa"),
    *("mpd", "playwright", "supysonic", "waitress", "beets", "keyring", "psycopg"),
)
"""Packages that `make test-core` does not install: tests that ask for one are skipped there."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the tests of the core be chosen, whatever is installed."""
    parser.addoption(
        "--core", action="store_true", help="leave out what needs PyTorch, a browser or a server"
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the folders beyond the core if that is wanted."""
    named = collection_path.relative_to(TESTS).as_posix()
    return True if config.getoption("--core") and named in BEYOND_THE_CORE else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the folders of long files, so that all processes end at about the same time."""
    ranks = {name: rank for rank, name in enumerate(LONG)}
    items.sort(key=lambda item: ranks.get(item.path.relative_to(TESTS).parts[0], len(LONG)))


def pytest_configure(config: pytest.Config) -> None:
    """Prepare what all tests and the programs that they start share."""
    if config.getoption("--core"):
        # Python says of these that they are not installed.
        sys.modules.update(dict.fromkeys(NOT_IN_THE_CORE))
    # Matplotlib makes its list of fonts once, away from the user's folders.
    fonts = tempfile.TemporaryDirectory(prefix="vibelux-fonts-")
    config.add_cleanup(fonts.cleanup)
    os.environ["MPLCONFIGDIR"] = fonts.name
    os.environ["LC_ALL"] = "C.UTF-8"  # English, but for tests that say otherwise
    # Shells start what runs in the background without Ctrl-C, and so would be all that tests start.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of research data; tests that need it are skipped where it is absent."""
    given = os.environ.get("VIBELUX_DATA")
    folder = Path(given) if given else Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"no research data at {folder} (set VIBELUX_DATA)")
    return folder


@pytest.fixture(scope="session")
def postgresql() -> "Iterator[PostgresqlServer]":
    """A server of PostgreSQL; tests that need it are skipped where there is none."""
    pytest.importorskip("psycopg")
    from tests.postgresql_server import PostgresqlServer

    server = PostgresqlServer()
    yield server
    server.close()


@pytest.fixture(scope="session")
def sample_files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The sample pieces, which tests copy before they change them."""
    from tests.shared_samples import shared_samples

    return shared_samples(tmp_path_factory)


@pytest.fixture(scope="session")
def heard_samples(sample_files: list[Path]) -> "dict[str, SongAnalysis]":
    """The title of each sample piece -> how the shipped model hears it, in many windows."""
    from vibelux.music.emotion import MusicModel

    model = MusicModel.load()
    return {file.stem: model.analyse_windows(file, max_windows=3)[0] for file in sample_files}


@pytest.fixture
def forked_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a scan's workers be forks of a process that has imported what they import (on Linux).

    They are processes as always, and load their analyser anew. Scans of the command line, and those
    of the tests that kill a whole scan, spawn theirs.
    """
    # A new process imports the main module: it is spared pytest.
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    if sys.platform == "linux":
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(
            ["vibelux.library.workers_process", "vibelux.library.tags", "vibelux.music.emotion"]
        )
        monkeypatch.setattr("vibelux.library.workers._CONTEXT", context)


@pytest.fixture
def visited() -> Iterator[tuple[str, list[object]]]:
    """The address of a server, and who came there so far."""
    visitors: list[object] = []
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)

        def serve() -> None:
            while not done.is_set():
                with suppress(TimeoutError):
                    visitors.append(server.accept()[1])

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/a.ts", visitors
        finally:
            done.set()
            thread.join()


@pytest.fixture(scope="session")
def forked_commands() -> Iterator[ForkedCommands]:
    """What runs most commands of `run_cli`."""
    commands = ForkedCommands()
    yield commands
    commands.close()


@pytest.fixture
def run_cli(tmp_path: Path, forked_commands: ForkedCommands) -> RunCli:
    """Run the real command line in a process of its own, its data in ``tmp_path``."""

    def run(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        clean = {name: v for name, v in os.environ.items() if not name.startswith("VIBELUX_")}
        ours = {
            **clean,
            "VIBELUX_HOME": str(tmp_path),
            "COLUMNS": "80",
            "NO_COLOR": "1",
            "PYTHONUTF8": "1",
            **environment,
        }
        # Python reads its own variables while it starts.
        if CAN_FORK and not any(name.startswith("PYTHON") for name in environment):
            return forked_commands.run(map(str, arguments), ours)
        return subprocess.run(
            [sys.executable, "-c", COMMAND, *map(str, arguments)],
            env=ours,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            stdin=subprocess.DEVNULL,
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
        statistics={"usual_mood": [1 / 7] * 7, "doubt": [0] * 7 + [1], "unsure": 1.9},
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
        statistics={
            "affect": RUSSELL_MEHRABIAN.tolist(),
            "typical_mood": [1 / 7] * 7,
            "mood_spread": 0.1,
            "clear": 0.3,
            "steady": 0.9,
            "similar": 0.9,
            "near_duplicate": 0.99,
        },
    )


ModelWith = Callable[..., Path]


@pytest.fixture
def model_with(tmp_path: Path) -> ModelWith:
    """Make a copy of a shipped card with other statistics, beside an ONNX file without a graph."""

    def made(kind: str, **statistics: object) -> Path:
        """Return the ONNX file of a kind; of the statistics, those that are None are left out."""
        card = Card.read(WEIGHTS / f"{kind}.json")
        changed = {**card.statistics, **statistics}
        folder = tmp_path / "models"
        folder.mkdir(exist_ok=True)
        (folder / f"{kind}.onnx").touch()
        replace(
            card, statistics={name: value for name, value in changed.items() if value is not None}
        ).write(folder / f"{kind}.json")
        return folder / f"{kind}.onnx"

    return made


@pytest.fixture(scope="session")
def detector_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A detector whose answer is known: two faces at most, on a picture of the grey level 100.

    One is the box around all that is brighter than 150, with the score (brightest − 100) / 155,
    the other the box around all that is darker than 50, with the score (100 − darkest) / 100.
    """
    helper = pytest.importorskip("onnx").helper

    def edge(mask: str, across: str, out: str, *, last: bool) -> list[object]:
        """The first or last column (row) of a mask, as a float [shape=(1,)]."""
        return [
            helper.make_node("ReduceMax", [mask, across], [f"{out}_line"], keepdims=0),
            helper.make_node(
                *("ArgMax", [f"{out}_line"], [f"{out}_place"]),
                axis=1,
                keepdims=0,
                select_last_index=int(last),
            ),
            helper.make_node("Cast", [f"{out}_place"], [out], to=1),
        ]

    def face(name: str, compare: str, limit: str) -> list[object]:
        nodes = [
            helper.make_node(compare, ["level", limit], [f"{name}_in"]),
            helper.make_node("Cast", [f"{name}_in"], [f"{name}_mask"], to=1),
        ]
        for axis, across in (("x", "1"), ("y", "2")):
            first, last = f"{name}_{axis}", f"{name}_{axis}_last"
            nodes += edge(f"{name}_mask", across, first, last=False)
            nodes += edge(f"{name}_mask", across, last, last=True)
            nodes += [
                helper.make_node("Sub", [last, first], [f"{name}_{axis}_less"]),
                helper.make_node("Add", [f"{name}_{axis}_less", "one"], [f"{name}_{axis}_side"]),
            ]
        sides = [f"{name}_x", f"{name}_y", f"{name}_x_side", f"{name}_y_side"]
        return [*nodes, helper.make_node("Concat", sides, [f"{name}_box"], axis=0)]

    nodes = [
        helper.make_node("Cast", ["frames"], ["grey"], to=1),
        helper.make_node("Sub", ["grey", "even"], ["level"]),
        *face("bright", "Greater", "fifty"),
        *face("dark", "Less", "minus_fifty"),
        helper.make_node("Concat", ["bright_box", "dark_box"], ["two"], axis=0),
        helper.make_node("Reshape", ["two", "two_boxes"], ["found"]),
        helper.make_node("Pad", ["found", "boxes_left"], ["boxes"]),
        helper.make_node("ReduceMax", ["level"], ["most"]),
        helper.make_node("ReduceMin", ["level"], ["least"]),
        helper.make_node("Div", ["most", "155"], ["bright_score"]),
        helper.make_node("Div", ["least", "-100"], ["dark_score"]),
        helper.make_node("Concat", ["bright_score", "dark_score"], ["both"], axis=2),
        helper.make_node("Reshape", ["both", "two_scores"], ["rated"]),
        helper.make_node("Pad", ["rated", "scores_left"], ["scores"]),
    ]
    numbers = {"even": 100, "fifty": 50, "minus_fifty": -50, "one": 1, "155": 155, "-100": -100}
    shapes = {
        "1": [1],
        "2": [2],
        "two_boxes": [1, 2, 4],
        "two_scores": [1, 2],
        "boxes_left": [0, 0, 0, 0, 30, 0],
        "scores_left": [0, 0, 0, 30],
    }
    folder = tmp_path_factory.mktemp("detector_model")
    return _write_model(
        folder / "detector.onnx",
        nodes,
        {name: np.array([value], np.float32) for name, value in numbers.items()}
        | {name: np.array(value, np.int64) for name, value in shapes.items()},
        card_input={"name": "frames", "shape": [1, "height", "width"], "dtype": "uint8"},
        outputs={"boxes": [1, 32, 4], "scores": [1, 32]},
        preprocessing={"longer_side": 320, "multiple": 32, "score_threshold": 0.5},
    )


def _write_model(
    path: Path,
    nodes: list[object],
    constants: dict[str, np.ndarray],
    *,
    card_input: dict[str, object],
    outputs: dict[str, list[object]],
    preprocessing: dict[str, object],
    statistics: dict[str, object] | None = None,
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
        labels=LABELS[kind],
        input=card_input,
        outputs=dict.fromkeys(outputs, "known"),
        preprocessing=preprocessing,
        statistics=statistics or {},
        limits=("answers what the test wrote into its input",),
    ).write(path.with_suffix(".json"))
    return path

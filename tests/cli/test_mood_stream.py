"""`vibelux mood --video` and `--camera --live`, with known answers instead of the models."""

import json
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from rich.console import Console

from vibelux.cli import main
from vibelux.cli.keys import Keys
from vibelux.cli.mood_live import FrameRate, frame_outline, live_view
from vibelux.emotions import EMOTIONS
from vibelux.face.box import Box
from vibelux.face.expression import ExpressionModel
from vibelux.face.reading import FaceReader
from vibelux.face.tracker import FaceTracker
from vibelux.language import words_of

KNOWN = Path(__file__).parents[1] / "face" / "conftest.py"
FRAME = np.random.default_rng(0).integers(0, 256, (480, 640), np.uint8)
HERE, THERE = Box(200, 150, 120, 120, 0.9), Box(480, 300, 60, 60, 0.9)
HAPPY, SAD = np.eye(7)[3], np.eye(7)[5]

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The reader's parts with known answers: ``model``, ``detector`` and ``reader``."""
    made = runpy.run_path(str(KNOWN))
    model, detector = made["KnownModel"](), made["KnownDetector"]()
    reader = FaceReader(ExpressionModel(model), detector)
    monkeypatch.setattr(FaceReader, "load", lambda *_, **__: reader)

    class Known:
        pass

    found = Known()
    found.model, found.detector, found.reader = model, detector, reader
    found.capture = made["KnownCapture"]
    return found


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Run the command line in this process."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["vibelux", *map(str, arguments)])
        with pytest.raises(SystemExit) as caught:
            main()
        printed = capsys.readouterr()
        return int(caught.value.code or 0), printed.out, printed.err

    return run


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Three seconds at ten frames per second."""
    path = tmp_path / "clip.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        stream.bit_rate = 3_000_000
        for _ in range(30):
            frame = av.VideoFrame.from_ndarray(np.dstack([FRAME] * 3), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_video_streams_a_line_a_frame_and_a_summary(call: Call, clip: Path, known) -> None:
    known.detector.boxes = [*[[HERE]] * 10, []]
    known.model.moods = [HAPPY] * 5 + [SAD]
    code, printed, errors = call("mood", "--video", clip, "--json")
    assert (code, errors) == (0, "")
    *lines, last = [json.loads(line) for line in printed.splitlines()]
    assert [line["time"] for line in lines] == pytest.approx(np.arange(30) / 10, abs=1e-3)
    assert list(lines[0]) == ["time", "mood", "state", "face", "faces", "model"]
    assert [line["state"] for line in lines] == ["ok"] * 20 + ["no_face"] * 10
    assert tuple(lines[0]["mood"]) == EMOTIONS
    assert 0 < lines[5]["mood"]["sad"] < lines[9]["mood"]["sad"] < 1
    assert lines[-1]["mood"] is None
    summary = last.pop("summary")
    assert last == {}
    assert summary["mood"]["happy"] == summary["mood"]["sad"] == 0.5
    assert (summary["state"], summary["frames"], summary["duration"]) == ("ok", 30, 2.9)
    assert summary["states"] == pytest.approx({"ok": 2 / 3, "no_face": 1 / 3}, abs=1e-4)
    assert summary["changes_per_second"] == pytest.approx(1 / 2.9, abs=1e-4)
    assert summary["model"] == "face-0-00000000"


def test_video_in_words(call: Call, clip: Path, known, monkeypatch: pytest.MonkeyPatch) -> None:
    known.detector.boxes = [*[[HERE]] * 10, []]
    known.model.moods = [HAPPY]
    code, printed, _ = call("mood", "--video", clip)
    assert code == 0
    lines = printed.splitlines()
    assert lines == [
        "You look happy.",
        "Over time: happy from 0:00, no face is seen from 0:02.",
        "It is an estimate of the expression, not of feelings.",
    ]
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    known.detector.boxes = [*[[HERE]] * 10, []]
    _, printed, _ = call("mood", "--video", clip, "--why")
    lines = printed.splitlines()
    assert lines[1] == "Im Verlauf: fröhlich ab 0:00, kein Gesicht zu sehen ab 0:02."
    assert "clip.mkv  2,9 s, 30 Bilder" in lines and "100,0 %" in printed
    assert max(map(len, lines)) <= 80


def test_video_course_is_drawn(call: Call, clip: Path, known) -> None:
    picture = clip.with_name("course.png")
    code, _, _ = call("mood", "--video", clip, "--json", "--plot", picture)
    assert code == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in clip.parent.iterdir()) == [clip.name, picture.name]


def test_video_without_a_face(call: Call, clip: Path, known) -> None:
    known.detector.boxes = [[]]
    picture = clip.with_name("course.png")
    code, printed, errors = call("mood", "--video", clip, "--json", "--plot", picture)
    assert code == 1
    summary = json.loads(printed.splitlines()[-1])["summary"]
    assert (summary["mood"], summary["state"]) == (None, "no_face")
    assert "no face was found" in errors
    assert not picture.exists()
    code, printed, errors = call("mood", "--video", clip)
    assert (code, printed) == (1, "")


def test_video_of_a_group(call: Call, clip: Path, known) -> None:
    known.detector.boxes = [[HERE], [THERE]]
    known.model.moods = [HAPPY, SAD]
    code, printed, _ = call("mood", "--video", clip, "--group", "--json")
    assert code == 0
    mood = json.loads(printed.splitlines()[-1])["summary"]["mood"]
    assert mood["happy"] == pytest.approx(1 / 30, abs=1e-4)
    assert call("mood", "--video", clip, "--group")[1].startswith("They look sad")


@pytest.fixture
def camera(known, monkeypatch: pytest.MonkeyPatch) -> Any:
    capture = known.capture
    capture.frames, capture.interval = [np.dstack([FRAME] * 3)] * 3000, 0.01
    capture.made.clear()
    monkeypatch.setattr("vibelux.face.camera._opened", capture)
    return capture


def test_live_streams_lines(call: Call, camera) -> None:
    code, printed, errors = call("mood", "--camera", "--live", "--json", "--seconds", "0.2")
    assert (code, errors) == (0, "")
    *lines, last = [json.loads(line) for line in printed.splitlines()]
    assert lines[0]["time"] == 0
    assert lines[-1]["time"] >= 0.2
    assert all(line["state"] == "ok" for line in lines)
    assert last["summary"]["frames"] == len(lines)
    assert camera.made[0].released


def test_live_draws_in_a_terminal(
    call: Call, camera, known, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    code, printed, _ = call("mood", "--camera", "--live", "--seconds", "0.2", "--group")
    assert code == 0
    assert "q ends it." in printed
    assert "surprise" not in printed
    assert "nothing was kept" in printed.splitlines()[-1]
    assert camera.made[0].released


def test_live_needs_a_terminal(call: Call, camera) -> None:
    code, printed, errors = call("mood", "--camera", "--live")
    assert (code, printed) == (2, "")
    assert "add --json" in errors
    assert not camera.made


def test_camera_that_stops_while_live_is_an_error(call: Call, camera) -> None:
    camera.frames = camera.frames[:15]
    code, _, errors = call("mood", "--camera", "--live", "--json")
    assert code == 1
    assert "delivers no picture" in errors
    assert camera.made[0].released


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--image", "a.png", "--live"), "--live is about the camera"),
        (("--video", "a.mkv", "--seconds", "2"), "--seconds is about the camera"),
        (("--camera", "--seconds", "0"), "must be positive"),
        (("--camera", "--seconds", "nan"), "must be positive"),
        (("--camera", "--live", "--plot", "a.png"), "stores nothing"),
    ],
)
def test_wrong_usage(call: Call, arguments: tuple[str, ...], message: str) -> None:
    code, printed, errors = call("mood", *arguments)
    assert (code, printed) == (2, "")
    assert message in " ".join(errors.split())


_LIVE = """
import runpy, sys
import numpy as np
import vibelux.face.camera
from vibelux.face.expression import ExpressionModel
from vibelux.face.reading import FaceReader
known = runpy.run_path(sys.argv.pop(1))
reader = FaceReader(ExpressionModel(known["KnownModel"]()), known["KnownDetector"]())
FaceReader.load = lambda *_, **__: reader
capture = known["KnownCapture"]
capture.frames = [np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)] * 100_000
capture.interval = 0.01
release = capture.release
capture.release = lambda self: (print("released", file=sys.stderr), release(self))
vibelux.face.camera._opened = capture
from vibelux.cli import main
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent to one process there")
def test_ctrl_c_ends_live_cleanly(tmp_path: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", _LIVE, str(KNOWN), "mood", "--camera", "--live", "--json"],
        env={**os.environ, "VIBELUX_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    first = json.loads(running.stdout.readline())
    assert first["state"] == "ok"
    running.send_signal(signal.SIGINT)
    rest, errors = running.communicate()
    assert running.returncode == 0
    assert "summary" in json.loads(rest.splitlines()[-1])
    assert errors.split() == ["released"]


def _shown(
    known, *boxes: Box, mood: np.ndarray = HAPPY, rate: float | None = None, code: str = "en"
) -> str:
    known.detector.boxes, known.model.moods = [list(boxes)], [mood]
    moment = FaceTracker(known.reader).read(FRAME, time=65.0)
    console = Console(width=80, force_terminal=False)
    with console.capture() as capture:
        console.print(live_view(moment, words_of(code), rate=rate, group=False))
    return capture.get()


def test_live_screen(known) -> None:
    shown = _shown(known, HERE, THERE)
    assert "You look happy." in shown and "%" not in shown
    assert "Du wirkst fröhlich." in _shown(known, HERE, code="de")
    for code in ("en", "de"):
        lines = _shown(known, HERE, THERE, rate=14.83, code=code).splitlines()
        whole = {"en": "100.0%", "de": "100,0 %"}[code]
        assert whole in "".join(lines) and "1:05  14.8/s" in "".join(lines)
        assert len(lines) <= 24
        assert max(map(len, lines)) <= 80


def test_live_screen_withholds_the_mood(known) -> None:
    shown = _shown(known, HERE, mood=np.full(7, 1 / 7), rate=10.0)
    assert "The expression is hard to tell." in shown
    assert "%" not in shown
    assert shown.count("–") == 7
    assert "No face is seen." in _shown(known)


def test_preview_shows_the_boxes_as_in_a_mirror(known) -> None:
    known.detector.boxes = [[Box(0, 0, 159, 239, 0.9), Box(600, 400, 100, 100, 0.9)]]
    moment = FaceTracker(known.reader).read(FRAME, time=0)
    rows = frame_outline(moment, columns=32).plain.split("\n")
    assert len(rows) == 12
    assert {len(row) for row in rows} == {32}
    assert rows[0] == " " * 24 + "█▀▀▀▀▀▀█"
    assert rows[5] == " " * 24 + "█▄▄▄▄▄▄█"
    assert rows[10].rstrip() == "▀█"  # cut off at the picture's edge
    assert "".join(rows[6:10]).strip() == ""


def test_frame_rate() -> None:
    rate = FrameRate()
    assert rate.after(0.0) == 0
    for number in range(1, 40):
        shown = rate.after(number / 15)
    assert shown == pytest.approx(15)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals there")
def test_keys_are_read_one_by_one_and_the_terminal_is_restored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import termios

    keyboard, terminal = os.openpty()
    with os.fdopen(terminal, "r") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        before = termios.tcgetattr(stdin)
        with Keys() as keys:
            assert keys.pressed() == ""
            os.write(keyboard, b"xq")
            assert [keys.pressed() for _ in range(3)] == ["x", "q", ""]
        assert termios.tcgetattr(stdin) == before
    os.close(keyboard)


def test_no_terminal_no_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "input").write_text("q")
    with (tmp_path / "input").open() as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with Keys() as keys:
            assert keys.pressed() == ""

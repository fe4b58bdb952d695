import contextlib
import json
import os
import re
import runpy
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vibelux.cli import app
from vibelux.errors import CameraError, CatalogueError, InvalidInput, PlayerError
from vibelux.library.catalogue import Catalogue
from vibelux.recommend.listener.listener import Listener

pytest.importorskip("miniaudio")

PLAYERS = runpy.run_path(str(Path(__file__).parents[1] / "players" / "conftest.py"))
stock, start_mpd = PLAYERS["stock"], PLAYERS["start_mpd"]
DRAWN = Path(__file__).parents[1] / "face" / "drawn_face.py"

MOODS = ("happy", "happy=0.8,sad=0.2", "happy=0.5,sad=0.5", "sad", "angry")
ORDER = ("--strength", "1", "--diversity", "0", "--personal", "0")
QUIET = ("--sound-device", "null")

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and terminals of POSIX")


@pytest.fixture
def start(tmp_path):
    """Start the real command line and let it run."""
    running = []

    def run(*arguments, before="", terminal=None):
        ours = ("VIBELUX_", "MPD_")
        clean = {name: v for name, v in os.environ.items() if not name.startswith(ours)}
        process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                f"{before}\nfrom vibelux.cli import main; main()",
                *map(str, ("play", *arguments)),
            ],
            env=clean
            | {"VIBELUX_HOME": str(tmp_path), "COLUMNS": "80", "LINES": "24"}
            | {"PYTHONUTF8": "1", "NO_COLOR": "1", "TERM": "xterm"},
            stdin=terminal or subprocess.DEVNULL,
            stdout=terminal or subprocess.PIPE,
            stderr=terminal or subprocess.PIPE,
            encoding="utf-8",
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


def state(tmp_path):
    return json.loads((tmp_path / "listening.json").read_text())


def end(process):
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate()
    return process.returncode, errors


@posix
def test_plays_and_learns_without_a_terminal(start, stock, tmp_path):
    stock(MOODS, seconds=2)
    process = start("--mood", "happy", *ORDER, *QUIET)
    titles = [process.stdout.readline().split(" – ")[0] for _ in range(3)]
    assert titles == ["Song 0", "Song 1", "Song 2"]
    code, errors = end(process)
    assert code == 128 + signal.SIGTERM
    assert "Playing on the silent device" in errors and "vibelux play --resume" in errors
    with Listener.at(tmp_path / "profile.sqlite") as listener:
        heard = [(event.what, event.title) for event in listener.profile.events()]
    assert heard[:2] == [("played", "Song 0"), ("played", "Song 1")]


@posix
def test_killing_it_at_any_moment_loses_nothing(start, stock, tmp_path):
    stock(MOODS, seconds=60)
    process = start("--mood", "happy", *ORDER, *QUIET)
    assert process.stdout.readline().startswith("Song 0")
    before = state(tmp_path)
    while state(tmp_path)["seconds"] < 4:
        time.sleep(0.1)
    process.kill()
    process.wait()
    left = state(tmp_path)
    assert (left["song"], left["played"]) == (before["song"], before["played"])
    for pause in (0.0, 0.3):
        again = start("--resume", *QUIET)
        assert again.stdout.readline().startswith("Song 0")
        time.sleep(pause)
        again.kill()
        again.wait()
        assert state(tmp_path)["seconds"] >= left["seconds"]
    assert [path.name for path in tmp_path.glob("*.part")] == []
    last = start(*QUIET)  # without a word and without a terminal, it goes on
    assert last.stdout.readline().startswith("Song 0")
    end(last)
    queue = json.loads(state(tmp_path)["session"])["plan"]
    assert len(queue) == len(MOODS) - 1


@posix
def test_the_screen_and_its_keys(start, stock, tmp_path):
    import fcntl
    import pty
    import struct
    import termios

    stock(MOODS, seconds=60)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    # A mood that is typed begins anew and unasked: the last session is not even read.
    (tmp_path / "listening.json").write_text("no session")
    process = start("--mood", "happy", *ORDER, *QUIET, terminal=theirs)
    os.close(theirs)

    def seen_until(text):
        seen = ""
        for _ in range(600):
            if select.select([ours], [], [], 0.1)[0]:
                with contextlib.suppress(OSError):
                    seen += os.read(ours, 65536).decode("utf-8", "replace")
            plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen)
            if text in plain:
                return plain
        raise AssertionError(f"no {text!r} in {seen[-3000:]!r}")

    first = seen_until("▶ Song 0 – Artist 0")
    assert "VibeluX stays with your mood  ━━━━━━━━━━  the silent device" in first
    assert "For this mood: happy." in first and "Song 3" in first
    assert "%" not in first and "0.8" not in first
    for key, text in (
        ("?", "wrong mood: next song"),
        ("?", "Next"),
        ("l", "♥"),
        ("n", "▶ Song 1"),
        ("w", "Noted: not at this mood."),
        ("p", "goes a little brighter"),
        ("-", "brighter  ━━━━━━━━━─"),
        (" ", "Ⅱ"),
    ):
        os.write(ours, key.encode())
        seen_until(text)
    os.write(ours, b"q")
    seen_until("Go on with: vibelux play --resume")
    assert process.wait() == 0
    with Listener.at(tmp_path / "profile.sqlite") as listener:
        told = [event.what for event in listener.profile.events()]
    assert told == ["liked", "skipped", "wrong_mood"]
    os.close(ours)


CAMERA = """
import runpy, sys
from pathlib import Path
import av, numpy as np
import vibelux.face.camera
draw = runpy.run_path({drawn!r})["draw_frame"]
class Capture:
    def __init__(self, device):
        self.frame = np.dstack([draw((200, 100, 220))] * 3)
    def __enter__(self):
        return self
    def __exit__(self, *_):
        Path({released!r}).touch()
    def decode(self, *, video):
        import time
        while True:
            time.sleep(0.03)
            yield av.VideoFrame.from_ndarray(self.frame, format="bgr24")
vibelux.face.camera._opened = Capture
"""


@posix
def test_follows_the_camera_and_plays_through_mpd(start, start_mpd, stock, tmp_path):
    stock(MOODS, seconds=60)
    server = start_mpd(tmp_path / "music")
    released = tmp_path / "released"
    process = start(
        "--follow",
        *ORDER,
        "--mpd",
        f"127.0.0.1:{server.port}",
        before=CAMERA.format(drawn=str(DRAWN), released=str(released)),
    )
    title = process.stdout.readline().split(" – ")[0]
    assert title.startswith("Song")
    current = server.client().currentsong()
    assert current["file"] == f"{title.split()[1]:0>2}.flac"
    assert len(server.titles()) == len(MOODS)
    assert not released.exists()
    _, errors = end(process)
    assert "camera on" in errors
    assert "MPD at 127.0.0.1" in errors and "plays on what it has" in errors
    assert released.exists()
    assert server.client().status()["state"] == "play"
    assert json.loads(state(tmp_path)["session"])["whose"] == "the face"


@posix
def test_a_killed_session_leaves_mpds_modes_to_the_next_one(start, start_mpd, stock, tmp_path):
    stock(MOODS, seconds=60)
    server = start_mpd(tmp_path / "music")
    other = server.client()
    other.random(1)
    other.single("oneshot")
    address = ("--mpd", f"127.0.0.1:{server.port}")
    killed = start("--mood", "happy", *ORDER, *address)
    killed.stdout.readline()
    killed.kill()
    killed.wait()
    assert (other.status()["random"], other.status()["single"]) == ("0", "0")
    again = start("--resume", *address)
    again.stdout.readline()
    assert (other.status()["random"], other.status()["single"]) == ("0", "0")
    _, errors = end(again)
    assert "MPD's random mode is off until this session ends" in errors
    assert (other.status()["random"], other.status()["single"]) == ("1", "oneshot")
    assert not (tmp_path / "mpd_modes.json").exists()


@posix
def test_says_why_mpd_plays_nothing(start, start_mpd, stock, tmp_path):
    stock(MOODS, seconds=1, folder=tmp_path / "music outside")
    (tmp_path / "inside").mkdir()
    server = start_mpd(tmp_path / "inside")
    process = start(
        *("--mood", "happy", "--mpd", f"127.0.0.1:{server.port}", "--mpd-root", tmp_path / "inside")
    )
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "can play none of the catalogue's songs" in errors
    assert "is not in MPD's music folder" in errors and "connect the disk" not in errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "play needs a mood"),
        (("--mood", "happy", "--camera"), "only one of --mood and --camera"),
        (("--mood", "hapy"), "--mood: unknown mood 'hapy'"),
        (("--mood", "happy", "--policy", "up"), "--policy up is unknown; choose from match, lift"),
        (("--mood", "happy", "--policy", "journey"), "needs --goal"),
        (("--mood", "happy", "--mpd", "a:b"), "not an address of MPD"),
        (("--mood", "happy", "--mpd", "a", *QUIET), "--sound-device is of this computer"),
        (("--mood", "happy", "--mpd-root", "/music"), "--mpd-root is of MPD"),
        (("--resume",), "no session to go on with"),
        (("--like", "a", "--mood", "happy"), "only one of --mood and --like"),
        (("--like", "a", "--strength", "1"), "--strength is for a mood; leave it out with --like"),
    ],
)
def test_wrong_usage(call, stock, arguments, message):
    stock(MOODS[:1])
    with pytest.raises(InvalidInput, match=re.escape(message)):
        call(*arguments)


@pytest.fixture
def call(monkeypatch, tmp_path):
    """Call the command in this process, for what ends before anything plays."""
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path))
    monkeypatch.delenv("MPD_HOST", raising=False)

    def run(*arguments):
        CliRunner().invoke(app, ["play", *arguments], catch_exceptions=False)

    return run


def test_says_what_is_missing(call, tmp_path):
    with pytest.raises(CatalogueError, match="vibelux scan FOLDER"):
        call("--mood", "happy", *QUIET)
    Catalogue(tmp_path / "catalogue.sqlite").close()
    with pytest.raises(CatalogueError, match="has no songs that can be played"):
        call("--mood", "happy", *QUIET)


def test_a_damaged_session_is_said(call, stock, tmp_path):
    stock(MOODS[:1])
    (tmp_path / "listening.json").write_text("{")
    with pytest.raises(InvalidInput, match="--fresh"):
        call("--resume", *QUIET)


def test_an_absent_camera_is_said(call, stock):
    stock(MOODS[:1])
    with pytest.raises(CameraError, match="camera"):
        call("--follow", "--device", "97", *QUIET)


def test_an_mpd_that_is_not_there_is_said(call, stock):
    pytest.importorskip("mpd")
    stock(MOODS[:1])
    with pytest.raises(PlayerError, match=r"MPD at 127\.0\.0\.1:1 does not answer"):
        call("--mood", "happy", "--mpd", "127.0.0.1:1")

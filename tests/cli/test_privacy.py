"""Nothing appears outside VibeluX's home and the named outputs, and nothing is sent."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from vibelux.emotions import parse_mood
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import vector_blob

PORTRAIT = Path(__file__).parents[1] / "data" / "portrait.png"

VIBELUX = (sys.executable, "-c", "from vibelux.cli import main; main()")

ONE_BY_ONE = """
import json, sys
from vibelux.cli import main
for arguments in json.load(sys.stdin):
    sys.argv[1:] = arguments
    try:
        main()
    except SystemExit as ended:
        assert ended.code == 0, (arguments, ended.code)
"""
"""A program that runs several commands, and so imports each library once."""

UNTOUCHED = ("home", "cache", "config", "data", "state", "run", "temporary", "here")
"""Folders of the user and of the system, that stay empty."""

Vibelux = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Of a user who has just been made: all folders are empty."""
    for name in UNTOUCHED:
        (tmp_path / name).mkdir(mode=0o700)
    usual = ("PATH", "LD_LIBRARY_PATH", "PYTHONPATH", "SYSTEMROOT", "VIRTUAL_ENV")
    return {
        **{name: os.environ[name] for name in usual if name in os.environ},
        "HOME": str(tmp_path / "home"),
        **{f"XDG_{name.upper()}_HOME": str(tmp_path / name) for name in UNTOUCHED[1:5]},
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "TMPDIR": str(tmp_path / "temporary"),
        "VIBELUX_HOME": str(tmp_path / "vibelux"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "NO_COLOR": "1",
    }


@pytest.fixture
def vibelux(tmp_path: Path, environment: dict[str, str]) -> Vibelux:
    """Run a command as that user, maybe under another program."""

    def run(
        *arguments: str | Path, under: tuple[str, ...] = ()
    ) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*under, *VIBELUX, *map(str, arguments)],
            env=environment,
            cwd=tmp_path / "here",
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done

    return run


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """A folder with two songs."""
    folder = tmp_path / "music"
    folder.mkdir()
    seconds = np.arange(11 * 16_000) / 16_000
    for number, pitch in enumerate((220.0, 331.0)):
        with wave.open(str(folder / f"{number}.wav"), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes((9000 * np.sin(2 * np.pi * pitch * seconds)).astype("<i2").tobytes())
    return folder


def catalogue_of(music: Path, home: Path) -> None:
    """Make a catalogue of the songs, as if they had been scanned."""
    home.mkdir(mode=0o700)
    with Catalogue(home / "catalogue.sqlite") as catalogue, catalogue.writing() as connection:
        for path in music.iterdir():
            row = {"path": path_bytes(path), "title": path.stem, "state": "ok", "duration": 11.0}
            connection.execute(insert(songs).values(**row, mood=vector_blob(parse_mood("happy"))))


def appeared(tmp_path: Path) -> list[str]:
    """Return what is in the folders that stay empty."""
    return [
        str(path.relative_to(tmp_path))
        for name in UNTOUCHED
        for path in sorted((tmp_path / name).rglob("*"))
    ]


def serve_and_ask(environment: dict[str, str], *, under: tuple[str, ...] = ()) -> None:
    """Start the service, ask it for songs, and stop it."""
    service = subprocess.Popen(
        [*under, *VIBELUX, "serve", "--port", "0", "--no-browser"],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert service.stdout is not None
    try:
        link = re.search(r"http://127\.0\.0\.1:\d+/", service.stdout.readline())
        assert link is not None
        mood = {"mood": [0, 0, 0, 1, 0, 0, 0]}
        for path, body in (("health", None), ("songs", None), ("recommendations", mood)):
            request = urllib.request.Request(
                f"{link[0]}api/v1/{path}",
                None if body is None else json.dumps(body).encode(),
                {"Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request) as answer:
                assert answer.status == 200
    finally:
        service.send_signal(signal.SIGTERM)
        service.stdout.read()
        service.wait()
        service.stdout.close()


def test_a_picture_is_read_without_a_trace(vibelux: Vibelux, tmp_path: Path) -> None:
    assert "surprise" in vibelux("mood", "--image", PORTRAIT).stdout
    assert appeared(tmp_path) == []
    assert not (tmp_path / "vibelux").exists()


def test_songs_are_scanned_recommended_and_served_without_a_trace(
    vibelux: Vibelux, tmp_path: Path, music: Path, environment: dict[str, str]
) -> None:
    commands = (
        ("scan", music, "--workers", "2"),
        ("recommend", "--mood", "happy"),
        ("recommend", "--mood", "sad", "--order", "listening", "-o", tmp_path / "out.m3u8"),
        ("recommend", "--image", PORTRAIT, "--json"),
        ("similar", "0"),
        ("library",),
        ("profile", "export", tmp_path / "profile.json"),
        ("embeddings", "export", tmp_path / "moods.json"),
        ("tag", music),
    )
    done = subprocess.run(
        [sys.executable, "-c", ONE_BY_ONE],
        env=environment,
        cwd=tmp_path / "here",
        input=json.dumps([[str(argument) for argument in command] for command in commands]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    serve_and_ask(environment)
    assert appeared(tmp_path) == []
    named = {"out.m3u8", "profile.json", "moods.json", "music", "vibelux"}
    assert {path.name for path in tmp_path.iterdir()} == {*UNTOUCHED, *named}
    assert {path.name for path in music.iterdir()} == {"0.wav", "1.wav"}


@pytest.mark.parametrize("command", ["mood", "analyse"])
def test_pictures_are_drawn_without_a_trace(
    vibelux: Vibelux, tmp_path: Path, music: Path, command: str
) -> None:
    what = ("--image", PORTRAIT) if command == "mood" else (music / "0.wav",)
    vibelux(command, *what, "--plot", tmp_path / "picture.png")
    assert appeared(tmp_path) == []
    assert {path.name for path in (tmp_path / "vibelux").iterdir()} == {"matplotlib"}


def test_pictures_are_drawn_where_there_can_be_no_home(
    vibelux: Vibelux, tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "file").touch()
    environment["VIBELUX_HOME"] = str(tmp_path / "file" / "vibelux")
    vibelux("mood", "--image", PORTRAIT, "--plot", tmp_path / "picture.png")
    assert (tmp_path / "picture.png").is_file()
    assert appeared(tmp_path) == []


@pytest.fixture
def under_strace(tmp_path: Path) -> tuple[str, ...]:
    """What a command is run under so that its network calls are written down."""
    calls = str(tmp_path / "calls")
    # -D: signals go to the command; the output ends when strace does, too. Only the calls that are
    # written down are slower.
    strace = ("strace", "-D", "-f", "--seccomp-bpf", "-qq", "-e", "trace=network", "-o", calls)
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    if subprocess.run([*strace, "true"], capture_output=True, check=False).returncode:
        pytest.skip("strace is not permitted here")
    return strace


def sent(tmp_path: Path) -> list[str]:
    """Return the calls that concern another machine, or the resolver of names."""
    calls = (tmp_path / "calls").read_text().splitlines()
    inet = [line for line in calls if "AF_INET" in line and "sin" in line]
    here = re.compile(r'inet_addr\("127\.\d+\.\d+\.\d+"\)|inet_pton\(AF_INET6, "::1"')
    return [line for line in inet if not here.search(line) or "htons(53)" in line]


def test_strace_would_notice(tmp_path: Path, under_strace: tuple[str, ...]) -> None:
    program = "import socket; s = socket.socket(type=socket.SOCK_DGRAM); "
    for address in ("192.0.2.1", "127.0.0.1"):
        ask = f"{program} s.connect(({address!r}, 9))"
        subprocess.run([*under_strace, sys.executable, "-c", ask], capture_output=True, check=False)
        assert bool(sent(tmp_path)) == (address == "192.0.2.1")


@pytest.mark.parametrize("name", ["mood", "scan", "recommend", "analyse"])
def test_no_command_opens_a_socket_to_another_machine(
    vibelux: Vibelux, tmp_path: Path, music: Path, under_strace: tuple[str, ...], name: str
) -> None:
    if name == "recommend":
        catalogue_of(music, tmp_path / "vibelux")
    arguments = {
        "mood": ("--image", PORTRAIT),
        "scan": (music, "--workers", "2"),
        "recommend": ("--mood", "happy"),
        "analyse": (music / "0.wav", "--plot", tmp_path / "picture.png"),
    }
    vibelux(name, *arguments[name], under=under_strace)
    assert sent(tmp_path) == []
    assert "socket(AF_INET" not in (tmp_path / "calls").read_text()


def test_the_service_talks_to_this_machine_only(
    tmp_path: Path, music: Path, environment: dict[str, str], under_strace: tuple[str, ...]
) -> None:
    catalogue_of(music, tmp_path / "vibelux")
    serve_and_ask(environment, under=under_strace)
    assert sent(tmp_path) == []
    assert "accept" in (tmp_path / "calls").read_text()

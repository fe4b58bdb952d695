"""Disks that are read-only or full: what is there can be read, and one sentence says the rest."""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import insert

from vibelux.library.catalogue import Catalogue
from vibelux.library.migrations import MIGRATIONS
from vibelux.library.schema import APPLICATION_ID, path_bytes, songs
from vibelux.library.schema_blobs import EMBEDDING, vector_blob
from vibelux.recommend.listener.profile import Event, Profile
from vibelux.samples.rendering import Format, write_audio

READ_ONLY = 'mount --bind "$HOME_OF" "$HOME_OF"; mount -o remount,ro,bind "$HOME_OF"'

FULL = (
    'cp -a "$HOME_OF" "$HOME_OF.copy"; mount -t tmpfs -o size=1m tmpfs "$HOME_OF"; '
    'cp -a "$HOME_OF.copy/." "$HOME_OF"; dd if=/dev/zero of="$HOME_OF/filler" bs=1k 2>/dev/null; '
    'dd if=/dev/zero of="$HOME_OF/filler2" bs=1 2>/dev/null; true'
)

VIBELUX = (sys.executable, "-c", "from vibelux.cli import main; main()")

PORTRAIT = Path(__file__).parents[1] / "data" / "portrait.png"

Started = Callable[..., "subprocess.Popen[str]"]
Ran = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def music(tmp_path: Path) -> Path:
    """Four songs."""
    folder = tmp_path / "music"
    folder.mkdir()
    tone = 0.3 * np.sin(np.arange(44_100 * 3) / 20).astype(np.float32)
    for number in range(4):
        path = folder / f"{number}.wav"
        form = Format(".wav", "wav", "pcm_s16le", "s16", 44_100)
        write_audio(path, np.stack([tone, tone]), file_format=form, tags={})
    return folder


@pytest.fixture
def home(tmp_path: Path, music: Path) -> Path:
    """A home that knows the songs, and that one of them is liked."""
    folder = tmp_path / "home"
    with Catalogue(folder / "catalogue.sqlite") as catalogue, catalogue.writing() as connection:
        for number in range(4):
            row = {
                "path": path_bytes(music / f"{number}.wav"),
                "title": f"Song {number}",
                "state": "ok",
                "mood": vector_blob(np.roll([0.7, 0.3, 0, 0, 0, 0, 0], number)),
                "embedding": vector_blob(np.roll([0.6, 0.8, 0, 0], number), EMBEDDING),
                "model": "music-1",
                "duration": 3.0,
            }
            connection.execute(insert(songs).values(row))
    with Profile(folder / "profile.sqlite") as profile:
        profile.add(Event("liked", "k", path_bytes(music / "0.wav"), title="Song 0"))
    return folder


@pytest.fixture
def started(tmp_path: Path, home: Path) -> Started:
    """Start a command that sees the home on another disk, of this test's own."""
    if sys.platform != "linux" or shutil.which("unshare") is None:
        pytest.skip("needs mount namespaces")
    own = ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]
    probe = [*own, "sh", "-c", f'mount -t tmpfs tmpfs "{home}"']
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("mount namespaces are not permitted here")

    def start(disk: str, *arguments: str | Path) -> "subprocess.Popen[str]":
        clean = {name: v for name, v in os.environ.items() if not name.startswith("VIBELUX_")}
        return subprocess.Popen(
            [*own, "sh", "-c", f'{disk}; exec "$@"', "sh", *VIBELUX, *map(str, arguments)],
            env={
                **clean,
                "HOME_OF": str(home),
                "VIBELUX_HOME": str(home),
                "COLUMNS": "300",
                "NO_COLOR": "1",
            },
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def ran(started: Started) -> Ran:
    """Run such a command to its end."""

    def run(disk: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        process = started(disk, *arguments)
        out, err = process.communicate()
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    return run


@pytest.mark.parametrize("disk", [READ_ONLY, FULL], ids=["read-only", "full"])
def test_what_is_there_can_be_read(
    ran: Ran, disk: str, tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    commands = (
        (("library",), "4 songs"),
        (("recommend", "--mood", "angry", "-n", "1"), "Song 0"),
        (("similar", "Song 1"), "Song 2"),
        (("recommend", "--mood", "angry", "--order", "listening"), "Song 0"),
        (("profile", "show"), "1 liked"),
        (("recommend", "--mood", "sad", "-o", tmp_path / "out.m3u8"), "Song"),
        (("embeddings", "export", tmp_path / "moods.json"), "4 songs written"),
        (("mood", "--image", PORTRAIT, "--plot", tmp_path / "face.png"), "surprise"),
    )
    for arguments, expected in commands[: rounds(3, 99)]:
        done = ran(disk, *arguments)
        assert (done.returncode, expected in done.stdout) == (0, True), (arguments, done)
        assert "error" not in done.stderr


@pytest.mark.parametrize(
    ("disk", "word"),
    [(READ_ONLY, "read-only|Read-only"), (FULL, "full|No space left")],
    ids=["read-only", "full"],
)
def test_what_cannot_be_written_is_said_in_one_sentence(
    ran: Ran,
    disk: str,
    word: str,
    home: Path,
    music: Path,
    tmp_path: Path,
    rounds: Callable[[int, int], int],
) -> None:
    (tmp_path / "moods.json").write_text(
        json.dumps({f"/m/{n}.mp3": [1, 0, 0, 0, 0, 0, 0] for n in range(3000)})
    )
    commands = (
        ("scan", music),
        ("embeddings", "import", tmp_path / "moods.json"),
        ("embeddings", "export", home / "moods.json"),
        ("recommend", "--mood", "sad", "-n", "1", "-o", home / "out.m3u8"),
        ("profile", "export", home / "out.json"),
        ("mood", "--image", PORTRAIT, "--plot", home / "face.png"),
        ("demo", "--folder", home / "demo", "--no-page"),
        *(() if disk == FULL else (("profile", "forget", "--yes"),)),
    )
    for arguments in commands[: rounds(3, 99)]:
        done = ran(disk, *arguments)
        assert done.returncode == 1, (arguments, done)
        errors = [line for line in done.stderr.splitlines() if "error" in line.casefold()]
        assert len(errors) == 1 and re.search(word, errors[0]), (arguments, done.stderr)
        assert "Traceback" not in done.stderr
    assert sorted(path.name for path in home.iterdir()) == ["catalogue.sqlite", "profile.sqlite"]
    with Catalogue(home / "catalogue.sqlite") as catalogue:
        assert catalogue.counts()["ok"] == 4


def ask(link: str, path: str, body: Any = None, method: str | None = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{link}api/v1/{path}", data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_the_service_plays_on_from_a_read_only_disk_without_learning(started: Started) -> None:
    service = started(READ_ONLY, "serve", "--port", "0", "--no-browser")
    assert service.stdout is not None
    try:
        link = re.search(r"http://127\.0\.0\.1:\d+/", service.stdout.readline())
        assert link is not None
        wanted = {"mood": [1, 0, 0, 0, 0, 0, 0]}
        assert ask(link[0], "songs")[1]["total"] == 4
        assert len(ask(link[0], "recommendations", wanted)[1]["songs"]) == 4
        status, session = ask(link[0], "sessions", wanted)
        assert status == 201
        place = f"sessions/{session['id']}"
        for what in ("begun", "played", "skipped", "wrong_mood"):
            told = {"song": 1, "what": what, "after_seconds": 1.0}
            assert ask(link[0], f"{place}/feedback", told)[0] == 200
        told["what"] = "liked"
        for status, answer in (
            ask(link[0], f"{place}/feedback", told),
            ask(link[0], "songs/1/mood", wanted, "PUT"),
            ask(link[0], "profile", method="DELETE"),
        ):
            assert status == 503
            assert "read-only" in answer["error"]["message"] + answer["error"]["hint"]
    finally:
        service.send_signal(signal.SIGTERM)
        _, said = service.communicate()
    assert said.count("nothing can be saved in the profile") <= 4  # at the start, and if asked for
    assert said.count("sessions cannot be kept") == 1
    assert "Traceback" not in said


def test_music_plays_from_a_read_only_disk_and_that_is_said_once(started: Started) -> None:
    pytest.importorskip("miniaudio")
    playing = started(READ_ONLY, "play", "--mood", "angry", "--sound-device", "null")
    assert playing.stdout is not None
    heard = [playing.stdout.readline() for _ in range(2)]
    playing.send_signal(signal.SIGTERM)
    _, said = playing.communicate()
    assert all("Song" in line for line in heard), said
    assert said.count("nothing can be saved in the profile") == 1
    assert said.count("cannot save the session") == 1
    assert "Traceback" not in said


def test_an_older_catalogue_on_a_read_only_disk_is_not_brought_up_to_date(
    ran: Ran, home: Path
) -> None:
    path = home / "catalogue.sqlite"
    path.unlink()
    with closing(sqlite3.connect(path)) as old:
        for statements in MIGRATIONS[:-1]:
            for statement in statements:
                old.execute(statement)
        old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        old.execute(f"PRAGMA user_version = {len(MIGRATIONS) - 1}")
        old.commit()
    done = ran(READ_ONLY, "library")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "is of an older version" in done.stderr
    assert "copy it to another folder" in done.stderr


def test_what_was_written_last_counts_on_a_disk_that_became_read_only_without_warning(
    ran: Ran, home: Path
) -> None:
    dies = (
        "import os; from pathlib import Path; from vibelux.library.catalogue import Catalogue\n"
        f"catalogue = Catalogue(Path({str(home / 'catalogue.sqlite')!r}))\n"
        "with catalogue.reading():\n"
        "    with catalogue.writing() as c: c.exec_driver_sql('UPDATE songs SET title = \"New\"')\n"
        "    os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", dies], check=False).returncode == 9
    (home / "catalogue.sqlite-shm").unlink()
    assert (home / "catalogue.sqlite-wal").stat().st_size
    done = ran(READ_ONLY, "recommend", "--mood", "sad", "--order", "listening")
    assert (done.returncode, done.stdout.count("New")) == (0, 4), done.stderr
    assert (home / "catalogue.sqlite-wal").stat().st_size

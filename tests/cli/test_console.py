"""Names that look like markup, emoji or commands to a terminal, in every command."""

import io
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from vibelux.cli import main
from vibelux.cli.console import err, out
from vibelux.cli.plain_console import PlainConsole
from vibelux.library.catalogue import Catalogue
from vibelux.library.scan import scan
from vibelux.library.workers_process import THREADS
from vibelux.recommend.listener.profile import Event, Profile
from vibelux.samples.rendering import Format, write_audio

HOSTILE = "[/red] [bold]x :boom: {0} $\\frac{ \x1b[31m\u202e"
SHOWN = "[/red] [bold]x :boom: {0} $\\frac{ \\x1b[31m\\u202e"

if sys.platform == "win32":
    pytest.skip("no file can have such a name there", allow_module_level=True)


def console() -> tuple[PlainConsole, io.StringIO]:
    file = io.StringIO()
    return PlainConsole(file), file


def test_a_console_shows_every_text_as_it_is():
    plain, file = console()
    plain.print(HOSTILE, soft_wrap=True)
    plain.print(Text(HOSTILE), soft_wrap=True)
    table = Table(HOSTILE, title=HOSTILE, width=120)
    table.add_row(HOSTILE)
    plain.print(table)
    plain.print(Panel(HOSTILE, title=Text(HOSTILE)))
    assert file.getvalue().count("[/red] [bold]x :boom:") == 7
    assert "\x1b" not in file.getvalue()
    assert "\u202e" not in file.getvalue()


def test_styles_of_ours_still_work():
    file = io.StringIO()
    plain = PlainConsole(file)
    plain._force_terminal, plain._color_system, plain.no_color = True, 1, False
    plain.print(Text("a", style="bold"), "[b]", style="red")
    assert file.getvalue() == "\x1b[1;31ma\x1b[0m\x1b[31m [b]\x1b[0m\n"


def test_a_sentence_is_wrapped_for_a_terminal_and_not_for_a_file():
    sentence = "word " * 40 + "end."
    plain, file = console()
    plain.print(sentence)
    plain.print(Text(sentence))
    assert file.getvalue() == f"{sentence}\n" * 2
    file = io.StringIO()
    terminal = PlainConsole(file)
    terminal._force_terminal, terminal.no_color = True, True
    terminal.width = 80
    terminal.print(sentence)
    lines = file.getvalue().splitlines()
    assert len(lines) == 3 and max(map(len, lines)) <= 80


def test_both_consoles_are_plain(capfd):
    out().print(HOSTILE, soft_wrap=True)
    err().print(HOSTILE, soft_wrap=True)
    printed = capfd.readouterr()
    assert printed.out == printed.err == f"{SHOWN}\n"


def there(path: Path) -> Path:
    """Return a path whose folder is there: the name holds a slash."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@pytest.fixture(scope="module")
def music(tmp_path_factory) -> Path:
    """A folder of songs with such names and tags, and one of which nothing can be heard."""
    folder = tmp_path_factory.mktemp("music") / HOSTILE
    clicks = np.zeros((2, 44_100 * 4), "float32")
    clicks[:, ::100] = 0.5
    flac = Format(".flac", "flac", "flac", "s16", 44_100)
    tags = {name: f"{name} {HOSTILE}" for name in ("title", "artist", "album", "genre")}
    for number in range(2):
        path = folder / f"{number} {HOSTILE}.flac"
        write_audio(there(path), clicks / (1 + number), file_format=flac, tags=tags)
    there(folder / f"broken {HOSTILE}.mp3").write_bytes(b"no sound")
    return folder


@pytest.fixture(scope="module")
def scanned(music, tmp_path_factory) -> Path:
    """A home with these songs in its catalogue, one of them gone, and a profile with likes."""
    home = tmp_path_factory.mktemp("home")
    gone = there(music / f"gone {HOSTILE}.flac")
    shutil.copy(music / f"0 {HOSTILE}.flac", gone)
    with Catalogue(home / "catalogue.sqlite") as catalogue:
        scan([music], catalogue, workers=1, song_timeout=60.0)
        gone.unlink()
        scan([music], catalogue, workers=1, song_timeout=60.0)
    with Profile(home / "profile.sqlite") as profile:
        profile.add(
            Event("liked", "k", str(music).encode(), HOSTILE, HOSTILE, mood=None, analysis=None)
        )
    return home


MOOD = ("--mood", "happy")


def commands(music: Path, folder: Path) -> dict[str, tuple[list[object], int, bool]]:
    """Return the commands, by a name: what is given, the exit code, whether the name is shown."""
    nowhere, target = folder / HOSTILE, folder / f"out {HOSTILE}"
    picture = folder / f"{HOSTILE}.png"
    Image.new("RGB", (64, 64), "white").save(there(picture))
    raw = folder / "raw" / HOSTILE
    raw.mkdir(parents=True)
    there(target)
    rows = folder / f"{HOSTILE}.json"
    rows.write_text(json.dumps({f"{HOSTILE}.mp3": [1, 2]}))
    song = music / f"0 {HOSTILE}.flac"
    return {
        "scan": (["scan", music, "--retry", "--workers", "1"], 0, True),
        "scan nothing": (["scan", nowhere], 2, True),
        "library": (["library"], 0, True),
        "library failed": (["library", "--failed", "--missing"], 0, True),
        "library server": (["library", "--server", HOSTILE], 2, True),
        "tag": (["tag", music], 0, True),
        "tag nothing": (["tag", nowhere], 2, True),
        "analyse": (["analyse", song], 0, True),
        "analyse plot": (["analyse", song, "--plot", f"{target}.png"], 0, True),
        "analyse broken": (["analyse", music / f"broken {HOSTILE}.mp3"], 1, True),
        "mood": (["mood", "--image", picture], 1, False),
        "mood nothing": (["mood", "--image", nowhere], 1, True),
        "mood video": (["mood", "--video", nowhere], 1, True),
        "recommend": (["recommend", *MOOD, "-o", f"{target}.m3u8"], 0, True),
        "recommend mood": (["recommend", "--mood", HOSTILE], 2, True),
        "recommend policy": (["recommend", *MOOD, "--policy", HOSTILE], 2, True),
        "similar": (["similar", song, "-o", f"{target}.xspf"], 0, True),
        "similar several": (["similar", HOSTILE], 1, True),
        "profile": (["profile", "show"], 0, True),
        "profile export": (["profile", "export", f"{target}.profile.json"], 0, True),
        "embeddings export": (["embeddings", "export", f"{target}.json"], 0, True),
        "embeddings import": (["embeddings", "import", rows], 0, True),
        "evaluate face": (["evaluate", "face", "--data", nowhere], 1, True),
        "preprocess": (["preprocess", raw.parent.parent, target], 1, False),
        "play": (["play", *MOOD, "--policy", HOSTILE], 2, True),
        "serve": (["serve", "--no-browser", "--host", HOSTILE], 2, True),
        "serve root": (["serve", "--no-browser", "--root", nowhere], 2, True),
        "serve name": (["serve", "--no-browser", "--allow-host", HOSTILE], 2, True),
        "serve proxy": (["serve", "--no-browser", "--proxy", HOSTILE], 2, True),
        "subsonic": (["subsonic", "login", HOSTILE, "--user", HOSTILE], 2, True),
        "option": ([f"--{HOSTILE}"], 2, True),
        "command": ([HOSTILE], 2, True),
        "number": (["scan", music, "--workers", HOSTILE], 2, False),
    }


def test_every_command_shows_hostile_names_as_they_are(
    music, scanned, tmp_path, monkeypatch, capfd
):
    for name, value in {"VIBELUX_HOME": str(scanned), "COLUMNS": "200", "NO_COLOR": "1"}.items():
        monkeypatch.setenv(name, value)
    for name in THREADS:
        monkeypatch.setenv(name, "1")  # `serve` sets them
    wrong = []
    for name, (arguments, code, shown) in commands(music, tmp_path).items():
        monkeypatch.setattr(sys, "argv", ["vibelux", *map(str, arguments)])
        ended: object = 0
        try:
            main()
        except SystemExit as end:
            ended = end.code or 0
        done = capfd.readouterr()
        printed = done.out + done.err
        if ended != code:
            wrong.append(f"{name}: exit code {ended}\n{printed[-600:]}")
        if "Traceback" in printed or "\x1b" in printed or "\x07" in printed:
            wrong.append(f"{name}: {printed[-600:]!r}")
        if shown and "[/red][bold]x:boom:{0}" not in "".join(printed.replace("│", "").split()):
            wrong.append(f"{name} does not show it: {printed[-600:]}")
    assert not wrong, "\n".join(wrong)

"""What listeners are told when something is wrong is said in every language."""

import ast
import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import vibelux
from vibelux import errors
from vibelux.language import LANGUAGES, words_of

SOURCE = Path(vibelux.__file__).parent

MET_BY_LISTENERS = (
    *("settings.py", "samples/rendering.py", "plots/picture.py"),
    *("face/image.py", "face/camera.py", "face/video.py", "face/video_file.py"),
    *("music/audio_file.py", "music/reading_errors.py"),
    *("library/databases/sqlite_errors.py", "library/sqlite_format.py"),
    "library/playlists/__init__.py",
    *("library/scan_files.py", "library/scan_verdicts.py", "library/waited_call.py"),
    *("library/tag_fields.py", "library/tag_writing.py", "library/workers.py"),
    *("recommend/ranking.py", "recommend/similar_songs.py"),
    *("servers/fetching.py", "servers/http.py", "servers/login.py", "servers/playlists.py"),
    *("players/device.py", "players/embedded.py", "players/listening.py", "players/mpd.py"),
    *("players/mpd_files.py", "players/mpd_server.py", "players/saved_session.py"),
    "players/system.py",
)
"""Files whose errors people who listen may read, in the terminal."""

RAISED = {
    *(name for name, one in vars(errors).items() if isinstance(one, type)),
    *("TagError", "NotTaggable", "MpdLacks", "refuse", "_error", "_unusable"),
}
"""What is called with a message."""


def templates(path: Path) -> Iterator[str]:
    """Yield the messages of a file, a pair of braces for each value."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name not in RAISED:
            continue
        for given in node.args:
            parts = given.values if isinstance(given, ast.JoinedStr) else [given]
            texts = [
                part.value
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
                else "{}"
                for part in parts
            ]
            yield "".join(texts).removeprefix("cannot analyse {}: ")


def is_message(text: str) -> bool:
    """Tell sentences from codes, values alone, and what only callers in Python can be told."""
    return " " in text and re.search(r"[a-z]{3}", text) is not None and "={}" not in text


@pytest.mark.parametrize("code", LANGUAGES[1:])
def test_errors_are_said_in_every_language(code):
    table = words_of(code)._at("cli.translations")
    known = {re.sub(r"\{\w+\}", "{}", text) for text in table}
    said = {
        text for file in MET_BY_LISTENERS for text in templates(SOURCE / file) if is_message(text)
    }
    assert len(said) > 100
    assert said - known == set()


@pytest.mark.parametrize(
    "number", [errno.EACCES, errno.ENOENT, errno.ENOSPC, errno.EROFS, errno.EIO, errno.EISDIR]
)
@pytest.mark.parametrize("code", LANGUAGES[1:])
def test_so_is_what_the_system_says_of_files(code, number):
    said = os.strerror(number)
    assert words_of(code).translated(said) != said


def test_a_message_with_messages_in_it():
    german = words_of("de")
    english = "it cannot be written: Read-only file system"
    assert german.translated(english) == "sie lässt sich nicht schreiben: schreibgeschützt"
    newer = (
        "the catalogue /a.sqlite has version 9, this VibeluX reads up to 8; it was left as it is. "
        "Update VibeluX, or set VIBELUX_HOME to another folder"
    )
    assert german.translated(newer).startswith("Katalog /a.sqlite: Version 9 ist neuer")

"""What a worker says of one file."""

import errno
import os
import subprocess
import sys

import pytest

from vibelux.errors import AudioError, ModelError
from vibelux.library import tags
from vibelux.library.workers_process import Job, hash_of, outcome_of

from scan_analysers import analyser  # isort: skip


@pytest.fixture
def song(tmp_path):
    path = tmp_path / "Anna - Summer.mp3"
    path.write_bytes(b"a song")
    return path


def outcome(path, error=None, known=frozenset()):
    """What a worker says whose analysis raises an error, and the hashes that it announced."""
    hashes = []

    def fail(_):
        raise error

    analyse = analyser(None) if error is None else fail
    said = outcome_of(Job(1, path, known), analyse, "m", on_hash=hashes.append)
    return said, hashes


def test_a_song(song):
    said, hashes = outcome(song)
    assert (said.reason_code, said.values["model"], said.values["title"]) == (None, "m", "Summer")
    assert hashes == [said.content_hash] == [hash_of(song)]


def test_known_content_is_not_announced(song):
    said, hashes = outcome(song, known=frozenset({hash_of(song)}))
    assert (said.values, said.content_hash, hashes) == ({}, hash_of(song), [])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AudioError("it is a picture", code="not_audio"), "not_audio"),
        (AudioError("gone", code="vanished"), "vanished"),
        (FileNotFoundError(errno.ENOENT, "No such file"), "vanished"),
        (NotADirectoryError(errno.ENOTDIR, "Not a directory"), "vanished"),
        (PermissionError(errno.EACCES, "Permission denied"), "no_permission"),
        (OSError(errno.EIO, "Input/output error"), "unreachable"),
        (TimeoutError(errno.ETIMEDOUT, "Connection timed out"), "unreachable"),
        (ConnectionError("of nowhere"), "unreachable"),
        (MemoryError(), "killed"),
        (RuntimeError("a mistake"), "crashed"),
        (RecursionError("too deep"), "crashed"),
    ],
)
def test_failures(song, error, code):
    said, hashes = outcome(song, error)
    assert (said.reason_code, said.values, said.content_hash) == (code, {}, hashes[0])
    assert said.reason


def test_what_concerns_all_files(song):
    error = ModelError("the model does not fit")
    assert outcome(song, error)[0] is error


def test_tags_that_cannot_be_read_now_are_not_guessed(song, monkeypatch):
    """The sound was analysed, then the disk failed: the name is not taken for the tags."""

    def refuse(_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(tags, "open_media", refuse)
    said, _ = outcome(song)
    assert (said.reason_code, said.values) == ("unreachable", {})


def test_nothing_else_is_in_memory_while_the_model_is_loaded():
    """Loading takes more memory than anything that a worker does afterwards."""
    program = """
import sys
import vibelux.models
from vibelux.library.workers_process import load_music_model

def load(*arguments, real=vibelux.models.load_model, **options):
    print(sorted({"av", "PIL", "sqlalchemy", "matplotlib"} & sys.modules.keys()))
    return real(*arguments, **options)

vibelux.models.load_model = load
load_music_model(None)
print("av" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.split() == ["[]", "True"], done.stderr

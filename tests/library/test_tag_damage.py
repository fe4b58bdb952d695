"""Files over which a parser stumbles: they are told, and all others are done."""

import json
import struct

import pytest
from tagged_songs import FORMATS, write_song
from typer.testing import CliRunner

from vibelux.cli import app

mutagen = pytest.importorskip("mutagen", reason="needs the tags extra")

from vibelux.library import tag_fields, tag_writing  # noqa: E402
from vibelux.library.tag_fields import read_fields  # noqa: E402
from vibelux.library.tag_writing import tag_songs, untag_songs  # noqa: E402


def write_streamed_wav(path):
    """Write a WAV as a program does that cannot go back to fill in the lengths."""
    data = bytearray(write_song(path).read_bytes())
    place = data.index(b"data")
    for at in (4, place + 4):
        data[at : at + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    return path


def write_cut_wma(path):
    data = write_song(path).read_bytes()
    path.write_bytes(data[:40])
    return path


def write_wrong_ogg(path):
    data = bytearray(write_song(path).read_bytes())
    data[26] = 255  # segments of the first page
    path.write_bytes(data[:64])
    return path


STRANGE = {
    "wav": write_streamed_wav,
    "wma": write_cut_wma,
    "ogg": write_wrong_ogg,
    "wv": lambda path: write_song(path, rate=176400, seconds=0.2),
}


@pytest.mark.parametrize("suffix", STRANGE)
def test_a_strange_file_is_told_and_the_next_one_done(catalogue, known, music, suffix):
    strange = STRANGE[suffix](music / f"a.{suffix}")
    after = write_song(music / "b.flac")
    known(strange)
    known(after)
    before = strange.read_bytes()
    first, second = tag_songs([music], catalogue, write=True)
    assert second.state == "changed"
    assert read_fields(after, ["MOOD"]) == {"MOOD": ["happy"]}
    if first.state == "skipped":
        assert first.failed
        assert first.reason.startswith(("its tags cannot be", "its sound"))
        assert strange.read_bytes() == before
    first, second = untag_songs([music], catalogue, write=True)
    assert second.state == "changed"
    assert sorted(p.name for p in music.iterdir()) == [strange.name, after.name]


ERRORS = (
    *(struct.error("unpack requires a buffer of 4 bytes"), IndexError("list index out of range")),
    *(KeyError("key"), RecursionError("too deep"), MemoryError(), OverflowError("too large")),
    *(ZeroDivisionError("division by zero"), AssertionError(), mutagen.MutagenError("no tags")),
    *(TypeError("none"), EOFError(), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid")),
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("where", ["reading", "writing", "sound"])
def test_whatever_a_parser_raises_concerns_one_file(
    catalogue, known, music, monkeypatch, error, where
):
    for name in ("a.flac", "b.flac", "c.flac"):
        known(write_song(music / name))

    def failing(function, place):
        def call(*arguments, **options):
            if "b.flac" in str(arguments[place]) or ".part" in str(arguments[place]):
                raise error
            return function(*arguments, **options)

        return call

    if where == "reading":
        monkeypatch.setattr(tag_fields.mutagen, "File", failing(mutagen.File, 0))
    elif where == "writing":

        def save(self, *_, **__):
            raise error

        monkeypatch.setattr(mutagen.flac.FLAC, "save", save)
    else:
        monkeypatch.setattr(tag_writing, "open_media", failing(tag_writing.open_media, 0))
    states = [step.state for step in tag_songs([music], catalogue, write=True)]
    assert len(states) == 3
    assert states[1] == "skipped"
    assert {step.state for step in untag_songs([music], catalogue, write=True)} <= {
        *("same", "skipped", "changed")
    }


def test_the_exit_code_tells_that_a_file_could_not_be_read(
    tmp_path, monkeypatch, catalogue, known, music
):
    monkeypatch.setenv("VIBELUX_HOME", str(catalogue.path.parent))
    known(write_song(music / "a.flac"))
    write_song(music / "unknown.flac")
    run = CliRunner()
    done = run.invoke(app, ["tag", str(music), "--json"])
    assert done.exit_code == 0
    (music / "b.flac").write_bytes(b"fLaC")
    known(music / "b.flac")
    for options in ((), ("--write",), ("--undo", "--dry-run"), ("--undo",)):
        done = run.invoke(app, ["tag", str(music), "--json", *options])
        assert done.exit_code == 1
        files = {
            entry["path"].rpartition("/")[2]: entry for entry in json.loads(done.stdout)["files"]
        }
        assert [name for name, entry in files.items() if entry["failed"]] == ["b.flac"]
        assert files["a.flac"]["state"] in ("changed", "same")


def test_every_format_is_known(music):
    for suffix in FORMATS:
        assert read_fields(write_song(music / f"a.{suffix}"), ["MOOD"]) == {}

"""Where tag writing puts its copy: never through a link, never in the place of somebody's file."""

import os
import stat

import pytest
from sqlalchemy import update
from tagged_songs import write_song

pytest.importorskip("mutagen", reason="needs the tags extra")

from vibelux.library import tag_writing
from vibelux.library.schema import songs
from vibelux.library.tag_fields import read_fields
from vibelux.library.tag_writing import tag_songs, untag_songs

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links and modes")


def tag(catalogue, folder):
    return [step.state for step in tag_songs([folder], catalogue, write=True)]


def test_a_planted_link_is_not_followed(catalogue, known, music, tmp_path):
    from hashlib import blake2b

    path = write_song(music / "a.mp3")
    known(path)
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    # The name that earlier versions gave to their copies, and a few of today's form.
    name = blake2b(os.fsencode(path.name), digest_size=6).hexdigest()
    links = [
        music / f".vibelux-{name}.mp3",
        music / ".vibelux-1-1.part",
        music / ".vibelux-00000000-0000000000000000.part.mp3",
    ]
    for link in links:
        link.symlink_to(precious)
    assert tag(catalogue, music) == ["changed"]
    assert precious.read_bytes() == b"precious"
    assert not precious.stat().st_mode & 0o111
    assert path.is_file() and not path.is_symlink()
    assert read_fields(path, ["MOOD"]) == {"MOOD": ["happy"]}


def test_a_link_that_is_planted_while_a_copy_is_made_is_refused(
    catalogue, known, music, tmp_path, monkeypatch
):
    path = write_song(music / "a.mp3")
    known(path)
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    from vibelux import atomic_file

    names = iter(["taken", "free"])
    monkeypatch.setattr(atomic_file.secrets, "token_hex", lambda _: next(names))
    (music / f".vibelux-{atomic_file._host()}-taken.part.mp3").symlink_to(precious)
    [step] = tag_songs([music], catalogue, write=True)
    assert (step.state, step.failed) == ("skipped", True)
    assert precious.read_bytes() == b"precious"


def test_a_song_that_is_a_link_stays_one(catalogue, known, music, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    real = write_song(elsewhere / "real.flac")
    link = music / "link.flac"
    link.symlink_to(real)
    status = real.stat()
    known(real)
    with catalogue.writing() as connection:
        connection.execute(update(songs).values(path=os.fsencode(link)))
    seen = []
    copyfile = tag_writing.shutil.copyfile

    def noting(source, part):
        seen.append(part)
        return copyfile(source, part)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(tag_writing.shutil, "copyfile", noting)
        assert tag(catalogue, music) == ["changed"]
    assert {part.parent for part in seen} == {elsewhere}  # on the real file's disk
    assert link.is_symlink() and not real.is_symlink()
    assert real.stat().st_ino != status.st_ino
    assert [path.name for path in elsewhere.iterdir()] == ["real.flac"]
    assert tag(catalogue, music) == ["same"]


def test_a_copy_is_private_until_it_is_the_song(catalogue, known, music, monkeypatch):
    path = write_song(music / "a.flac")
    path.chmod(0o664)
    known(path)
    modes = []
    change = tag_writing.change_fields

    def noting(part, changes):
        modes.append(stat.S_IMODE(part.stat().st_mode))
        change(part, changes)

    monkeypatch.setattr(tag_writing, "change_fields", noting)
    assert tag(catalogue, music) == ["changed"]
    assert modes == [0o600]
    assert stat.S_IMODE(path.stat().st_mode) == 0o664


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="extended attributes")
def test_owner_mode_and_attributes_go_with_the_song(catalogue, known, music):
    path = write_song(music / "a.flac")
    if os.geteuid() == 0:
        os.chown(path, 12345, 23456)
    path.chmod(0o4640)
    try:
        os.setxattr(path, "user.note", b"mine")
    except OSError:
        pytest.skip("this disk knows no extended attributes")
    before = path.stat()
    known(path)
    assert tag(catalogue, music) == ["changed"]
    after = path.stat()
    assert (after.st_uid, after.st_gid, after.st_mode) == (
        *(before.st_uid, before.st_gid, before.st_mode),
    )
    assert os.getxattr(path, "user.note") == b"mine"


def test_what_a_killed_run_left_goes_with_the_next_run(catalogue, known, music):
    from vibelux import atomic_file

    below = music / "below"
    below.mkdir()
    known(write_song(below / "a.flac"))
    assert tag(catalogue, music) == ["changed"]
    left = below / f".vibelux-{atomic_file._host()}-0123456789abcdef.part.flac"
    left.write_bytes(b"half")
    others = [below / ".vibelux-notes", below / ".vibelux-0123.part.txt.bak"]
    for path in others:
        path.write_bytes(b"somebody's")
    # Also where nothing needs to be written.
    list(tag_songs([music], catalogue, write=False))
    assert left.exists()
    assert tag(catalogue, music) == ["same"]
    assert not left.exists()
    left.write_bytes(b"half")
    assert [step.state for step in untag_songs([music], catalogue, write=True)] == ["changed"]
    assert sorted(path.name for path in below.iterdir()) == sorted(
        ["a.flac", *(path.name for path in others)]
    )

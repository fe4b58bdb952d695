"""Tag writing that is killed, or whose disk is full or fails: a file is the old or the new one."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parent.parent / "library"
if str(LIBRARY) not in sys.path:
    sys.path.append(str(LIBRARY))  # where tagged_songs lies

from sqlalchemy import insert  # noqa: E402
from tagged_songs import MOOD, write_song  # noqa: E402

from vibelux.library.catalogue import Catalogue  # noqa: E402
from vibelux.library.schema import path_bytes, songs  # noqa: E402
from vibelux.library.schema_blobs import vector_blob  # noqa: E402
from vibelux.library.workers_process import hash_of  # noqa: E402

pytest.importorskip("mutagen", reason="needs the tags extra")

from vibelux.library import tag_writing  # noqa: E402
from vibelux.library.tag_fields import read_fields  # noqa: E402
from vibelux.library.tag_writing import sound_of, tag_songs, untag_songs  # noqa: E402

NAMES = ("a.mp3", "b.flac", "c.m4a", "d.ogg", "e.wav")

# Kills itself at the n-th step that touches a file below the folder; 0: never, and says how many.
KILLED = """
import os, signal, sys
from pathlib import Path
from vibelux.library.catalogue import Catalogue
from vibelux.library.tag_writing import tag_songs
import mutagen.mp3, mutagen.flac, mutagen.mp4, mutagen.oggvorbis, mutagen.wave

def run(folder, last):
    steps = 0
    def step(event, arguments):
        nonlocal steps
        paths = [os.fsdecode(a) for a in arguments if isinstance(a, (str, bytes, os.PathLike))]
        if event != "import" and any(str(folder) in path for path in paths):
            steps += 1
            if steps == last:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(step)
    with Catalogue(folder.parent / "catalogue.sqlite") as catalogue:
        list(tag_songs([folder], catalogue, write=True))
    return steps

for argument in sys.argv[1:]:
    last, _, folder = argument.partition(":")
    child = os.fork()
    if child == 0:
        steps = run(Path(folder), int(last))
        if last == "0":
            print(steps, flush=True)
        os._exit(0)
    os.waitpid(child, 0)
"""


def library(home):
    """Write a folder of songs and a catalogue that knows them, and return the folder."""
    folder = home / "music"
    folder.mkdir(parents=True)
    for name in NAMES:
        write_song(folder / name, seconds=0.5)
    enter(folder)
    return folder


def enter(folder):
    with Catalogue(folder.parent / "catalogue.sqlite") as catalogue, catalogue.writing() as writer:
        for path in folder.iterdir():
            status = path.stat()
            writer.execute(
                insert(songs).values(
                    path=path_bytes(path),
                    state="ok",
                    mood=vector_blob(MOOD),
                    size=status.st_size,
                    mtime_ns=status.st_mtime_ns,
                    content_hash=hash_of(path),
                )
            )


def killed_at(steps_and_folders):
    done = subprocess.run(
        [sys.executable, "-c", KILLED, *(f"{last}:{folder}" for last, folder in steps_and_folders)],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")
def test_a_killed_process_leaves_each_file_old_or_new(tmp_path, rounds):
    model = library(tmp_path / "model")
    old = {path.name: path.read_bytes() for path in model.iterdir()}
    heard = {path.name: sound_of(path) for path in model.iterdir()}

    def home(name):
        folder = tmp_path / name / "music"
        shutil.copytree(model, folder)  # with the times, but another path
        enter(folder)
        return folder

    whole = home("whole")
    steps = int(killed_at([(0, whole)]))
    new = {path.name: path.read_bytes() for path in whole.iterdir()}
    assert new.keys() == old.keys()
    assert all(new[name] != old[name] for name in NAMES)
    number = min(steps, rounds(20, 200))
    killed = [
        (1 + round(place * (steps - 1) / (number - 1)), home(f"killed-{place}"))
        for place in range(number)
    ]
    killed_at(killed)
    interrupted = left = 0
    for _, folder in killed:
        found = {path.name: path for path in folder.iterdir()}
        left += len(found) - len(NAMES)
        states = set()
        for name in NAMES:
            states.add(found[name].read_bytes() == new[name])
            assert found[name].read_bytes() in (old[name], new[name])
            assert sound_of(found[name]) == heard[name]
        interrupted += False in states
        assert all(name.startswith(".vibelux-") for name in found.keys() - set(NAMES))
        # The next run goes on, and removes what was left.
        with Catalogue(folder.parent / "catalogue.sqlite") as catalogue:
            list(tag_songs([folder], catalogue, write=True))
            known = {song.path.name for song in catalogue.songs("ok")}
        assert known == set(NAMES)
        assert {path.name for path in folder.iterdir()} == set(NAMES)
    assert interrupted > number // 2
    assert left > 0


@pytest.mark.skipif(sys.platform == "win32", reason="limits the size of files")
def test_a_write_that_fails_in_the_middle_leaves_all_as_it_was(tmp_path):
    import resource

    folder = library(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Catalogue(folder.parent / "catalogue.sqlite") as catalogue:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, hard))
        try:
            steps = list(tag_songs([folder], catalogue, write=True))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert [step.state for step in steps] == ["skipped"] * len(NAMES)
        assert all(step.failed and "cannot be written" in step.reason for step in steps)
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
        steps = list(tag_songs([folder], catalogue, write=True))
        assert [step.state for step in steps] == ["changed"] * len(NAMES)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.ESTALE])
@pytest.mark.parametrize("step", ["copyfile", "change_fields", "copystat", "sound_of", "fsync"])
def test_a_disk_that_fails_at_any_step_leaves_all_as_it_was(tmp_path, monkeypatch, code, step):
    folder = library(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def failing(*_, **__):
        raise OSError(code, os.strerror(code))

    with Catalogue(folder.parent / "catalogue.sqlite") as catalogue:
        with monkeypatch.context() as patched:
            where = {"fsync": os, "copyfile": shutil, "copystat": shutil}.get(step, tag_writing)
            patched.setattr(where, step, failing)
            steps = list(tag_songs([folder], catalogue, write=True))
        assert [s.state for s in steps] == ["skipped"] * len(NAMES)
        assert all(os.strerror(code) in s.reason and s.failed for s in steps)
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
        assert {s.state for s in tag_songs([folder], catalogue, write=True)} == {"changed"}
        assert {s.state for s in untag_songs([folder], catalogue, write=True)} == {"changed"}
        assert all(read_fields(folder / name, ["MOOD"]) == {} for name in NAMES)


def test_damaged_files_end_no_batch(tmp_path, rounds):
    import random

    chance = random.Random(7)
    folder = tmp_path / "music"
    folder.mkdir()
    whole = tmp_path / "whole"
    whole.mkdir()
    suffixes = ("mp3", "flac", "ogg", "opus", "m4a", "wma", "aiff", "wav", "wv", "tta")
    models = [write_song(whole / f"a.{suffix}", seconds=0.3).read_bytes() for suffix in suffixes]
    number = rounds(60, 1000)
    for place in range(number):
        data = bytearray(models[place % len(models)])
        for _ in range(chance.choice((1, 3, 20))):  # headers and tags lie at the ends
            at = chance.choice((chance.randrange(min(len(data), 600)), chance.randrange(len(data))))
            data[at] = chance.choice((0, 255, data[at] ^ 1 << chance.randrange(8)))
        if place % 3 == 0:
            del data[chance.randrange(len(data)) :]
        (folder / f"{place:04}.{suffixes[place % len(models)]}").write_bytes(data)
    write_song(folder / "last.flac", seconds=0.3)
    enter(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        steps = list(tag_songs([folder], catalogue, write=True))
        assert len(steps) == number + 1
        assert (steps[-1].path.name, steps[-1].state) == ("last.flac", "changed")
        for step in steps:
            if step.state == "changed":
                assert read_fields(step.path, ["VIBELUX_MOOD"]) == {"VIBELUX_MOOD": ["happy"]}
            else:
                assert step.reason
                assert step.path.read_bytes() == before[step.path.name]
        steps = list(untag_songs([folder], catalogue, write=True))
        assert (len(steps), steps[-1].state) == (number + 1, "changed")
    assert {path.name for path in folder.iterdir()} == before.keys()

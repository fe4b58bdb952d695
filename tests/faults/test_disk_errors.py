"""A disk that fails at random, over and over: nothing that is known is lost, and all heals."""

import errno
import os
import random
import sys
from pathlib import Path

import numpy as np
import pytest

from vibelux.errors import FilesUnreachable
from vibelux.library.catalogue import Catalogue
from vibelux.library.scan import scan
from vibelux.library.workers_process import Analyser

LIBRARY = Path(__file__).parents[1] / "library"
if str(LIBRARY) not in sys.path:
    sys.path.append(str(LIBRARY))  # the workers inherit it and find the analysers there

from scan_analysers import disk_fails, mood_of  # noqa: E402

ERRORS = (errno.EIO, errno.ESTALE, errno.EACCES, errno.ENXIO, errno.ETIMEDOUT, errno.EMFILE)


@pytest.mark.parametrize("seed", range(2))
def test_a_disk_that_fails_at_random(tmp_path, rounds, monkeypatch, seed):
    # Spawned processes import the main module: sparing them pytest halves the time of this test.
    monkeypatch.delattr(sys.modules["__main__"], "__file__", raising=False)
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", None)
    chance = random.Random(seed)
    music, notes = tmp_path / "music", tmp_path / "notes"
    music.mkdir()
    notes.mkdir()
    content: dict[str, bytes] = {}
    analyser = Analyser("scan_analysers:on_a_bad_disk", "m", notes)

    def write(name):
        content[name] = b"song %d" % chance.getrandbits(64)
        (music / name).write_bytes(content[name])

    for number in range(25):
        write(f"{number:02}.mp3")
    with Catalogue(tmp_path / "home" / "catalogue.sqlite") as catalogue:

        def scan_it(**options):
            return scan(
                [music], catalogue, workers=2, song_timeout=60, analyser=analyser, **options
            )

        assert scan_it().analysed == 25
        for number in range(rounds(5, 60)):
            for name in chance.sample(sorted(content), 8):
                change = chance.choice(["touch", "touch", "rewrite", "move", "new"])
                if change == "touch":
                    os.utime(music / name, ns=(number, number))
                elif change == "rewrite":
                    write(name)
                elif change == "move":
                    content[f"moved-{number}-{name}"[-40:]] = content.pop(name)
                    (music / name).rename(music / f"moved-{number}-{name}"[-40:])
                else:
                    write(f"new-{number}-{name}"[-40:])
            analysed = {song.id: song.mood for song in catalogue.songs() if song.mood is not None}
            where = chance.choice(["open", "read", "analyse", "memory"])
            files = chance.choice([[], chance.sample(sorted(content), 5)])
            disk_fails(notes, where, chance.choice(ERRORS), *files)
            try:
                scan_it(again=chance.random() < 0.3)
            except FilesUnreachable as error:
                assert "files in a row could not be read" in str(error)
            for song in catalogue.songs():
                if song.id in analysed:
                    assert song.mood is not None and song.state in ("ok", "missing")
            if chance.random() < 0.5:
                disk_fails(notes, None)
                report = scan_it()
                assert (report.failed, report.unread) == (0, 0)
                songs = {song.path.name: song for song in catalogue.songs("ok")}
                assert songs.keys() == content.keys()
                for name, song in songs.items():
                    np.testing.assert_allclose(song.mood, mood_of(content[name]), rtol=1e-6)
        disk_fails(notes, None)
        scan_it()
        assert catalogue.counts()["failed"] == 0
        assert catalogue.counts()["ok"] == len(content)

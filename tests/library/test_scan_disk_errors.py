"""A disk that fails takes nothing from what is known, and is told from a file that is damaged."""

import errno
import os
import shutil
import signal
import stat
import sys
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from vibelux.emotions import parse_mood
from vibelux.errors import FilesUnreachable
from vibelux.library.corrections import correct
from vibelux.library.schema import songs

from scan_analysers import by_name, disk_fails, heard, mood_of  # isort: skip

EIO, EACCES, ESTALE = errno.EIO, errno.EACCES, errno.ESTALE
NAMES = ("Anna - Summer.mp3", "b.mp3", "c.mp3")


@pytest.fixture
def scan_it(run, notes):
    """Scan from a disk that fails when it is told to."""

    def scan_it(*folders, **options):
        return run(*folders, **{"factory": "on_a_bad_disk"} | options)

    return scan_it


def write(music, *names):
    for name in names:
        (music / name).write_text(name)


def touch(music, number):
    for file in music.rglob("*.mp3"):
        os.utime(file, ns=(number, number))


def all_columns(catalogue):
    """Every song with all that is known of it, but for when and where its file was read."""
    passing = ("mtime_ns", "analysed_at", "reason_code", "reason")
    with catalogue.reading() as connection:
        rows = [row._asdict() for row in connection.execute(songs.select().order_by(songs.c.id))]
    return [{name: row[name] for name in row if name not in passing} for row in rows]


@pytest.mark.parametrize(
    ("situation", "where", "number"),
    [
        ("again", "open", EIO),
        ("again", "analyse", ESTALE),
        ("touched", "open", EACCES),
        ("touched", "read", EIO),
        ("rewritten", "read", errno.ETIMEDOUT),
        ("rewritten", "analyse", EIO),
        ("another model", "read", errno.ENXIO),
        ("another model", "memory", 0),
        ("another model", "kill", 9),
    ],
)
def test_what_is_known_outlives_a_failing_disk(
    scan_it, catalogue, music, notes, situation, where, number
):
    if where == "kill" and sys.platform == "win32":
        pytest.skip("needs POSIX signals")
    write(music, *NAMES)
    scan_it()
    before = all_columns(catalogue)
    options = {"again": situation == "again"}
    if situation == "another model":
        options["model"] = "stand-in-2"
    if situation == "touched":
        touch(music, 7)
    if situation == "rewritten":
        (music / "b.mp3").write_text("B.MP3 with new tags")
    disk_fails(notes, where, number)
    report = scan_it(**options)
    tried = 1 if situation == "rewritten" else 3
    assert (report.unread, report.failed, report.unchanged) == (tried, 0, 3 - tried)
    assert f"could not be read: {tried}; what is known of them stays" in report.warnings[0]
    assert all_columns(catalogue) == before
    assert catalogue.counts() == {"ok": 3, "failed": 0, "missing": 0}

    disk_fails(notes, None)
    heard(notes)
    report = scan_it(model=options.get("model", "stand-in-1"))  # a plain one
    assert (report.unread, report.failed, report.missing) == (0, 0, 0)
    assert {song.reason for song in catalogue.songs()} == {None}
    if situation in ("again", "touched"):
        assert (all_columns(catalogue), report.unchanged, heard(notes)) == (before, 3, [])
    else:
        assert (report.analysed, report.unchanged) == (tried, 3 - tried)
    assert scan_it(model=options.get("model", "stand-in-1")).unchanged == 3


@pytest.mark.parametrize("where", ["open", "read", "analyse", "hang"])
def test_a_new_file_that_cannot_be_read_is_tried_again_by_the_next_scan(
    scan_it, catalogue, music, notes, where
):
    write(music, *NAMES)
    disk_fails(notes, where, EIO, "b.mp3")
    report = scan_it(song_timeout=2)
    assert (report.analysed, report.unread, report.failed) == (2, 1, 0)
    song = by_name(catalogue)["b.mp3"]
    assert (song.state, song.mood, song.title) == ("failed", None, "b")
    expected = {"hang": ("timeout", "it was not read within 2 s; does its disk answer?")}
    eio = ("unreachable", "it cannot be read at the moment (Input/output error)")
    assert (song.reason_code, song.reason) == expected.get(where, eio)
    assert [(f.path.name, f.code) for f in report.failures] == [("b.mp3", song.reason_code)]
    disk_fails(notes, None)
    report = scan_it()
    assert (report.analysed, report.unchanged, report.unread) == (1, 2, 0)
    assert (by_name(catalogue)["b.mp3"].state, by_name(catalogue)["b.mp3"].id) == ("ok", song.id)
    assert scan_it().unchanged == 3


def test_a_song_with_a_mood_of_ones_own_keeps_it(scan_it, catalogue, music, notes):
    write(music, "a.mp3")
    scan_it()
    correct(catalogue, by_name(catalogue)["a.mp3"].id, parse_mood("sad"))
    disk_fails(notes, "read", EIO)
    scan_it(again=True)
    song = by_name(catalogue)["a.mp3"]
    np.testing.assert_allclose(song.mood, parse_mood("sad"))
    correct(catalogue, song.id, None)
    np.testing.assert_allclose(by_name(catalogue)["a.mp3"].mood, mood_of(b"a.mp3"), rtol=1e-6)


def test_an_imported_mood_stays(scan_it, catalogue, music, notes, add_song):
    write(music, "a.mp3")
    add_song(catalogue, music.resolve() / "a.mp3", model="imported")
    disk_fails(notes, "open", EIO)
    assert scan_it().unread == 1
    song = by_name(catalogue)["a.mp3"]
    assert (song.state, song.model) == ("ok", "imported")
    disk_fails(notes, None)
    assert scan_it().analysed == 1


@pytest.mark.parametrize("options", [{}, {"again": True}, {"retry": True}])
def test_many_in_a_row_end_the_scan_with_one_sentence(scan_it, catalogue, music, notes, options):
    names = [f"{number:02}.mp3" for number in range(40)]
    write(music, *names)
    scan_it()
    before = all_columns(catalogue)
    if "again" not in options:
        touch(music, 7)
    disk_fails(notes, "read", EIO)
    with pytest.raises(FilesUnreachable) as caught:
        scan_it(workers=2, **options)
    assert "10 files in a row could not be read, the last one " in str(caught.value)
    assert "(Input/output error); check the disk or the network share" in str(caught.value)
    assert "Nothing is lost: the songs analysed so far (0) are kept" in str(caught.value)
    assert all_columns(catalogue) == before
    disk_fails(notes, None)
    assert (scan_it().unchanged, all_columns(catalogue)) == (40, before)


def test_what_was_analysed_before_the_disk_failed_is_kept(scan_it, catalogue, music, notes):
    names = [f"{number:02}.mp3" for number in range(40)]
    write(music, *names)
    disk_fails(notes, "open", errno.EHOSTDOWN, *names[5:])
    with pytest.raises(FilesUnreachable, match=r"analysed so far \(5\) are kept"):
        scan_it()
    assert catalogue.counts()["ok"] == 5
    disk_fails(notes, None)
    report = scan_it()
    assert (report.unchanged, report.analysed, report.failed) == (5, 35, 0)


def test_a_hung_disk_ends_the_scan_after_a_few_files(scan_it, catalogue, music, notes):
    write(music, *(f"{number:02}.mp3" for number in range(12)))
    disk_fails(notes, "hang")
    with pytest.raises(FilesUnreachable, match=r"5 files .* was not read within 0\.5 s; does its"):
        scan_it(song_timeout=0.5, workers=2)
    disk_fails(notes, None)
    assert scan_it().analysed == 12


def test_processes_that_are_always_killed_end_the_scan(run, catalogue, music, notes):
    if sys.platform == "win32":
        pytest.skip("needs POSIX signals")
    for number in range(12):
        (music / f"{number:02}.mp3").write_text(f"abort {number}")
    with pytest.raises(FilesUnreachable, match=r"SIGKILL.*; try fewer processes with --workers 1"):
        run(workers=2)


def test_a_bad_part_of_a_disk_keeps_no_scan_from_the_rest(scan_it, catalogue, music, notes):
    bad = [f"a{number:02}.mp3" for number in range(15)]
    write(music, *bad, "y.mp3", "z.mp3", "gone.mp3")
    scan_it(music / "gone.mp3")
    (music / "gone.mp3").unlink()
    disk_fails(notes, "read", EIO, *bad)
    for _ in range(2):  # the bad ones come first and end the scan, then the others come first
        with pytest.raises(FilesUnreachable, match="10 files in a row"):
            scan_it()
    with pytest.raises(FilesUnreachable):
        scan_it()
    states = {name: song.state for name, song in by_name(catalogue).items() if name[0] != "a"}
    assert states == {"y.mp3": "ok", "z.mp3": "ok", "gone.mp3": "missing"}


def test_a_few_in_a_row_do_not_end_the_scan(scan_it, catalogue, music, notes):
    bad = [f"a{number}.mp3" for number in range(9)] + [f"c{number}.mp3" for number in range(9)]
    write(music, *bad, "b.mp3", "z.mp3")
    disk_fails(notes, "read", EIO, *bad)
    report = scan_it()
    assert (report.analysed, report.unread) == (2, 18)


def test_a_moved_file_that_cannot_be_read_at_first_is_still_the_same_song(
    scan_it, catalogue, music, notes
):
    write(music, "a.mp3", "b.mp3")
    scan_it()
    song = by_name(catalogue)["a.mp3"]
    (music / "sub").mkdir()
    (music / "a.mp3").rename(music / "sub" / "new.mp3")
    disk_fails(notes, "open", EIO)
    report = scan_it()
    assert (report.unread, report.missing) == (1, 1)
    disk_fails(notes, None)
    report = scan_it()
    assert (report.moved, report.analysed) == (1, 0)
    assert catalogue.song(song.id).path == (music / "sub" / "new.mp3").resolve()
    assert catalogue.counts() == {"ok": 2, "failed": 0, "missing": 0}


def test_a_moved_file_whose_new_analysis_fails_keeps_the_old_one(scan_it, catalogue, music, notes):
    write(music, "a.mp3", "b.mp3")
    scan_it()
    song = by_name(catalogue)["a.mp3"]
    (music / "a.mp3").rename(music / "new.mp3")
    disk_fails(notes, "analyse", EIO)
    assert scan_it(model="stand-in-2").unread == 2
    moved = catalogue.song(song.id)
    assert (moved.path.name, moved.state, moved.model) == ("new.mp3", "ok", "stand-in-1")
    disk_fails(notes, None)
    assert scan_it(model="stand-in-2").analysed == 2
    assert (catalogue.song(song.id).model, catalogue.counts()["ok"]) == ("stand-in-2", 2)


def test_a_copy_of_a_song_that_could_not_be_read_lately(scan_it, catalogue, music, notes):
    write(music, "a.mp3")
    scan_it()
    shutil.copy(music / "a.mp3", music / "b.mp3")
    disk_fails(notes, "read", EIO, "a.mp3")
    touch(music, 7)
    assert scan_it().copied == 1
    assert by_name(catalogue)["b.mp3"].reason is None
    assert by_name(catalogue)["a.mp3"].reason_code == "unreachable"


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_verdict_on_the_same_content_takes_no_analysis_away(scan_it, catalogue, music, notes):
    write(music, *NAMES)
    scan_it()
    before = all_columns(catalogue)
    disk_fails(notes, "kill", signal.SIGSEGV, "b.mp3")  # a decoder that has become worse
    report = scan_it(again=True)
    assert (report.analysed, report.failed) == (2, 1)
    assert "twice: the process was ended by SIGSEGV" in report.failures[0].reason
    assert all_columns(catalogue) == before
    disk_fails(notes, None)
    (music / "b.mp3").write_text("bad now")
    assert scan_it().failed == 1
    song = by_name(catalogue)["b.mp3"]
    assert (song.state, song.reason_code, song.mood) == ("failed", "not_audio", None)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_a_decoder_that_breaks_down_twice_is_a_verdict(scan_it, catalogue, music, notes):
    write(music, *NAMES)
    disk_fails(notes, "kill", signal.SIGSEGV, "b.mp3")
    assert scan_it().failed == 1
    assert by_name(catalogue)["b.mp3"].reason_code == "crashed"
    disk_fails(notes, None)
    touch(music, 7)  # the content is the same
    assert scan_it().unchanged == 3
    assert scan_it(retry=True).analysed == 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("damaged", "the file cannot be read: Input/output error"),
        ("damaged", "it cannot be opened: [Errno 116] Stale file handle: '/m/b.mp3'"),
        ("damaged", "it cannot be read to its end: [Errno 5] Input/output error"),
        ("no_permission", "the file may not be read; check its permissions"),
        ("crashed", "not enough memory to decode the file"),
        (
            "crashed",
            "the file brought its decoder down: the process was ended by SIGKILL, perhaps for "
            "lack of memory",
        ),
    ],
)
def test_what_an_earlier_version_lost_to_a_disk_heals(
    scan_it, catalogue, music, notes, code, reason
):
    write(music, *NAMES)
    scan_it()
    nothing = dict.fromkeys(("mood", "embedding", "model", "revision"))
    with catalogue.writing() as connection:
        statement = update(songs).where(songs.c.title == "b")
        failed = {"state": "failed", "reason_code": code, "reason": reason}
        connection.execute(statement.values(**nothing, **failed))
    report = scan_it()
    assert (report.analysed, report.unchanged) == (1, 2)
    np.testing.assert_allclose(by_name(catalogue)["b.mp3"].mood, mood_of(b"b.mp3"), rtol=1e-6)


@pytest.mark.parametrize("number", [EIO, ESTALE, errno.ENOTCONN, errno.ETIMEDOUT])
def test_a_folder_whose_kind_cannot_be_told_is_not_missing(
    scan_it, catalogue, music, monkeypatch, number
):
    """As on network file systems that do not say in a listing what is a folder."""
    (music / "albums").mkdir()
    write(music / "albums", "a.mp3")
    write(music, "b.mp3", "c.mp3")
    scan_it()
    (music / "c.mp3").unlink()
    there = os.scandir

    class Entry:
        def __init__(self, entry):
            self._entry = entry

        def is_dir(self):
            if self._entry.name == "albums":
                raise OSError(number, os.strerror(number))
            return self._entry.is_dir()

        def __getattr__(self, name):
            return getattr(self._entry, name)

    class Listing:
        def __init__(self, path):
            self._inner = there(path)

        def __enter__(self):
            return map(Entry, self._inner.__enter__())

        def __exit__(self, *error):
            return self._inner.__exit__(*error)

    monkeypatch.setattr(os, "scandir", Listing)
    report = scan_it()
    assert report.missing == 1
    assert f"{os.strerror(number)}; its songs (1) stay in the catalogue" in report.warnings[0]
    assert {name: song.state for name, song in by_name(catalogue).items()} == {
        "a.mp3": "ok",
        "b.mp3": "ok",
        "c.mp3": "missing",
    }


def fails_at(monkeypatch, name, number, **where):
    """Let a function of `os` or `Path` fail for paths with a name."""
    for target in where.values():
        owner, function = target
        real = getattr(owner, function)

        def faulty(path, *args, _real=real, **options):
            if Path(path).name == name:
                raise OSError(number, os.strerror(number), str(path))
            return _real(path, *args, **options)

        monkeypatch.setattr(owner, function, faulty)


def test_a_root_that_fails_in_the_middle_is_not_missing(scan_it, catalogue, music, monkeypatch):
    write(music, "a.mp3")
    scan_it()
    real, calls = Path.stat, []

    def stat_once(path, **options):
        if path.name == "music" and calls.append(path) is None and len(calls) > 1:
            raise OSError(EIO, "Input/output error", str(path))
        return real(path, **options)

    monkeypatch.setattr(Path, "stat", stat_once)
    report = scan_it()
    assert "Input/output error; its songs (1) stay" in report.warnings[0]
    assert catalogue.counts()["ok"] == 1


def test_a_root_that_cannot_be_reached_is_one_sentence(scan_it, catalogue, music, monkeypatch):
    write(music, "a.mp3")
    scan_it()
    real = os.lstat

    def lstat(path, *args, **options):
        if Path(path).name == "music":
            raise OSError(EIO, "Input/output error", str(path))
        return real(path, *args, **options)

    monkeypatch.setattr(os, "lstat", lstat)
    with pytest.raises(FilesUnreachable, match=r"cannot reach the folder .*: Input/output error;"):
        scan_it()
    assert catalogue.counts()["ok"] == 1


def test_a_file_that_cannot_be_looked_at_keeps_its_song(scan_it, catalogue, music, monkeypatch):
    write(music, "a.mp3", "b.mp3")
    scan_it()
    before = all_columns(catalogue)
    fails_at(monkeypatch, "a.mp3", EIO, walk=(Path, "stat"))
    assert scan_it().unchanged == 2  # its worker could read it
    monkeypatch.undo()
    assert scan_it().missing == 0
    assert all_columns(catalogue) == before


@pytest.mark.parametrize("left", ["an empty mount point", "nothing"])
def test_a_disk_that_is_pulled_out_loses_nothing(scan_it, catalogue, music, tmp_path, left):
    disk = music / "disk"
    (disk / "album").mkdir(parents=True)
    write(music, "inside.mp3")
    names = [f"{number:02}.mp3" for number in range(15)]
    write(disk / "album", *names)
    scan_it()
    touch(disk, 7)
    write(disk / "album", "new.mp3")

    def pull(progress):
        if progress.stage == "analysing" and progress.done == 2:
            disk.rename(tmp_path / "unplugged")
            if left != "nothing":
                disk.mkdir()
            elif (music / "inside.mp3").exists():
                (music / "inside.mp3").rename(tmp_path / "inside.mp3")

    with pytest.raises(FilesUnreachable, match=r"10 files in a row .*is its disk connected"):
        scan_it(on_progress=pull)
    assert catalogue.counts()["ok"] == 16
    if disk.exists():
        disk.rmdir()
    else:
        (tmp_path / "inside.mp3").rename(music / "inside.mp3")
    (tmp_path / "unplugged").rename(disk)
    report = scan_it()
    assert (report.analysed, report.unchanged, report.missing, report.failed) == (1, 16, 0, 0)


def test_times_of_change_beyond_64_bits(scan_it, catalogue, music):
    write(music, "a.mp3", "b.mp3", "c.mp3")
    far = {"a.mp3": 10_413_792_000, "b.mp3": -9_300_000_000}  # in the years 2300 and 1675
    for name, seconds in far.items():
        os.utime(music / name, (seconds, seconds))
    if (music / "a.mp3").stat().st_mtime_ns < 1 << 63:
        pytest.skip("this file system keeps no time after the year 2262")
    assert scan_it().analysed == 3
    assert scan_it().unchanged == 3
    write(music, "a.mp3")
    assert (scan_it().unchanged, scan_it().unchanged) == (3, 3)


def test_sizes_and_times_beyond_64_bits_whatever_the_file_system(
    scan_it, catalogue, music, monkeypatch
):
    write(music, "a.mp3", "b.mp3")
    real = Path.stat

    def odd(path, **options):
        status = real(path, **options)
        if path.name != "a.mp3":
            return status
        fields = {name: getattr(status, name) for name in dir(status) if name.startswith("st_")}
        return type("Status", (), fields | {"st_mtime_ns": -(10**30), "st_size": 5})()

    monkeypatch.setattr(Path, "stat", odd)
    assert stat.S_ISREG((music / "a.mp3").stat().st_mode)
    assert scan_it().analysed == 2
    assert scan_it().unchanged == 2

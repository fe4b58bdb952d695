import os
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import event

from vibelux.database_url import DatabaseUrl
from vibelux.emotions import parse_mood
from vibelux.errors import CatalogueError, CatalogueLocked, InvalidInput, ModelError
from vibelux.library.catalogue import Catalogue
from vibelux.library.corrections import correct
from vibelux.library.scan import scan
from vibelux.library.workers_process import Analyser

HERE = Path(__file__).parent
if str(HERE) not in sys.path:
    sys.path.append(str(HERE))  # the workers inherit it and find the analysers there

from scan_analysers import by_name, heard, mood_of  # noqa: E402


def test_songs_are_analysed_once(run, catalogue, music, notes):
    for name in ("a.mp3", "Artist - b.flac"):
        (music / name).write_text(name)
    report = run()
    assert (report.analysed, report.unchanged, report.failed) == (2, 0, 0)
    song = by_name(catalogue)["Artist - b.flac"]
    assert (song.title, song.artist, song.state, song.model) == ("b", "Artist", "ok", "stand-in-1")
    assert (song.valence, song.arousal, song.duration) == (0.25, -0.5, 12.5)
    np.testing.assert_allclose(song.mood, mood_of(b"Artist - b.flac"), rtol=1e-6)
    np.testing.assert_allclose(song.embedding, [0.6, 0.8], atol=1e-3)
    np.testing.assert_allclose(song.quadrant, [0.1, 0.2, 0.3, 0.4], rtol=1e-6)
    course = song.course
    assert course["start"].tolist() == [0.0, 7200.5]
    np.testing.assert_allclose(course["mood"][1], song.mood[::-1], atol=1e-3)
    assert course["arousal"].tolist() == [0.0, -1.0]
    np.testing.assert_array_equal(course["tension"], [0.5, np.nan])  # NaN: not known
    assert (song.tension, song.loudness, song.peak) == (0.75, -14.5, -0.5)
    assert heard(notes) == ["Artist - b.flac", "a.mp3"]

    report = run()
    assert (report.analysed, report.unchanged) == (0, 2)
    assert heard(notes) == []


def test_only_what_changed_is_analysed_again(run, catalogue, music, notes):
    for name in ("new content", "touched", "same"):
        (music / f"{name}.mp3").write_text(name)
    run()
    before = by_name(catalogue)
    heard(notes)
    (music / "new content.mp3").write_text("NEW CONTENT")  # the same size
    for name in ("new content", "touched"):
        os.utime(music / f"{name}.mp3", ns=(1, 1))
    report = run()
    assert (report.analysed, report.unchanged) == (1, 2)
    assert heard(notes) == ["new content.mp3"]
    after = by_name(catalogue)
    assert {name: song.id for name, song in after.items()} == {
        name: song.id for name, song in before.items()
    }
    np.testing.assert_allclose(after["new content.mp3"].mood, mood_of(b"NEW CONTENT"), rtol=1e-6)
    assert run().unchanged == 3


def test_moved_files_keep_their_analysis(run, catalogue, music, notes):
    (music / "Old - One.mp3").write_text("one")
    (music / "two.mp3").write_text("two")
    run()
    ids = {song.path.name: song.id for song in catalogue.songs()}
    heard(notes)
    (music / "sub").mkdir()
    (music / "Old - One.mp3").rename(music / "sub" / "New - Uno.mp3")
    report = run()
    assert (report.moved, report.analysed, report.missing, report.unchanged) == (1, 0, 0, 1)
    assert heard(notes) == []
    song = catalogue.song(ids["Old - One.mp3"])
    assert song.path == (music / "sub" / "New - Uno.mp3").resolve()
    assert (song.artist, song.title) == ("New", "Uno")
    assert catalogue.counts() == {"ok": 2, "failed": 0, "missing": 0}


def test_a_move_is_seen_also_after_the_song_went_missing(run, catalogue, music, notes, tmp_path):
    (music / "a.mp3").write_text("a")
    (music / "b.mp3").write_text("b")
    run()
    heard(notes)
    (music / "a.mp3").rename(tmp_path / "a.mp3")
    assert run().missing == 1
    (tmp_path / "a.mp3").rename(music / "c.mp3")
    report = run()
    assert (report.moved, report.analysed) == (1, 0)
    assert heard(notes) == []
    assert catalogue.counts() == {"ok": 2, "failed": 0, "missing": 0}


def test_a_copy_takes_the_analysis_over(run, catalogue, music, notes):
    (music / "a.mp3").write_text("a")
    run()
    heard(notes)
    shutil.copy(music / "a.mp3", music / "b.mp3")
    report = run()
    assert (report.copied, report.moved, report.analysed) == (1, 0, 0)
    assert heard(notes) == []
    songs = by_name(catalogue)
    assert songs["a.mp3"].id != songs["b.mp3"].id
    assert songs["b.mp3"].title == "b"
    np.testing.assert_array_equal(songs["a.mp3"].mood, songs["b.mp3"].mood)


def test_two_files_that_change_places(run, catalogue, music, notes):
    (music / "a.mp3").write_text("one")
    (music / "b.mp3").write_text("two")
    run()
    (music / "a.mp3").rename(music / "c")
    (music / "b.mp3").rename(music / "a.mp3")
    (music / "c").rename(music / "b.mp3")
    for number, name in enumerate(("a.mp3", "b.mp3")):
        os.utime(music / name, ns=(number, number))
    run()
    songs = by_name(catalogue)
    np.testing.assert_allclose(songs["a.mp3"].mood, mood_of(b"two"), rtol=1e-6)
    np.testing.assert_allclose(songs["b.mp3"].mood, mood_of(b"one"), rtol=1e-6)


def test_vanished_songs_are_missing_until_they_return(run, catalogue, music, notes, tmp_path):
    (music / "a.mp3").write_text("a")
    (music / "bad.mp3").write_text("bad")
    (music / "stays.mp3").write_text("stays")
    run()
    heard(notes)
    for name in ("a.mp3", "bad.mp3"):
        (music / name).rename(tmp_path / name)
    report = run()
    assert (report.missing, report.unchanged) == (2, 1)
    assert catalogue.counts() == {"ok": 1, "failed": 0, "missing": 2}
    assert run().missing == 0
    for name in ("a.mp3", "bad.mp3"):
        (tmp_path / name).rename(music / name)
    report = run()
    assert (report.returned, report.unchanged, report.analysed) == (2, 3, 0)
    assert catalogue.counts() == {"ok": 2, "failed": 1, "missing": 0}
    assert heard(notes) == []


def test_other_folders_are_left_alone(run, catalogue, music, tmp_path):
    other = tmp_path / "music2"  # its name begins like the other's
    other.mkdir()
    (other / "b.mp3").write_text("b")
    (music / "a.mp3").write_text("a")
    (music / "c.mp3").write_text("c")
    run(music, other)
    (other / "b.mp3").unlink()
    (music / "a.mp3").unlink()
    assert run().missing == 1
    assert by_name(catalogue)["b.mp3"].state == "ok"


def test_a_folder_that_does_not_exist_changes_nothing(run, catalogue, music):
    (music / "a.mp3").write_text("a")
    run()
    music.rename(music.with_name("unplugged"))
    with pytest.raises(InvalidInput, match=r"there is no folder .*nothing was changed"):
        run()
    assert catalogue.counts() == {"ok": 1, "failed": 0, "missing": 0}


def test_an_empty_mount_point_marks_nothing_missing(run, catalogue, music):
    (music / "a.mp3").write_text("a")
    run()
    (music / "a.mp3").unlink()
    report = run()
    assert report.missing == 0
    assert "is its disk mounted?; its songs (1) stay" in report.warnings[0]
    assert catalogue.counts()["ok"] == 1


def test_a_folder_that_cannot_be_listed_marks_nothing_missing(run, catalogue, music, monkeypatch):
    (music / "closed").mkdir()
    (music / "closed" / "a.mp3").write_text("a")
    (music / "b.mp3").write_text("b")
    (music / "c.mp3").write_text("c")
    run()
    (music / "c.mp3").unlink()
    scandir = os.scandir

    def refuse(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    report = run()
    assert report.missing == 1
    assert "Permission denied; its songs (1) stay" in report.warnings[0]
    assert {name: song.state for name, song in by_name(catalogue).items()} == {
        "a.mp3": "ok",
        "b.mp3": "ok",
        "c.mp3": "missing",
    }


def test_bad_files_are_recorded_and_retried_only_when_they_change(run, catalogue, music, notes):
    for name in ("bad", "bug", "good"):
        (music / f"{name}.mp3").write_text(name)
    report = run()
    assert (report.analysed, report.failed) == (1, 2)
    songs = by_name(catalogue)
    assert (songs["bad.mp3"].reason_code, songs["bad.mp3"].reason) == (
        "not_audio",
        "it is a picture",
    )
    assert songs["bug.mp3"].reason == "the analysis failed: RuntimeError: a mistake in bug.mp3"
    assert songs["bad.mp3"].title == "bad"
    assert {failure.code for failure in report.failures} == {"not_audio", "crashed"}
    heard(notes)

    assert run().unchanged == 3
    os.utime(music / "bad.mp3", ns=(5, 5))
    assert run().unchanged == 3
    assert heard(notes) == []
    assert (run(retry=True).failed, heard(notes)) == (2, ["bad.mp3", "bug.mp3"])
    (music / "bad.mp3").write_text("repaired")
    report = run()
    assert (report.analysed, report.failed) == (1, 0)
    assert by_name(catalogue)["bad.mp3"].reason is None


def test_a_song_that_turns_bad_is_no_longer_played(run, catalogue, music):
    (music / "a.mp3").write_text("a")
    run()
    (music / "a.mp3").write_text("bad now")
    assert run().failed == 1
    song = by_name(catalogue)["a.mp3"]
    assert (song.state, song.mood, song.embedding, song.duration) == ("failed", None, None, None)


def test_another_model_analyses_everything_again(run, catalogue, music, notes):
    (music / "a.mp3").write_text("a")
    (music / "bad.mp3").write_text("bad")
    run()
    heard(notes)
    assert run(model="stand-in-2").analysed == 1
    assert by_name(catalogue)["a.mp3"].model == "stand-in-2"
    assert heard(notes) == ["a.mp3"]
    assert run(model="stand-in-2", again=True).analysed == 1
    assert heard(notes) == ["a.mp3", "bad.mp3"]


def test_songs_of_an_older_revision_are_analysed_again_in_their_place(run, catalogue, music, notes):
    for name in ("old", "older", "new"):
        (music / f"{name}.mp3").write_text(name)
    run()
    before = {name: song.id for name, song in by_name(catalogue).items()}
    heard(notes)
    with catalogue.writing() as connection:
        for name, revision in (("old", "0"), ("older", "NULL")):
            connection.exec_driver_sql(
                f"UPDATE songs SET revision = {revision}, tension = NULL WHERE title = '{name}'"
            )
    assert by_name(catalogue)["older.mp3"].state == "ok"  # until then they can be played
    report = run()
    assert (report.analysed, report.unchanged) == (2, 1)
    assert heard(notes) == ["old.mp3", "older.mp3"]
    assert {song.tension for song in catalogue.songs()} == {0.75}
    assert {name: song.id for name, song in by_name(catalogue).items()} == before


def test_a_file_that_hangs_or_kills_its_worker_takes_nothing_else_along(
    run, catalogue, music, notes
):
    for name in ("hang", "die", "abort", *"abcdef"):
        (music / f"{name}.mp3").write_text(name)
    report = run(workers=2, song_timeout=3)
    assert (report.analysed, report.failed, report.unread) == (6, 1, 2)
    songs = by_name(catalogue)
    assert songs["hang.mp3"].reason_code == "timeout"
    assert songs["hang.mp3"].reason == "no result after 3 s; the file was given up"
    assert songs["die.mp3"].reason_code == "crashed"
    assert "ended with code 7" in songs["die.mp3"].reason
    if sys.platform != "win32":
        assert songs["abort.mp3"].reason_code == "killed"
        assert "SIGKILL" in songs["abort.mp3"].reason
    calls = heard(notes)
    assert [calls.count(f"{name}.mp3") for name in ("hang", "die", "abort", "a")] == [1, 2, 2, 1]
    assert not any(is_running(pid) for pid in worker_ids(notes))


@pytest.mark.parametrize(
    ("factory", "error", "message"),
    [
        ("no_model", ModelError, "there is no model at"),
        ("broken", Exception, "a worker cannot load scan_analysers:broken: ImportError"),
        ("dies_at_once", Exception, "did not start: the process ended with code 3; 4 attempts"),
    ],
)
def test_workers_that_cannot_start_stop_the_scan(
    run, catalogue, music, monkeypatch, factory, error, message
):
    monkeypatch.setattr("vibelux.library.workers._PAUSE", 0.01)
    (music / "a.mp3").write_text("a")
    with pytest.raises(error, match=message):
        run(factory=factory)
    assert catalogue.counts()["failed"] == 0


def test_a_model_that_does_not_fit_stops_the_scan(run, catalogue, music):
    (music / "a.mp3").write_text("model")
    with pytest.raises(ModelError, match="does not fit"):
        run()
    assert list(catalogue.songs()) == []


def test_a_file_that_vanishes_during_the_scan_is_no_failure(run, catalogue, music):
    (music / "a.mp3").write_text("a")
    (music / "b.mp3").write_text("b")
    run()
    (music / "a.mp3").write_text("changed")
    (music / "c.mp3").write_text("c")

    def vanish(progress):
        if progress.stage == "analysing":
            (music / "a.mp3").unlink(missing_ok=True)
            (music / "c.mp3").unlink(missing_ok=True)

    report = run(on_progress=vanish)
    assert (report.failed, report.missing) == (0, 1)
    assert {name: song.state for name, song in by_name(catalogue).items()} == {
        "a.mp3": "missing",
        "b.mp3": "ok",
    }


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions there")
def test_a_file_without_permission_is_recorded(run, catalogue, music):
    if os.geteuid() == 0:
        pytest.skip("permissions do not bind the superuser")
    (music / "a.mp3").write_text("a")
    (music / "a.mp3").chmod(0)
    assert run().unread == 1
    assert by_name(catalogue)["a.mp3"].reason_code == "no_permission"


def test_odd_names(run, catalogue, music):
    names = ['it\'s "so".mp3', "new\nline.mp3", "🎵.mp3", "{0} %s [b]x[b].mp3", " .mp3"]
    if sys.platform == "win32":
        names = ["it's so.mp3", "🎵.mp3"]
    elif sys.platform == "linux":
        names.append(os.fsdecode(b"caf\xe9 - \xff.mp3"))
    for name in names:
        (music / name).write_text(repr(name))
    assert run().analysed == len(names)
    assert set(by_name(catalogue)) == set(names)
    assert run().unchanged == len(names)


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode there")
def test_a_reason_that_is_not_text(run, catalogue, music):
    name = os.fsdecode(b"caf\xe9.mp3")
    (music / name).write_text("bug")
    assert run().failed == 1
    reason = by_name(catalogue)[name].reason
    assert reason == r"the analysis failed: RuntimeError: a mistake in caf\udce9.mp3"


def test_a_mood_that_is_no_number_is_a_failure(run, catalogue, music):
    (music / "a.mp3").write_text("nan")
    assert run().failed == 1
    assert by_name(catalogue)["a.mp3"].reason == "the model finds no mood in it"


def test_a_single_file(run, catalogue, music):
    (music / "a.mp3").write_text("a")
    (music / "b.mp3").write_text("b")
    assert run(music / "b.mp3").analysed == 1
    assert list(by_name(catalogue)) == ["b.mp3"]
    assert run(music, music / "b.mp3").analysed == 1


def test_progress_counts_up(run, music):
    for name in "abcd":
        (music / f"{name}.mp3").write_text(name)
    (music / "bad.mp3").write_text("bad")
    seen = []
    run(on_progress=seen.append)
    assert [now.stage for now in seen] == ["looking", *["analysing"] * 6, "done"]
    assert [now.done for now in seen[1:]] == [0, 1, 2, 3, 4, 5, 5]
    assert (seen[-1].found, seen[-1].total, seen[-1].failed) == (5, 5, 1)


def test_no_worker_is_started_for_nothing(run, music, notes):
    (music / "a.mp3").write_text("a")
    run()
    for note in notes.iterdir():
        note.unlink()
    run(workers=4)
    assert worker_ids(notes) == []


def test_a_second_scan_is_refused(run, catalogue, music):
    (music / "a.mp3").write_text("a")
    with (
        catalogue.database.scan_lock(),
        pytest.raises(CatalogueLocked, match=rf"another scan .*process {os.getpid()}"),
    ):
        run()
    assert run().analysed == 1


@pytest.mark.sqlite
def test_a_full_disk_stops_the_scan_and_loses_nothing(run, catalogue, music, notes):
    for number in range(3):
        (music / f"{number}.mp3").write_text(str(number))
    run()
    catalogue.close()

    @event.listens_for(catalogue.database.engine, "connect")
    def limit(connection, _):
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    for number in range(100):
        (music / f"later {number}.mp3").write_text(f"later {number}")
    with pytest.raises(CatalogueError, match=r"disk of .* is full; nothing that was saved is lost"):
        run()
    assert {"0.mp3", "1.mp3", "2.mp3"} <= set(by_name(catalogue))
    assert not any(is_running(pid) for pid in worker_ids(notes))

    event.remove(catalogue.database.engine, "connect", limit)
    catalogue.close()
    saved = catalogue.counts()["ok"]
    report = run()
    assert (report.unchanged, report.analysed) == (saved, 103 - saved)


SCRIPT = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    sys.path.append({here!r})
    from vibelux.library import scan as scans
    from vibelux.library.workers_process import Analyser
    if __name__ == "__main__":
        scans.music_analyser = lambda _: Analyser("scan_analysers:slow", "m", Path({notes!r}))
        from vibelux.cli import main
        sys.argv = ["vibelux", "scan", "--workers", "2", {music!r}]
        main()
    """
)


@pytest.fixture
def scanning(music, notes, tmp_path, catalogue):
    """A scan of 60 songs under way in a process group of its own."""
    for number in range(60):
        (music / f"{number}.mp3").write_text(str(number))
    script = tmp_path / "scan_slowly.py"
    script.write_text(SCRIPT.format(here=str(HERE), notes=str(notes), music=str(music)))
    environment = {"VIBELUX_HOME": str(tmp_path / "home")}
    if isinstance(catalogue.place, DatabaseUrl):
        environment["VIBELUX_CATALOGUE"] = catalogue.place.full
    process = subprocess.Popen(
        [sys.executable, script],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while catalogue.counts()["ok"] < 6:
        if process.poll() is not None:
            pytest.fail(process.stderr.read())
        time.sleep(0.05)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_kill_9_loses_at_most_the_songs_in_flight(scanning, run, catalogue, notes):
    scanning.kill()
    scanning.communicate()
    wait_for_end(worker_ids(notes))
    began = len(heard(notes))
    kept = catalogue.counts()["ok"]
    assert kept >= max(6, began - 2)  # two workers
    report = run(model="m")
    assert (report.unchanged, report.analysed) == (kept, 60 - kept)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_ctrl_c_stops_at_once_and_says_how_to_go_on(scanning, run, catalogue, notes):
    os.killpg(scanning.pid, 2)
    out, err = scanning.communicate()
    assert scanning.returncode == 130
    kept = catalogue.counts()["ok"]
    assert out == ""
    assert "Traceback" not in err
    said = " ".join(err.split())
    assert f"Stopped. {kept} songs of this scan are in the catalogue, nothing is lost" in said
    wait_for_end(worker_ids(notes))
    assert run(model="m").unchanged == kept


def worker_ids(notes):
    return [int(note.name.removeprefix("pid-")) for note in notes.glob("pid-*")]


def wait_for_end(process_ids):
    """Return when no process runs any more; the test's own time limit is the last resort."""
    while any(is_running(pid) for pid in process_ids):
        time.sleep(0.05)


def is_running(process_id):
    try:
        os.kill(process_id, 0)
    except OSError:
        return False
    try:  # one that has ended may wait for someone to ask for its exit code
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not Path("/proc/self").exists()


def test_the_scan_works_on_a_catalogue_of_this_folder(tmp_path, music, notes):
    (music / "a.mp3").write_text("a")
    analyser = Analyser("scan_analysers:analyser", "m", notes)
    with Catalogue(music / "catalogue.sqlite") as catalogue:
        report = scan([music], catalogue, workers=1, song_timeout=30.0, analyser=analyser)
        assert (report.analysed, catalogue.counts()["ok"]) == (1, 1)


def test_a_mood_that_the_person_gave_stays_whatever_is_scanned(run, catalogue, music, notes):
    (music / "a.mp3").write_text("a")
    run()
    correct(catalogue, by_name(catalogue)["a.mp3"].id, parse_mood("sad"))
    run(model="stand-in-2")  # heard anew
    (music / "a.mp3").write_text("with other tags")
    run(model="stand-in-2")
    (music / "a.mp3").rename(music / "b.mp3")
    shutil.copy(music / "b.mp3", music / "c.mp3")
    assert run(model="stand-in-2").moved == 1
    for song in catalogue.songs():
        assert song.corrected
        np.testing.assert_allclose(song.mood, parse_mood("sad"))
    assert sorted(by_name(catalogue)) == ["b.mp3", "c.mp3"]
    correct(catalogue, by_name(catalogue)["b.mp3"].id, None)
    np.testing.assert_allclose(
        by_name(catalogue)["b.mp3"].mood, mood_of(b"with other tags"), rtol=1e-6
    )

"""Scans on a Ray cluster of two machines, which are simulated, and the same ones here."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest
from scan_analysers import by_name, heard
from sqlalchemy import select
from tagged_songs import write_song
from tests.ray_machines import WARNINGS

from vibelux.errors import ModelError, VibeluxError
from vibelux.library.catalogue import Catalogue
from vibelux.library.pools import Cluster, pool_of
from vibelux.library.scan import scan
from vibelux.library.schema import songs
from vibelux.library.workers_process import Analyser, Job

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals"),
    *WARNINGS,
]


@pytest.fixture
def cluster(machines):
    return Cluster("auto")


def write(music, *names):
    for name in names:
        (music / f"{name}.mp3").write_text(name)


def values(catalogue):
    """All that the catalogue has of each file, but its number and when it was analysed."""
    kept = [column for column in songs.c if column.name not in ("id", "analysed_at")]
    with catalogue.session() as connection:
        return list(connection.execute(select(*kept).order_by(songs.c.path)))


def test_every_file_is_settled_once_and_as_here(run, catalogue, music, notes, cluster, tmp_path):
    write(music, *"abcdefgh", "bad", "bug", "die", "abort")
    report = run(cluster=cluster)
    assert (report.analysed, report.failed, report.unread) == (8, 3, 1)
    assert len(heard(notes)) == 8 + 2 + 2 * 2  # who kills its process is tried twice
    with Catalogue(tmp_path / "other.sqlite") as other:
        analyser = Analyser("scan_analysers:analyser", "stand-in-1", notes)
        here = scan([music], other, workers=2, song_timeout=30.0, analyser=analyser)
        assert values(other) == values(catalogue)
    assert (here.analysed, here.failed, here.unread) == (8, 3, 1)


def test_a_file_that_hangs_is_given_up(run, catalogue, music, cluster):
    write(music, "hang")
    assert run(song_timeout=2.0, cluster=cluster).unread == 1
    assert by_name(catalogue)["hang.mp3"].reason_code == "timeout"


def test_the_music_model_says_on_a_cluster_what_it_says_here(music, cluster, tmp_path):
    write_song(music / "a.mp3", seconds=4)
    found = []
    for number, where in enumerate((cluster, None)):
        with Catalogue(tmp_path / f"{number}.sqlite") as catalogue:
            scan([music], catalogue, workers=1, song_timeout=60.0, cluster=where)
            found.append(values(catalogue))
    assert found[0] == found[1]
    assert [row.state for row in found[0]] == ["ok"]


def test_a_model_that_is_broken_ends_the_scan(run, music, cluster):
    write(music, *"ab")
    with pytest.raises(ModelError, match="there is no model at"):
        run(factory="no_model", cluster=cluster)


def test_supervisors_that_are_killed_cost_no_file(run, catalogue, music, notes, cluster):
    """Their processes end with them, and others take what they had."""
    write(music, *map(str, range(30)))
    killed = []

    def kill(progress):
        if progress.done >= 3 and not killed:
            killed.extend({_parent(int(note.name[4:])) for note in notes.glob("pid-*")})
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    report = run(factory="slow", cluster=cluster, on_progress=kill)
    assert killed
    assert (report.analysed, report.failed, report.unread) == (30, 0, 0)
    assert len(by_name(catalogue)) == 30


def _parent(pid):
    stat = Path(f"/proc/{pid}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


def test_a_machine_that_goes_costs_no_file_and_one_that_comes_helps(
    run, catalogue, music, notes, cluster, machines
):
    write(music, *map(str, range(40)))
    machine = machines.add_node(num_cpus=1, object_store_memory=100_000_000)
    seen = []

    def change(progress):
        if progress.done >= 6 and not seen:
            seen.append(progress.done)
            machines.remove_node(machine, allow_graceful=False)

    report = run(factory="slow", cluster=cluster, on_progress=change)
    assert seen
    assert (report.analysed, report.failed, report.unread) == (40, 0, 0)


def test_files_are_sent_where_machines_share_no_folders(music, notes, cluster):
    write(music, *"ab", "bad")
    jobs = iter(Job(number, path) for number, path in enumerate(sorted(music.iterdir())))
    analyser = Analyser("scan_analysers:analyser", "m", notes)
    with pool_of(analyser, workers=1, song_timeout=30.0, cluster=cluster) as pool:
        found = {o.job.path: o for o in pool.outcomes(lambda: next(jobs, None))}
    assert set(found) == set(music.iterdir())
    assert [found[music / f"{n}.mp3"].reason_code for n in ("a", "bad")] == [None, "not_audio"]
    assert all(name[0].isdigit() for name in heard(notes))  # other names: of the copies


def test_folders_that_a_machine_does_not_have_are_named(notes, cluster, tmp_path):
    analyser = Analyser("scan_analysers:analyser", "m", notes)
    missing = tmp_path / "mounted here"
    with (
        pytest.raises(VibeluxError, match=r"no machine .* it has no .*mounted here; mount it"),
        pool_of(analyser, workers=1, song_timeout=30.0, cluster=cluster, shared=[missing]) as pool,
    ):
        list(pool.outcomes(lambda: None if time.sleep(0.01) else Job(1, missing / "a.mp3")))


def test_an_address_where_no_cluster_is(run_cli, tmp_path):
    pytest.importorskip("ray")
    music = tmp_path / "music"
    music.mkdir()
    (music / "a.mp3").write_text("a")
    done = run_cli("scan", music, "--cluster", "127.0.0.1:1")
    assert done.returncode == 1
    assert "no Ray cluster can be used at '127.0.0.1:1'" in done.stderr
    assert "Traceback" not in done.stderr

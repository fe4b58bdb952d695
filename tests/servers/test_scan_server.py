import os
import subprocess
import sys
import textwrap
import threading
import time

import numpy as np
import pytest

from vibelux.errors import (
    CatalogueLocked,
    FilesUnreachable,
    ServerError,
    ServerRefused,
    ServerUnreachable,
)
from vibelux.library.catalogue import Catalogue
from vibelux.library.locks import scan_lock
from vibelux.library.scan import scan
from vibelux.library.workers_process import Analyser
from vibelux.servers.client import Client
from vibelux.servers.login import Login
from vibelux.servers.scan import refresh_plays, scan_server


def songs_of(catalogue, server):
    with Catalogue(catalogue.path, server=server) as there:
        return {song.remote_id: song for song in there.songs()}


def test_a_real_server_end_to_end(supysonic, catalogue, music_model):
    with Client(Login(supysonic.url, "me", "password"), "sésame") as client:

        def scan_it():
            return scan_server(
                client, catalogue, workers=1, song_timeout=60, model_path=music_model
            )

        report = scan_it()
        assert (report.analysed, report.failed, report.not_fetched) == (2, 0, 0)
        found = {s.title: s for s in songs_of(catalogue, client.login.server).values()}
        assert (found["low"].artist, found["low"].album, found["low"].year) == (
            *("Artist", "Album"),
            1999,
        )
        assert found["low"].valence != found["high"].valence
        assert found["low"].duration == pytest.approx(12, abs=0.1)

        local = scan(
            [supysonic.music], catalogue, workers=1, song_timeout=60, model_path=music_model
        )
        assert (local.analysed, local.moved, local.copied) == (2, 0, 0)
        mine = {song.title: song for song in catalogue.songs()}
        np.testing.assert_allclose(mine["low"].mood, found["low"].mood, atol=1e-6)

        (supysonic.music / "high.flac").rename(supysonic.folder / "kept")
        supysonic.scan()
        try:
            report = scan_it()
            assert (report.unchanged, report.analysed, report.missing) == (1, 0, 1)
        finally:
            (supysonic.folder / "kept").rename(supysonic.music / "high.flac")
            supysonic.scan()
        states = {s.title: s.state for s in songs_of(catalogue, client.login.server).values()}
        assert states == {"low": "ok", "high": "missing"}
    left = [path.name for path in catalogue.path.parent.iterdir()]
    assert [name for name in left if not name.startswith("catalogue.sqlite")] == []


def test_songs_are_fetched_once(run, fake, catalogue):
    for number in range(5):
        fake.add(str(number), genre="Folk", track=number + 1)
    report = run()
    assert (report.analysed, report.unchanged, fake.times("download")) == (5, 0, 5)
    song = songs_of(catalogue, report.server)["3"]
    assert (song.title, song.artist, song.genre, song.track) == ("T3", "A", "Folk", 4)
    assert (song.state, song.model, song.server) == ("ok", "stand-in-1", report.server)
    assert list(catalogue.songs()) == []
    assert not song.path.exists()
    report = run()
    assert (report.analysed, report.unchanged, fake.times("download")) == (0, 5, 5)


def test_only_what_has_changed_is_fetched_again(run, fake, catalogue):
    for number in range(3):
        fake.add(str(number))
    before = songs_of(catalogue, run().server)
    fake.add("0", b"quite another sound")
    fake.add("1", title="Better title")
    fake.asked.clear()
    report = run()
    assert (report.analysed, report.unchanged) == (1, 2)
    assert [dict(pairs)["id"] for endpoint, pairs in fake.asked if endpoint == "download"] == ["0"]
    after = songs_of(catalogue, report.server)
    assert {key: song.id for key, song in after.items()} == {k: s.id for k, s in before.items()}
    assert not np.allclose(after["0"].mood, before["0"].mood)
    assert after["1"].title == "Better title"
    assert run(model="stand-in-2").analysed == 3
    assert run(model="stand-in-2", again=True).analysed == 3


def test_songs_that_go_and_come_back_keep_their_analysis(run, fake, catalogue):
    fake.add("0")
    fake.add("1")
    run()
    gone = fake.songs.pop("1")
    report = run()
    assert (report.missing, report.unchanged) == (1, 1)
    assert songs_of(catalogue, report.server)["1"].state == "missing"
    fake.songs["1"] = gone
    report = run()
    assert (report.returned, report.analysed, fake.times("download")) == (1, 0, 2)
    assert songs_of(catalogue, report.server)["1"].state == "ok"


def test_a_server_that_lists_nothing_loses_nothing(run, fake, catalogue):
    fake.add("0")
    run()
    fake.songs.clear()
    report = run()
    assert report.missing == 0
    assert "lists no songs; its songs in the catalogue stay as they are" in report.warnings[0]
    assert songs_of(catalogue, report.server)["0"].state == "ok"


def test_bad_songs_are_told_with_their_reason(run, fake, catalogue):
    fake.add("0", b"bad 0")
    fake.add("1")
    report = run()
    assert (report.analysed, report.failed) == (1, 1)
    assert [(t.title, t.code, t.reason) for t in report.troubles] == [
        ("A - T0", "not_audio", "it is a picture")
    ]
    assert songs_of(catalogue, report.server)["0"].reason == "it is a picture"
    assert run().unchanged == 2
    assert run(retry=True).failed == 1


def test_half_songs_and_strange_answers_are_tried_again_next_time(run, fake, catalogue):
    for number in range(4):
        fake.add(str(number))

    def download(request):
        match request.params["id"]:
            case "0":
                request.send(b"so", kind="audio/mpeg", length=6)
            case "1":
                request.send(b"<html>sorry</html>", kind="text/html")
            case "2":
                request.refuse(70, "vanished")
            case _:
                fake.download(request)

    fake.hooks["download"] = download
    report = run()
    assert (report.analysed, report.failed, report.not_fetched) == (1, 0, 3)
    assert {t.code for t in report.troubles} == {"not_fetched"}
    assert songs_of(catalogue, report.server).keys() == {"3"}
    fake.hooks.clear()
    report = run()
    assert (report.analysed, report.unchanged, report.not_fetched) == (3, 1, 0)


def test_a_server_that_goes_away_in_the_middle(run, fake, catalogue):
    for number in range(9):
        fake.add(str(number))

    def download(request):
        if int(request.params["id"]) < 2:
            fake.download(request)
        else:
            request.send(b"", status=503)

    fake.hooks["download"] = download
    with pytest.raises(ServerUnreachable, match=r"stopped answering: .*HTTP 503.* goes on from"):
        run(connections=1)
    kept = songs_of(catalogue, fake.url.removeprefix("http://"))
    assert {song.state for song in kept.values()} == {"ok"} and len(kept) >= 1
    fake.hooks.clear()
    report = run()
    assert report.analysed + report.unchanged == 9
    assert report.unchanged == len(kept)


def test_a_listing_that_breaks_off_marks_nothing_as_missing(run, fake, catalogue):
    fake.page = 2
    for number in range(4):
        fake.add(str(number))
    run()

    def search3(request):
        if request.params["songOffset"] == "0":
            fake.search3(request)
        else:
            request.send(b"", status=502)

    fake.hooks["search3"] = search3
    with pytest.raises(ServerUnreachable, match="HTTP 502"):
        run()
    found = songs_of(catalogue, fake.url.removeprefix("http://"))
    assert [song.state for song in found.values()] == ["ok"] * 4


def test_a_password_that_was_changed_in_the_middle(run, fake):
    for number in range(3):
        fake.add(str(number))
    fake.hooks["download"] = lambda request: request.refuse(40, "Wrong")
    with pytest.raises(ServerRefused, match=r"\(error 40\).*are kept"):
        run()


def test_songs_that_are_too_large_are_not_even_asked_for(run, fake):
    fake.add("0", size=(1 << 30) + 1)
    report = run()
    assert (report.not_fetched, fake.times("download")) == (1, 0)
    assert "at most 1,073,741,824 are fetched" in report.troubles[0].reason


def test_no_more_connections_than_asked_for(run, fake):
    now, most, lock = 0, 0, threading.Lock()

    def download(request):
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1
        fake.download(request)

    fake.hooks["download"] = download
    for number in range(12):
        fake.add(str(number))
    assert run(connections=3).analysed == 12
    assert 1 < most <= 3


def test_plays_on_the_server_are_known(run, fake, client, catalogue):
    fake.add("0", playCount=2, played="2024-05-01T10:00:00Z")
    fake.add("1", playCount=2)
    fake.add("2")
    server = run().server
    found = songs_of(catalogue, server)
    assert {key: (song.plays, song.played_at) for key, song in found.items()} == {
        "0": (2, 1714557600),
        "1": (2, None),
        "2": (None, None),
    }
    began = int(time.time())
    fake.songs["0"][0].update(playCount=3, played="2024-06-01T10:00:00Z")
    fake.songs["1"][0].update(playCount=3)  # played since the last look, nobody says when
    refresh_plays(client, catalogue)
    found = songs_of(catalogue, server)
    assert (found["0"].plays, found["0"].played_at) == (3, 1717236000)
    assert found["1"].plays == 3 and found["1"].played_at >= began
    refresh_plays(client, catalogue)
    assert songs_of(catalogue, server)["1"].played_at == found["1"].played_at
    client.scrobble("0")
    client.scrobble("0", now_playing=True)
    assert fake.scrobbles == [("0", "true"), ("0", "false")]


def test_two_scans_at_a_time_are_refused(run, catalogue):
    with scan_lock(catalogue.path), pytest.raises(CatalogueLocked):
        run()


def test_a_wrong_password_says_so_and_changes_nothing(fake, catalogue, stand_in):
    with (
        Client(Login(fake.url, "me"), "wrong") as client,
        pytest.raises(ServerError, match=r"\(error 40\)"),
    ):
        scan_server(client, catalogue, workers=1, song_timeout=9, analyser=stand_in)
    assert catalogue.servers() == {}


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_killed_scan_goes_on(run, fake, catalogue):
    for number in range(30):
        fake.add(str(number))
    catalogue.close()

    def slowly(request):
        time.sleep(0.05)
        fake.download(request)

    fake.hooks["download"] = slowly
    code = f"""
        from pathlib import Path
        from vibelux.library.catalogue import Catalogue
        from vibelux.library.workers_process import Analyser
        from vibelux.servers.client import Client
        from vibelux.servers.login import Login
        from vibelux.servers.scan import scan_server

        if __name__ == "__main__":
            with Client(Login({fake.url!r}, "me"), {fake.password!r}) as client:
                with Catalogue(Path({str(catalogue.path)!r})) as catalogue:
                    scan_server(
                        client, catalogue, workers=1, song_timeout=9,
                        analyser=Analyser("scan_analysers:analyser", "stand-in-1"),
                        on_progress=lambda now: print(now.done, flush=True),
                    )
    """
    script = catalogue.path.with_name("scan.py")
    script.write_text(textwrap.dedent(code))
    library = sys.path[0]
    process = subprocess.Popen(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": library},
        stdout=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        if int(line) >= 5:
            break
    process.kill()
    process.communicate()
    fake.hooks.clear()
    with Catalogue(catalogue.path) as again:
        kept = len(songs_of(again, fake.url.removeprefix("http://")))
    assert 5 <= kept < 30
    report = run()
    assert (report.unchanged, report.analysed) == (kept, 30 - kept)
    assert not catalogue.path.with_name("server-songs.part").exists()


@pytest.fixture
def bad_machine(client, catalogue, stand_in, tmp_path):
    """Scan the fake server with an analyser that fails when it is told to."""
    notes = tmp_path / "notes"
    notes.mkdir()

    def scan_it(what=None, number=0, **options):
        import scan_analysers

        scan_analysers.disk_fails(notes, what, number)
        analyser = Analyser("scan_analysers:on_a_bad_disk", "stand-in-1", notes)
        options = {"workers": 1, "song_timeout": 30.0} | options
        return scan_server(client, catalogue, analyser=analyser, **options)

    return scan_it


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
@pytest.mark.parametrize(
    ("what", "number", "code"),
    [("analyse", 5, "unreachable"), ("memory", 0, "killed"), ("kill", 9, "killed")],
)
def test_an_analysis_outlives_what_is_transient(bad_machine, fake, catalogue, what, number, code):
    fake.add("0", album="Album")
    fake.add("1")
    server = bad_machine().server
    before = songs_of(catalogue, server)
    fake.add("1", b"another sound")
    fake.add("2")
    report = bad_machine(what, number, again=True)
    assert (report.unread, report.failed, report.analysed) == (3, 0, 0)
    assert {trouble.code for trouble in report.troubles} == {code}
    after = songs_of(catalogue, server)
    assert {key: song.state for key, song in after.items()} == {"0": "ok", "1": "ok", "2": "failed"}
    for key, song in before.items():
        np.testing.assert_array_equal(after[key].mood, song.mood)
        np.testing.assert_array_equal(after[key].embedding, song.embedding)
        assert (after[key].title, after[key].album) == (song.title, song.album)
    report = bad_machine()  # a plain one
    assert (report.analysed, report.unread) == (3, 0)
    assert {song.state for song in songs_of(catalogue, server).values()} == {"ok"}
    assert {song.reason for song in songs_of(catalogue, server).values()} == {None}
    assert bad_machine().unchanged == 3


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_a_verdict_on_the_same_song_takes_no_analysis_away(bad_machine, fake, catalogue):
    fake.add("0")
    server = bad_machine().server
    assert bad_machine("kill", 11, again=True).failed == 1
    assert songs_of(catalogue, server)["0"].state == "ok"
    fake.add("0", b"bad now")
    assert bad_machine().failed == 1
    assert songs_of(catalogue, server)["0"].state == "failed"


def test_many_songs_that_cannot_be_analysed_end_the_scan(bad_machine, fake, catalogue):
    for number in range(15):
        fake.add(str(number))
    with pytest.raises(FilesUnreachable, match=r"10 files in a row .*not enough memory.*--workers"):
        bad_machine("memory")
    assert bad_machine().analysed == 15


@pytest.mark.parametrize("answer", ["busy", "error", "half", "silence"])
def test_a_server_that_fails_takes_no_analysis_away(run, fake, catalogue, answer):
    for number in range(5):
        fake.add(str(number))
    before = songs_of(catalogue, run().server)

    def download(request):
        match answer:
            case "busy":
                request.send(b"", status=503)
            case "error":
                request.send(b"", status=500)
            case "half":
                request.send(b"so", kind="audio/mpeg", length=6)
            case "silence":
                request.send(b"", kind="audio/mpeg")

    fake.hooks["download"] = download
    try:
        report = run(again=True)
        assert (report.not_fetched, report.failed) == (5, 0)
    except ServerUnreachable:
        pass
    after = songs_of(catalogue, fake.url.removeprefix("http://"))
    assert {key: song.state for key, song in after.items()} == dict.fromkeys(before, "ok")
    for key, song in before.items():
        np.testing.assert_array_equal(after[key].mood, song.mood)


def test_numbers_beyond_64_bits(run, fake, catalogue):
    huge = 10**30
    fake.add("0", playCount=huge, track=-huge, year="9" * 30, duration=1e300, size=huge)
    fake.add("1", playCount=2**63, track=2**63 - 1, year=float("inf"), bitRate=huge)
    fake.add("2", played="9999-12-31T23:59:59.999999999Z")
    server = run().server
    found = songs_of(catalogue, server)
    assert {key: song.state for key, song in found.items()} == dict.fromkeys("012", "ok")
    assert [found[key].plays for key in "01"] == [None, None]
    assert (found["0"].track, found["0"].year) == (None, None)
    assert found["1"].track == 2**63 - 1
    assert run().unchanged == 3

import numpy as np
import pytest
from sqlalchemy import update

from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_of, remote_path, songs
from vibelux.library.schema_blobs import vector_blob
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.session import Session
from vibelux.servers.client import Client
from vibelux.servers.login import Login
from vibelux.servers.scan import scan_server


def known(catalogue, server):
    """The entries of a server by title, with what a scan must not lose."""
    with Catalogue(catalogue.path, server=server) as there:
        return {
            song.title: (song.id, song.remote_id, song.state, song.corrected, song.path)
            for song in there.songs()
        }


def correct(catalogue, title):
    values = {"own_mood": vector_blob(np.eye(7)[5]), "own_valence": -1.0, "own_arousal": -1.0}
    with catalogue.writing() as connection:
        connection.execute(update(songs).where(songs.c.title == title).values(**values))


def rebuild(fake, **ids):
    """Give the songs of a server new ids: old -> new."""
    fake.songs = {
        ids.get(f"i{old}", f"new-{old}"): (entry | {"id": ids.get(f"i{old}", f"new-{old}")}, data)
        for old, (entry, data) in fake.songs.items()
    }


def times(fake, endpoint="download"):
    number = fake.times(endpoint)
    fake.asked.clear()
    return number


def test_a_real_server_that_was_rebuilt_and_then_moved(
    own_supysonic, tmp_path, catalogue, music_model
):
    def scan_it():
        with Client(Login(own_supysonic.url, "me", "password"), "sésame") as client:
            report = scan_server(
                client, catalogue, workers=1, song_timeout=60, model_path=music_model
            )
        return report, known(catalogue, report.server)

    def liked(server):
        with Catalogue(catalogue.path, server=server) as there:
            session = Session(there, listener, available=lambda songs: [True] * len(songs))
            return {song.title for song in there.songs() if session.likes(song)}

    report, before = scan_it()
    assert report.analysed == 2
    correct(catalogue, "low")
    with Listener.at(tmp_path / "profile.sqlite") as listener:
        with Catalogue(catalogue.path, server=report.server) as there:
            session = Session(there, listener, available=lambda songs: [True] * len(songs))
            session.liked(next(song for song in there.songs() if song.title == "high"))
        own_supysonic.rebuild()
        report, after = scan_it()
        assert (report.analysed, report.unchanged, report.missing) == (0, 2, 0)
        assert report.recognised == 2
        for title in before:
            assert after[title][0] == before[title][0]
            assert after[title][1] != before[title][1]
            assert after[title][2] == "ok"
        assert after["low"][3] and not after["high"][3]
        assert liked(report.server) == {"high"}
        again, _ = scan_it()
        assert (again.recognised, again.unchanged) == (0, 2)

        own_supysonic.rebuild(port=0)
        moved, there = scan_it()
        assert moved.server != report.server
        assert (moved.analysed, moved.recognised, moved.unchanged) == (0, 2, 2)
        assert there["low"][3] and there["low"][0] not in {entry[0] for entry in after.values()}
        assert liked(moved.server) == {"high"}
        assert known(catalogue, report.server) == after


def test_new_ids_for_the_same_songs(run, fake, catalogue):
    for number in range(6):
        fake.add(str(number), album="Album", track=number)
    server = run().server
    before = known(catalogue, server)
    correct(catalogue, "T3")
    times(fake)
    rebuild(fake)
    report = run()
    assert (report.recognised, report.unchanged, report.analysed, report.missing) == (6, 6, 0, 0)
    assert times(fake) == 0
    after = known(catalogue, server)
    assert {title: entry[0] for title, entry in after.items()} == {
        title: entry[0] for title, entry in before.items()
    }
    assert after["T3"][1:4] == ("new-3", "ok", True)
    assert after["T3"][4] == path_of(remote_path(server, "new-3"))
    assert run().recognised == 0


def test_ids_that_change_places(run, fake, catalogue):
    for number in range(4):
        fake.add(str(number), content=b"x" * 50 + bytes([65 + number]), duration=12)
    for number, seconds in enumerate((12, 60, 120, 180)):
        fake.songs[str(number)][0]["duration"] = seconds
    server = run().server
    with catalogue.writing() as connection:  # the stand-in hears the same length in all
        for number, seconds in enumerate((12.2, 60.4, 119.5, 180)):
            statement = update(songs).where(songs.c.title == f"T{number}")
            connection.execute(statement.values(duration=seconds))
    before = known(catalogue, server)
    correct(catalogue, "T1")
    times(fake)
    rebuild(fake, i0="1", i1="2", i2="0", i3="9")  # the catalogue knows these as other songs
    report = run()
    assert (report.recognised, report.analysed, report.missing) == (4, 0, 0)
    assert times(fake) == 0
    after = known(catalogue, server)
    assert {t: (e[0], e[1], e[3]) for t, e in after.items()} == {
        "T0": (before["T0"][0], "1", False),
        "T1": (before["T1"][0], "2", True),
        "T2": (before["T2"][0], "0", False),
        "T3": (before["T3"][0], "9", False),
    }


def test_an_id_of_a_song_that_is_gone_for_another_one(run, fake, catalogue):
    fake.add("1", duration=12)
    server = run().server
    correct(catalogue, "T1")
    fake.songs.clear()
    fake.add("1", content=b"something else", title="Another", artist="B", duration=300)
    report = run()
    assert (report.analysed, report.missing, report.recognised) == (1, 1, 0)
    after = known(catalogue, server)
    assert after["T1"][1:4] == (None, "missing", True)
    assert after["Another"][1:4] == ("1", "ok", False)
    fake.songs.clear()
    fake.add("7", content=b"song 1", title="T1", duration=12)  # back again
    assert run().recognised == 1
    assert known(catalogue, server)["T1"][1:4] == ("7", "ok", True)


@pytest.mark.parametrize("size", [True, False])
def test_what_may_be_two_songs_is_not_guessed(run, fake, catalogue, size):
    more = {} if size else {"size": None}
    fake.add("a", content=b"copy", title="Twice", album="X", track=1, **more)
    fake.add("b", content=b"copy", title="Twice", album="X", track=1, **more)
    fake.add("c", content=b"mine", title="Once", album="X", track=2, **more)
    run()
    times(fake)
    rebuild(fake)
    report = run()
    assert (report.recognised, report.analysed, report.missing) == (1, 2, 2)
    assert times(fake) == 2


def test_tags_tell_songs_of_one_size_apart(run, fake, catalogue):
    fake.add("a", content=b"aaaa", title="Intro", album="X", track=1)
    fake.add("b", content=b"bbbb", title="Intro", album="Y", track=1)
    server = run().server
    correct(catalogue, "Intro")
    with catalogue.writing() as connection:
        connection.execute(
            update(songs).where(songs.c.album == "Y").values(title="INTRO", own_mood=None)
        )
    rebuild(fake)
    assert run().recognised == 2
    with Catalogue(catalogue.path, server=server) as there:
        assert {s.album: (s.remote_id, s.corrected) for s in there.songs()} == {
            "X": ("new-a", True),
            "Y": ("new-b", False),
        }


@pytest.mark.parametrize(
    ("change", "recognised", "fetched"),
    [
        ({"artist": "Björk", "album": "Other"}, 1, 0),  # another program names them otherwise
        ({"title": "ｔ0"}, 1, 0),
        ({"size": None}, 1, 0),
        ({"size": None, "album": None, "track": None}, 0, 1),
        ({"size": 999}, 0, 1),
        ({"duration": 99}, 0, 1),
        ({"duration": 13}, 1, 0),
        ({"title": "Other name"}, 0, 1),
    ],
)
def test_how_much_must_agree(run, fake, catalogue, change, recognised, fetched):
    fake.add("0", album="X", track=3)
    server = run().server
    first = known(catalogue, server)["T0"][0]
    correct(catalogue, "T0")
    with catalogue.writing() as connection:
        connection.execute(update(songs).values(duration=12.0))
    times(fake)
    rebuild(fake)
    fake.songs["new-0"][0].update(change)
    report = run()
    assert (report.recognised, times(fake)) == (recognised, fetched)
    if "Other name" in change.values():  # its content tells, once it has been fetched
        assert known(catalogue, server) == {
            "Other name": (first, "new-0", "ok", True, path_of(remote_path(server, "new-0")))
        }
        assert report.missing == 0


def test_another_model_analyses_a_recognised_song_again(run, fake, catalogue):
    fake.add("0", album="X", track=3)
    server = run().server
    first = known(catalogue, server)["T0"][0]
    rebuild(fake)
    report = run(model="stand-in-2")
    assert (report.recognised, report.analysed, report.missing) == (1, 1, 0)
    assert known(catalogue, server)["T0"][0] == first


def test_songs_of_two_servers_stay_apart(run, fake, catalogue, stand_in):
    fake.add("0", album="X", track=3)
    fake.add("1", album="X", track=4)
    here = run().server
    correct(catalogue, "T0")
    times(fake)
    other = Login(fake.url.replace("127.0.0.1", "localhost"), fake.user)
    fake.songs["1"][0].update(size=None)  # too little is known of it
    with Client(other, fake.password) as client:
        report = scan_server(client, catalogue, workers=1, song_timeout=30, analyser=stand_in)
    assert (report.recognised, report.analysed, times(fake)) == (1, 1, 1)
    mine, theirs = known(catalogue, here), known(catalogue, other.server)
    assert mine["T0"][1:4] == theirs["T0"][1:4] == ("0", "ok", True)
    assert mine["T0"][0] != theirs["T0"][0]
    assert theirs["T1"][3] is False


def test_a_listing_that_breaks_off_changes_no_ids(run, fake, catalogue):
    fake.page = 2
    for number in range(4):
        fake.add(str(number), album="X")
    server = run().server
    before = known(catalogue, server)
    rebuild(fake)

    def search3(request):
        if request.params["songOffset"] == "0":
            fake.search3(request)
        else:
            request.send(b"", status=502)

    fake.hooks["search3"] = search3
    with pytest.raises(Exception, match="HTTP 502"):
        run()
    assert known(catalogue, server) == before

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from vibelux.emotions import parse_mood
from vibelux.errors import InvalidInput, ProfileError, ProfileTooNew
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.listener.profile import Event, Profile
from vibelux.recommend.listener.taste import Taste

MUSIC = ModelStatistics().songs


FIRST_VERSION = """
PRAGMA application_id = 0x56624C50;
PRAGMA user_version = 1;
CREATE TABLE songs (
    id INTEGER PRIMARY KEY NOT NULL, key TEXT NOT NULL UNIQUE, path BLOB NOT NULL,
    title TEXT, artist TEXT
);
CREATE INDEX songs_path ON songs (path);
CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, at REAL NOT NULL,
    song INTEGER NOT NULL REFERENCES songs (id),
    what TEXT NOT NULL CHECK (what IN ('played', 'skipped', 'liked', 'wrong_mood')),
    share REAL, mood BLOB CHECK (length(mood) = 28), heard BLOB CHECK (length(heard) = 36)
);
CREATE INDEX events_song ON events (song, id);
"""
"""What that version wrote; tables are never made in another way than by migrations."""


def event(what: str = "played", name: str = "a", **values: object) -> Event:
    return Event(what=what, key=f"key-{name}", path=f"/{name}.mp3".encode(), title=name, **values)


def test_events_come_back_as_they_were_saved(tmp_path):
    analysis = np.r_[parse_mood("sad"), -0.5, -0.25].astype(np.float32)
    with Profile(tmp_path / "new" / "profile.sqlite") as profile:
        profile.add(
            event("skipped", mood=parse_mood("happy"), analysis=analysis, share=0.25, at=12.5)
        )
        profile.add(event("liked", "b", artist="Anna"))
    with Profile(tmp_path / "new" / "profile.sqlite") as profile:
        first, second = profile.events()
        assert (first.what, first.key, first.path, first.share, first.at) == (
            *("skipped", "key-a", b"/a.mp3", 0.25, 12.5),
        )
        np.testing.assert_array_equal(first.mood, parse_mood("happy"))
        np.testing.assert_array_equal(first.analysis, analysis)
        assert (second.what, second.artist, second.mood) == ("liked", "Anna", None)
        assert [one.what for one in profile.events(last=1)] == ["liked"]
        assert profile.counts() == {"played": 0, "skipped": 1, "liked": 1, "wrong_mood": 0}
        assert profile.number == 2


def test_a_profile_of_the_first_version_is_read(tmp_path):
    path = tmp_path / "profile.sqlite"
    analysis = np.r_[parse_mood("sad"), -0.5, -0.25].astype("<f4")
    with sqlite3.connect(path) as db:
        db.executescript(FIRST_VERSION)
        values = (12.5, 1, "skipped", 0.25, parse_mood("happy").tobytes(), analysis.tobytes())
        db.execute("INSERT INTO songs VALUES (1, 'key-a', x'2f612e6d7033', 'a', 'Anna')")
        db.execute(
            "INSERT INTO events (at, song, what, share, mood, heard) VALUES (?, ?, ?, ?, ?, ?)",
            values,
        )
    db.close()
    with Profile(path) as profile:
        (old,) = profile.events()
        assert (old.key, old.path, old.artist, old.share) == ("key-a", b"/a.mp3", "Anna", 0.25)
        np.testing.assert_array_equal(old.analysis, analysis)
        profile.add(event("liked"))
        assert profile.counts()["liked"] == 1


def test_likes_can_be_taken_back():
    with Profile(None) as profile:
        for what, name in (("liked", "a"), ("played", "a"), ("liked", "a"), ("liked", "b")):
            profile.add(event(what, name))
        assert sorted(profile.liked()) == [("key-a", b"/a.mp3"), ("key-b", b"/b.mp3")]
        assert profile.likes("key-a", b"/moved.mp3") and profile.likes("tagged anew", b"/a.mp3")
        number = profile.number
        assert profile.unlike("key-a", b"/moved.mp3")
        assert profile.number > number  # whoever learnt from the events learns anew
        assert not profile.likes("key-a", b"/a.mp3") and profile.likes("key-b", b"/b.mp3")
        assert not profile.unlike("key-a", b"/a.mp3") and not profile.unlike("unknown", b"/c.mp3")
        assert profile.counts() == {"played": 1, "skipped": 0, "liked": 1, "wrong_mood": 0}


def test_last_plays_count_songs_since_not_hours(tmp_path):
    with Profile(None) as profile:
        for name, at in (("a", 100.0), ("b", 50.0), ("a", 10.0), ("c", 1e9)):  # the clock jumps
            profile.add(event("played", name, at=at))
        profile.add(event("liked", "b"))
        plays = [(last.key, last.at, last.plays) for last in profile.last_plays()]
    assert plays == [("key-c", 1e9, 0), ("key-a", 10.0, 1), ("key-b", 50.0, 2)]


def test_a_song_is_known_again_after_it_was_moved_or_its_tags_were_changed():
    with Profile(None) as profile:
        profile.add(Event("played", "content-1", b"/old.mp3", "Song"))
        profile.add(Event("played", "content-1", b"/new.mp3", "Song"))
        profile.add(Event("played", "content-2", b"/new.mp3", "Song"))
        (last,) = profile.last_plays()
    assert (last.key, last.path, last.plays) == ("content-2", b"/new.mp3", 0)


def test_forgetting_leaves_no_trace_in_the_file(tmp_path):
    path = tmp_path / "profile.sqlite"
    with Profile(path) as profile:
        for number in range(40):
            profile.add(event("played", f"secret-{number}"))
        assert b"secret-7" in path.read_bytes()
        assert profile.forget() == 40
        assert profile.number == 0 and list(profile.events()) == []
        assert [file.name for file in tmp_path.iterdir()] == ["profile.sqlite"]
        assert b"secret" not in path.read_bytes()
        profile.add(event())
        assert profile.number == 1


def test_the_export_holds_everything(tmp_path):
    with Profile(tmp_path / "profile.sqlite") as profile:
        profile.add(event("wrong_mood", mood=parse_mood("sad"), at=0.0))
        profile.add(event("played", at=1e300))  # no date at all
        profile.add(Event("played", "k", os.fsencode("/x\udcff.mp3")))
        assert profile.export(tmp_path / "out.json") == 3
        with pytest.raises(ProfileError, match="cannot write"):
            profile.export(tmp_path / "none" / "out.json")
    document = json.loads((tmp_path / "out.json").read_text())
    first, second, _ = document["events"]
    assert first["at"] == "1970-01-01T00:00:00+00:00" and first["mood"]["sad"] == 1
    assert second["at"] is None and second["title"] == "a"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["out.json", "profile.sqlite"]


def test_a_newer_profile_is_left_as_it_is(tmp_path):
    path = tmp_path / "profile.sqlite"
    with Profile(path) as profile:
        profile.add(event())
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 7")
    db.close()
    before = path.read_bytes()
    with pytest.raises(ProfileTooNew, match=r"version 7, this VibeluX reads up to 1.*Update"):
        Profile(path)
    assert path.read_bytes() == before


def test_what_is_not_a_profile_is_left_as_it_is(tmp_path):
    other, text = tmp_path / "other.sqlite", tmp_path / "text.sqlite"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE t (x)")
    db.close()
    text.write_text("no database at all, but some words " * 50)
    for path, message in ((other, "not a profile of VibeluX"), (text, "is damaged")):
        before = path.read_bytes()
        with pytest.raises(ProfileError, match=message):
            Profile(path)
        assert path.read_bytes() == before
    (tmp_path / "file").touch()
    with pytest.raises(ProfileError, match="cannot make the folder"):
        Profile(tmp_path / "file" / "profile.sqlite")


def test_two_programs_share_a_profile_and_one_that_waits_too_long_says_so(tmp_path):
    path = tmp_path / "profile.sqlite"
    with Profile(path, busy_timeout=0.05) as one, Profile(path, busy_timeout=0.05) as two:
        one.add(event())
        two.add(event("liked"))
        assert one.number == 2
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(ProfileError, match="another program is writing"):
            one.add(event())
        holder.execute("ROLLBACK")
        holder.close()
        one.add(event())


def test_a_program_that_is_killed_loses_nothing(tmp_path):
    path = tmp_path / "profile.sqlite"
    code = (
        "import os, sys, signal; from pathlib import Path\n"
        "from vibelux.recommend.listener.profile import Event, Profile\n"
        "profile = Profile(Path(sys.argv[1]))\n"
        "for number in range(20): profile.add(Event('played', f'{number}', b'/x'))\n"
        "os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert done.returncode == 9
    with Profile(path) as profile:
        assert profile.number == 20


def test_an_event_is_of_a_known_kind():
    with Profile(None) as profile, pytest.raises(InvalidInput, match="what='hated' must be one of"):
        profile.add(event("hated"))


def test_nothing_is_kept_without_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Profile(None) as profile:
        profile.add(event())
    assert list(Path().iterdir()) == []


def test_what_was_saved_outlives_a_power_cut(tmp_path):
    with Profile(tmp_path / "profile.sqlite") as profile:
        assert profile._db.execute("PRAGMA journal_mode").fetchone()[0] == "delete"
        assert profile._db.execute("PRAGMA synchronous").fetchone()[0] == 3  # EXTRA
        assert profile._db.execute("PRAGMA fullfsync").fetchone()[0] == 1


def test_a_full_disk_is_said_and_loses_nothing(tmp_path):
    path = tmp_path / "profile.sqlite"
    with Profile(path) as profile:
        profile.add(event())
        pages = profile._db.execute("PRAGMA page_count").fetchone()[0]
        profile._db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(ProfileError, match=r"disk of the profile .* is full; what was saved"):
            for number in range(100):
                profile.add(event(name=f"{number}" * 100))
        before = profile.counts()["played"]
        profile._db.execute("PRAGMA max_page_count = 9999")
        profile.add(event("liked"))
    with Profile(path) as profile:
        assert profile.counts() == {"played": before, "skipped": 0, "liked": 1, "wrong_mood": 0}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("mood", [np.array([np.nan] * 7, "<f4").tobytes(), np.zeros(7, "<f4").tobytes()]),
        ("heard", [np.array([np.inf] * 9, "<f4").tobytes(), np.full(9, -1, "<f4").tobytes()]),
        ("heard", [np.array([1, 0, 0, 0, 0, 0, 0, 9, 0], "<f4").tobytes()]),
        ("share", ["much", 7.5, -1.0, b"x"]),
        ("at", ["yesterday", b"x", float("inf")]),
    ],
)
def test_odd_values_of_an_event_count_as_not_there(tmp_path, column, values):
    path = tmp_path / "profile.sqlite"
    mood = np.full(7, 1 / 7, np.float32)
    whole = event(mood=mood, analysis=np.full(9, 1 / 9, np.float32), share=0.5, at=5.0)
    for value in values:
        with Profile(path) as profile:
            profile.add(whole)
            profile._db.execute(f"UPDATE events SET {column} = ?", (value,))
            attribute = {"heard": "analysis"}.get(column, column)
            assert [getattr(one, attribute) for one in profile.events()] == [None]
            assert profile.last_plays()[0].plays == 0
            json.dumps(profile.as_json(), allow_nan=False)
            assert np.isfinite(Taste.learnt(list(profile.events()), MUSIC).events)
            profile.forget()

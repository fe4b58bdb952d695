"""Likes and corrections stay with songs whose tags and places change, in real files and scans."""

import shutil
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import update

from vibelux.library.catalogue import Catalogue
from vibelux.library.corrections import correct
from vibelux.library.scan import scan
from vibelux.library.schema import songs
from vibelux.library.song_columns import SongColumns
from vibelux.library.workers_process import hash_of
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.listener.profile import Event, Profile
from vibelux.recommend.listener.taste import SongFeatures
from vibelux.recommend.session import Session

LIBRARY = Path(__file__).parent.parent / "library"
if str(LIBRARY) not in sys.path:
    sys.path.append(str(LIBRARY))  # where tagged_songs lies

from tagged_songs import write_song  # noqa: E402

mutagen = pytest.importorskip("mutagen", reason="needs the tags extra")

from mutagen.id3 import ID3, TIT2, TPE1  # noqa: E402

from vibelux.library.tag_writing import tag_songs, untag_songs  # noqa: E402

MUSIC = ModelStatistics().songs

SUFFIXES = ("mp3", "flac", "ogg", "m4a", "wav", "wv")

OWN = np.eye(7, dtype=np.float32)[5]


def retagged(path):
    """Give a file other tags in place, as another program does."""
    opened = mutagen.File(path)
    if opened.tags is None:
        opened.add_tags()
    if isinstance(opened.tags, ID3):
        opened.tags.add(TIT2(encoding=3, text=["Another title"]))
        opened.tags.add(TPE1(encoding=3, text=["Another artist " * 50]))
    else:
        opened.tags["\xa9nam" if path.suffix == ".m4a" else "TITLE"] = ["Another title"]
    opened.save()
    return path


def moved(path):
    target = path.parent.parent / "elsewhere" / f"07 {path.name}"
    target.parent.mkdir(exist_ok=True)
    return path.rename(target)


def written(path, catalogue):
    [step] = tag_songs([path], catalogue, write=True)
    assert step.state == "changed", step.reason
    return path


def unwritten(path, catalogue):
    [step] = untag_songs([path], catalogue, write=True)
    assert step.state == "changed", step.reason
    return path


def copied(path):
    target = path.with_name(f"copy {path.name}")
    shutil.copy(path, target)
    return target


def replaced_by_copy(path):
    target = retagged(copied(path))
    path.unlink()
    return target


# What happens to the songs between four scans.
WAYS = {
    "moved": [moved],
    "tagged, moved": [written, moved],
    "tagged and moved at once": [lambda path, catalogue: moved(written(path, catalogue))],
    "tagged, undone, moved": [written, unwritten, moved],
    "retagged, moved": [retagged, moved],
    "retagged and moved at once": [lambda path: moved(retagged(path))],
    "retagged twice, moved": [lambda path: retagged(path), lambda path: moved(retagged(path))],
    "a retagged copy instead": [replaced_by_copy],
    "tagged, retagged and moved": [written, lambda path: moved(retagged(path))],
}


class Home:
    def __init__(self, home, model):
        self.music = home / "music" / "first"
        self.music.mkdir(parents=True)
        self.model = model
        self.path = home / "catalogue.sqlite"
        self.profile = home / "profile.sqlite"

    def scan(self):
        with Catalogue(self.path) as catalogue:
            return scan(
                [self.music.parent], catalogue, workers=1, song_timeout=60, model_path=self.model
            )

    def columns(self):
        with Catalogue(self.path) as catalogue:
            return SongColumns.of(catalogue).playable

    def like(self, path):
        with Catalogue(self.path) as catalogue, Listener.at(self.profile) as listener:
            session = Session(catalogue, listener=listener)
            session.liked(catalogue.song_at(path))

    def liked(self):
        """The paths of the songs that are liked."""
        columns = self.columns()
        with Profile(self.profile) as profile:
            rows = {row for liked in profile.liked() for row in columns.rows(*liked)}
        return {Path(columns.paths[row].decode()) for row in rows}


@pytest.fixture
def home(tmp_path, music_model, forked_workers):
    return Home(tmp_path, music_model)


def forget_sounds(home):
    """Make a catalogue what an earlier version left."""
    with Catalogue(home.path) as catalogue, catalogue.writing() as connection:
        connection.execute(update(songs).values(sound_hash=None, known_by=None))


@pytest.mark.parametrize("old", [False, True], ids=["new", "old"])
def test_likes_and_corrections_go_with_the_sound(home, old):
    places = {}
    for number, (way, suffix) in enumerate((w, s) for w in WAYS for s in SUFFIXES):
        path = home.music / f"{number:02}.{suffix}"
        places[way, suffix] = write_song(path, hertz=200 + 37 * number)
    other = write_song(home.music / "other.flac", hertz=5000)
    home.scan()
    if old:
        forget_sounds(home)
    columns = home.columns()
    with Catalogue(home.path) as catalogue, Profile(home.profile) as profile:
        for path in places.values():
            song = catalogue.song_at(path)
            correct(catalogue, song.id, OWN)
            key = columns.key(columns.row_of(song.id))
            profile.add(Event("liked", key, str(path).encode(), song.title, song.artist))
    ids = {}
    with Catalogue(home.path) as catalogue:
        ids = {place: catalogue.song_at(path).id for place, path in places.items()}
    for step in range(3):
        with Catalogue(home.path) as catalogue:
            for (way, suffix), path in places.items():
                if step < len(WAYS[way]):
                    change = WAYS[way][step]
                    needs = (
                        "catalogue" in change.__code__.co_varnames[: change.__code__.co_argcount]
                    )
                    places[way, suffix] = change(path, catalogue) if needs else change(path)
        report = home.scan()
        assert report.failed == 0
        liked = home.liked()
        with Catalogue(home.path) as catalogue:
            lost = [place for place, path in places.items() if path not in liked]
            assert not lost, f"after step {step}"
            assert other not in liked
            known = {place: catalogue.song_at(path) for place, path in places.items()}
            assert [place for place, song in known.items() if not song.corrected] == []
            assert [place for place, song in known.items() if song.id != ids[place]] == []
    assert not home.scan().missing


def test_the_tags_of_a_moved_file_are_read_again(home):
    bare = write_song(home.music / "Anna - Winter.flac", hertz=300, title="", artist="")
    same = write_song(home.music / "Anna - Summer.mp3", title="Summer", artist="Anna")
    untitled = write_song(home.music / "Bert - Spring.flac", hertz=600, title="", artist="Bert")
    home.scan()
    folder = home.music / "Anna" / "Year"
    folder.mkdir(parents=True)
    bare.rename(folder / "08 Autumn.flac")
    same.rename(folder / "07 Summer.mp3")
    untitled.rename(folder / "09 May.flac")
    shutil.copy(folder / "07 Summer.mp3", folder / "Other - Name.mp3")
    report = home.scan()
    assert (report.moved, report.copied, report.analysed) == (3, 1, 0)
    with Catalogue(home.path) as catalogue:
        found = {s.path.name: (s.title, s.artist, s.track) for s in catalogue.songs("ok")}
    assert found == {
        "08 Autumn.flac": ("Autumn", "Anna", 8),
        "07 Summer.mp3": ("Summer", "Anna", None),
        "09 May.flac": ("May", "Bert", 9),
        "Other - Name.mp3": ("Summer", "Anna", None),
    }


def test_a_like_in_a_running_session_is_kept_while_tags_are_written(home):
    path = write_song(home.music / "a.flac")
    home.scan()
    with Catalogue(home.path) as catalogue, Listener.at(home.profile) as listener:
        session = Session(catalogue, listener=listener)
        song = catalogue.song_at(path)
        session.liked(song)
        written(path, catalogue)
        session.unliked(song)
        session.liked(song)
        assert session.likes(song)
    there = moved(path)
    home.scan()
    assert home.liked() == {there}
    with Catalogue(home.path) as catalogue, Listener.at(home.profile) as listener:
        session = Session(catalogue, listener=listener)
        song = catalogue.song_at(there)
        assert session.likes(song)
        session.unliked(song)
        assert not session.likes(song)
    assert home.liked() == set()


def test_a_like_is_found_in_a_new_catalogue(home):
    path = write_song(home.music / "a.mp3")
    home.scan()
    home.like(path)
    there = moved(retagged(path))
    home.path.unlink()
    home.scan()
    assert home.liked() == {there}


def test_copies_with_other_tags_share_likes_and_corrections(home):
    path = write_song(home.music / "a.mp3")
    home.scan()
    home.like(path)
    with Catalogue(home.path) as catalogue:
        correct(catalogue, catalogue.song_at(path).id, OWN)
    copy = retagged(copied(path))
    assert home.scan().analysed == 1
    assert home.liked() == {path, copy}
    with Catalogue(home.path) as catalogue:
        assert catalogue.song_at(copy).corrected


def test_another_song_in_a_songs_place_does_not_take_its_likes(home):
    path = write_song(home.music / "a.mp3", title="One")
    home.scan()
    home.like(path)
    there = moved(path)
    write_song(path, hertz=900, title="Two")
    home.scan()
    assert home.liked() == {there}
    home.like(path)
    assert home.liked() == {path, there}


def test_songs_that_begin_alike_are_two(home):
    one = write_song(home.music / "a.wav", seconds=2)
    two = write_song(home.music / "b.wav", seconds=9)
    home.scan()
    home.like(one)
    assert home.liked() == {one}
    columns = home.columns()
    assert len({columns.key(row) for row in range(len(columns))}) == 2
    two.unlink()
    assert home.liked() == {one}


def test_a_profile_follows_songs_to_their_present_keys_and_places(home):
    path = write_song(home.music / "a.mp3")
    home.scan()
    columns = home.columns()
    old = hash_of(path).hex()  # as earlier versions knew it
    assert old != columns.key(0)
    with Listener.at(home.profile) as listener:
        listener.tell(Event("liked", old, b"/gone/a.mp3", "A title"))
        listener.freshness(columns)
        assert listener.profile.liked() == [(columns.key(0), str(path).encode())]
        listener.tell(Event("played", old, b"/elsewhere", "A title"))
        later = home.columns()
        listener.taste(later, SongFeatures.of(later, MUSIC), MUSIC)
        assert listener.profile.songs() == [(columns.key(0), str(path).encode())]
        counts = listener.profile.counts()
        assert (counts["liked"], counts["played"]) == (1, 1)


def test_a_like_of_a_song_that_a_session_does_not_know_yet_is_kept(home):
    write_song(home.music / "a.mp3")
    home.scan()
    with Catalogue(home.path) as catalogue, Listener.at(home.profile) as listener:
        session = Session(catalogue, listener=listener)
        path = write_song(home.music / "b.mp3", hertz=900)
        home.scan()
        session.liked(catalogue.song_at(path))
    there = moved(path)
    home.scan()
    assert home.liked() == {there}


@pytest.mark.parametrize("retag", [False, True], ids=["same tags", "other tags"])
@pytest.mark.parametrize("way", ["renumbered", "renumbered back", "swapped", "in a ring"])
def test_songs_that_take_each_others_places_stay_themselves(home, way, retag):
    names = [home.music / f"{number}.flac" for number in range(5)]
    first = names[1:] if way == "renumbered back" else names[:-1]
    for number, path in enumerate(first):
        write_song(path, hertz=300 + 90 * number, seconds=1 + number / 10, title=f"Song {number}")
    home.scan()
    with Catalogue(home.path) as catalogue:
        ids = [catalogue.song_at(path).id for path in first]
        for number in (0, 2):
            correct(catalogue, ids[number], np.eye(7)[number])
    home.like(first[2])
    if retag:
        for path in first:
            retagged(path)
    places = {
        "renumbered": names[1:],
        "renumbered back": names[:-1],
        "swapped": [first[1], first[0], *first[2:]],
        "in a ring": [*first[1:], first[0]],
    }[way]
    beside = [path.rename(path.with_name(f"beside {path.name}")) for path in first]
    for path, place in zip(beside, places, strict=True):
        path.rename(place)
    report = home.scan()
    assert (report.missing, report.failed) == (0, 0)
    assert home.liked() == {places[2]}
    with Catalogue(home.path) as catalogue:
        found = [catalogue.song_at(place) for place in places]
        assert [song.id for song in found] == ids
        assert [song.corrected for song in found] == [True, False, True, False]
        assert [int(song.mood.argmax()) for song in found[::2]] == [0, 2]
        assert catalogue.counts() == {"ok": 4, "failed": 0, "missing": 0}


def test_a_song_that_another_one_replaced_is_missing_and_comes_back(home):
    one = write_song(home.music / "a.flac", hertz=300, title="One")
    two = write_song(home.music / "b.flac", hertz=900, title="Two")
    aside = home.music.parent.parent / "aside.flac"
    home.scan()
    for path in (one, two):
        home.like(path)
        with Catalogue(home.path) as catalogue:
            correct(catalogue, catalogue.song_at(path).id, OWN)
    shutil.copy2(two, aside)
    one.rename(two)
    assert home.scan().missing == 0  # it is said at once
    with Catalogue(home.path) as catalogue:
        assert catalogue.counts() == {"ok": 1, "failed": 0, "missing": 1}
        assert catalogue.song_at(two).title == "One"
    assert home.liked() == {two}
    back = home.music / "c.flac"
    aside.rename(back)
    home.scan()
    with Catalogue(home.path) as catalogue:
        assert catalogue.song_at(back).corrected
        assert catalogue.counts() == {"ok": 2, "failed": 0, "missing": 0}
    assert home.liked() == {two, back}


@pytest.mark.parametrize("retag", [False, True], ids=["same tags", "other tags"])
@pytest.mark.parametrize("new", ["unknown", "copy"])
def test_a_song_keeps_all_that_is_its_own_when_another_one_takes_its_place(home, new, retag):
    path = write_song(home.music / "a.flac", hertz=300, title="One")
    other = write_song(home.music / "b.flac", hertz=5000, seconds=4, title="Two")
    home.scan()
    home.like(path)
    with Catalogue(home.path) as catalogue:
        song_id = catalogue.song_at(path).id
        correct(catalogue, song_id, OWN)
    there = home.music.parent / "looked at later" / "a.flac"
    there.parent.mkdir()
    path.rename(there)
    if retag:
        retagged(there)
    if new == "copy":
        shutil.copy(other, path)
    else:
        write_song(path, hertz=5000, seconds=4, title="Three")
    report = home.scan()
    assert (report.missing, report.failed) == (0, 0)
    assert home.liked() == {there}
    with Catalogue(home.path) as catalogue:
        assert (catalogue.song_at(there).id, catalogue.song_at(there).corrected) == (song_id, True)
        assert not catalogue.song_at(path).corrected
        assert catalogue.counts() == {"ok": 3, "failed": 0, "missing": 0}
    assert home.scan().unchanged == 3


@pytest.mark.parametrize("retag", [False, True], ids=["same tags", "other tags"])
def test_songs_stay_themselves_when_one_is_put_before_them(home, retag):
    names = [home.music / f"{number}.flac" for number in range(5)]
    for number, path in enumerate(names[:-1]):
        write_song(path, hertz=300 + 900 * number, seconds=1 + 3 * number, title=f"Song {number}")
    home.scan()
    home.like(names[0])
    with Catalogue(home.path) as catalogue:
        ids = [catalogue.song_at(path).id for path in names[:-1]]
        for number in (0, 2):
            correct(catalogue, ids[number], np.eye(7)[number])
    if retag:
        for path in names[:-1]:
            retagged(path)
    for path, place in reversed(list(pairwise(names))):
        path.rename(place)
    write_song(names[0], hertz=9000, seconds=20, title="New")
    report = home.scan()
    assert (report.missing, report.failed) == (0, 0)
    assert home.liked() == {names[1]}
    with Catalogue(home.path) as catalogue:
        found = [catalogue.song_at(place) for place in names]
        assert [song.id for song in found[1:]] == ids
        assert [song.corrected for song in found] == [False, True, False, True, False]
        assert catalogue.counts() == {"ok": 5, "failed": 0, "missing": 0}


def test_another_encoding_of_a_song_keeps_its_correction(home):
    path = write_song(home.music / "a.flac", hertz=300, seconds=9)
    home.scan()
    with Catalogue(home.path) as catalogue:
        song_id = catalogue.song_at(path).id
        correct(catalogue, song_id, OWN)
    write_song(path, hertz=300, seconds=5, rate=44100)  # and shorter
    assert home.scan().analysed == 1
    with Catalogue(home.path) as catalogue:
        assert (catalogue.song_at(path).id, catalogue.song_at(path).corrected) == (song_id, True)
        assert catalogue.counts() == {"ok": 1, "failed": 0, "missing": 0}


def test_songs_of_a_folder_that_became_a_link_are_no_copies(home):
    path = write_song(home.music / "a.flac", hertz=300)
    home.scan()
    with Catalogue(home.path) as catalogue:
        song_id = catalogue.song_at(path).id
    there = home.music.with_name("moved to")
    home.music.rename(there)
    home.music.symlink_to(there)
    assert home.scan().moved == 1
    with Catalogue(home.path) as catalogue:
        assert [(song.id, song.path) for song in catalogue.songs()] == [(song_id, there / "a.flac")]
        assert catalogue.song_at(path).id == song_id
    assert home.scan().unchanged == 1

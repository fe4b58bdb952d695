"""Rows that other programs or broken disks have left cost one song, never the others."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from sqlalchemy import insert

from vibelux.emotions import parse_mood
from vibelux.library.catalogue import Catalogue
from vibelux.library.catalogue_overview import overview
from vibelux.library.mood_map import mood_map
from vibelux.library.scan_verdicts import Terms
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import EMBEDDING, MOMENT, REVISION, vector_blob
from vibelux.library.song_columns import SongColumns
from vibelux.library.song_search import SEARCHED, find
from vibelux.recommend.ranking import recommend_songs
from vibelux.recommend.session import Session
from vibelux.recommend.similar_songs import find_song, similar
from vibelux.service.schemas import SongOut

NAN, INF = float("nan"), float("inf")

COURSE = np.zeros(3, MOMENT)
COURSE["mood"] = 1 / 7

NO_MOODS = [
    vector_blob([NAN, 1, 0, 0, 0, 0, 0]),
    vector_blob([INF, 1, 0, 0, 0, 0, 0]),
    vector_blob([-1, 2, 0, 0, 0, 0, 0]),
    vector_blob([0] * 7),
    "a text of twenty-eight signs",
]

ODD = [
    *(("mood", value) for value in NO_MOODS),
    *(("own_mood", value) for value in (*NO_MOODS, b"", b"x" * 27, vector_blob([1] * 8), 5)),
    *(("embedding", value) for value in (b"", b"abc", vector_blob([0.6], EMBEDDING), "text", 7)),
    ("embedding", vector_blob([NAN, 0, 1, 0], EMBEDDING)),
    ("embedding", vector_blob([INF, 0, 1, 0], EMBEDDING)),
    ("embedding", vector_blob([0, 0, 0, 0], EMBEDDING)),
    *(("course", value) for value in (b"x", b"x" * 23, b"\xff" * 48, "text", 3)),
    *(("quadrant", value) for value in (b"", b"xyz", vector_blob([1, 2]), vector_blob([NAN] * 4))),
    *(("valence", value) for value in (7.5, -INF, 1e300, "high", b"x")),
    *(("arousal", value) for value in (INF, "low", b"")),
    *(("own_valence", value) for value in (3, "x")),
    *(("duration", value) for value in (INF, -3, "long", b"x")),
    *(("loudness", value) for value in (INF, "loud")),
    *(("title", value) for value in (b"\xff\xfe", b"T\x00", 12, 1.5)),
    *((name, b"\xc3\x28") for name in ("artist", "album", "albumartist", "genre", "model")),
    *((name, value) for name in ("track", "year", "played_at") for value in ("x", b"x", 1.5)),
    *(("content_hash", value) for value in ("text", 5, b"")),
]


@pytest.fixture(scope="module")
def five_songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A catalogue of five songs."""
    folder = tmp_path_factory.mktemp("five")
    with Catalogue(folder / "catalogue.sqlite") as catalogue, catalogue.writing() as connection:
        for number, name in enumerate(("happy", "sad", "angry", "fear", "neutral")):
            file = folder / f"{number}.mp3"
            file.touch()
            row = {
                "path": path_bytes(file),
                "state": "ok",
                "title": f"Song {number}",
                "artist": "A",
                "album": "B",
                "mood": vector_blob(parse_mood(name)),
                "valence": 0.0,  # it contradicts no mood
                "arousal": 0.5,
                "embedding": vector_blob(np.roll([0.6, 0.8, 0, 0], number), EMBEDDING),
                "course": COURSE.tobytes(),
                "model": "music-1",
            }
            connection.execute(insert(songs).values(row))
    return folder / "catalogue.sqlite"


@pytest.fixture
def damaged(tmp_path: Path, five_songs: Path) -> Callable[[str, object], Catalogue]:
    """Open such a catalogue of which the third song has an odd value."""

    def make(column: str, value: object) -> Catalogue:
        path = Path(shutil.copy(five_songs, tmp_path))
        with closing(sqlite3.connect(path)) as db:
            db.execute(f"UPDATE songs SET {column} = ? WHERE id = 3", (value,))
            db.commit()
        return Catalogue(path)

    return make


@pytest.mark.parametrize(("column", "value"), ODD, ids=[f"{c}-{n}" for n, (c, _) in enumerate(ODD)])
def test_the_other_songs_are_recommended_listed_and_compared(
    damaged: Callable[[str, object], Catalogue], column: str, value: object
) -> None:
    others = {1, 2, 4, 5}
    unusable = column in ("mood", "own_mood")
    with damaged(column, value) as catalogue:
        found = recommend_songs(catalogue, parse_mood("happy"), n=5)
        assert {entry.song.id for entry in found} >= others
        assert all(np.isfinite(entry.score) for entry in found)
        assert (3 in {entry.song.id for entry in found}) is not unusable
        picks = Session(catalogue, policy="match", seed=1).queue(5, parse_mood("sad"))
        assert {pick.song.id for pick in picks} == (others if unusable else {*others, 3})
        assert {entry.song.id for entry in similar(catalogue, catalogue.song(1), n=5)} >= {2, 4, 5}
        songs = SongColumns.of(catalogue, *SEARCHED)
        assert set(find(songs, "song", sort="share", emotion="happy").tolist()) == {1}
        assert set(mood_map(songs).points.ids.tolist()) >= others
        assert overview(catalogue).counts["ok"] == 5
        assert np.isfinite(list(overview(catalogue).mean.values())).all()
        assert find_song(catalogue, "Song 1").id == 2
        read = catalogue.songs_by_id([1, 2, 3, 4, 5])  # together, as they are shown
        assert [song.mood is None for song in read] == [False, False, unusable, False, False]
        lengths = [len(song.course) for song in read]
        of_third = 0 if column == "course" else len(COURSE)
        assert lengths == [len(COURSE), len(COURSE), of_third, len(COURSE), len(COURSE)]
        song = catalogue.song(3)
        assert (song.mood is None) is unusable
        shown = json.dumps(
            SongOut.of(song, catalogue.statistics.songs).model_dump(), allow_nan=False
        )
        assert isinstance(json.loads(shown)["title"], str)


@pytest.mark.parametrize("mood", NO_MOODS)
def test_a_song_whose_mood_was_damaged_is_analysed_by_the_next_scan(mood: object) -> None:
    row = {"model": "m", "revision": REVISION, "reason_code": None}
    terms = Terms(model="m")
    assert terms.hold_for(SimpleNamespace(mood=vector_blob([1, 0, 0, 0, 0, 0, 0]), **row))
    assert not terms.hold_for(SimpleNamespace(mood=mood, **row))

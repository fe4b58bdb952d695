"""Songs: search and sort; one with its mood over time, and songs that sound like it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from vibelux.emotions import as_mood
from vibelux.everyday_moods import Word
from vibelux.library.song_search import Sort, find
from vibelux.recommend.confidence import confidence_of
from vibelux.recommend.radio import radio
from vibelux.recommend.similar_songs import similar
from vibelux.recommend.song_course import song_course_of
from vibelux.service.context import Shared
from vibelux.service.failures import documented
from vibelux.service.schemas import (
    ConfidenceOut,
    Emotion,
    MomentOut,
    MoodGiven,
    SimilarOut,
    SongDetail,
    SongOut,
    SongPage,
)
from vibelux.service.schemas_sessions import PickOut

router = APIRouter(prefix="/songs", tags=["songs"])

Id = Annotated[int, Path(ge=0, description="of the song", examples=[1])]
Axis = Annotated[float, Query(ge=-1, le=1)]


@router.get("", responses=documented(422, 503))
def songs(
    shared: Shared,
    search: Annotated[
        str,
        Query(
            max_length=200,
            description="words in title, artist or album, and words for moods, such as `sad`",
            examples=["calm piano"],
        ),
    ] = "",
    state: Annotated[Literal["ok", "failed", "missing"], Query()] = "ok",
    mood: Annotated[
        Word | None, Query(description="everyday mood that one would call them by")
    ] = None,
    emotion: Annotated[Emotion | None, Query(description="that the songs count as")] = None,
    min_share: Annotated[
        float,
        Query(ge=0, le=1, description="least share of the emotion, of all songs"),
    ] = 0.0,
    min_valence: Axis = -1.0,
    max_valence: Axis = 1.0,
    min_arousal: Axis = -1.0,
    max_arousal: Axis = 1.0,
    sort: Annotated[Sort, Query(description="`share` is that of the emotion")] = "added",
    descending: bool = False,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> SongPage:
    """Search, filter and sort the songs of the catalogue."""
    valence, arousal = (min_valence, max_valence), (min_arousal, max_arousal)
    ids = find(
        shared.columns.now(),
        search,
        state=state,
        called=mood,
        emotion=emotion,
        least=min_share,
        valence=None if valence == (-1, 1) else valence,
        arousal=None if arousal == (-1, 1) else arousal,
        sort=sort,
        descending=descending,
        moods=True,
    )
    found = shared.catalogue.songs_by_id(ids[offset : offset + limit])
    statistics = shared.catalogue.statistics.songs
    return SongPage(
        total=len(ids), offset=offset, songs=[SongOut.of(song, statistics) for song in found]
    )


@router.get("/several", responses=documented(422, 503))
def several_songs(
    shared: Shared,
    ids: Annotated[list[int], Query(min_length=1, max_length=200, description="of the songs")],
) -> list[SongOut]:
    """Return songs in the order of their ids; those that are gone are left out."""
    columns = shared.columns.now()
    known = [song_id for song_id in ids if columns.row_of(song_id) is not None]
    statistics = shared.catalogue.statistics.songs
    return [SongOut.of(song, statistics) for song in shared.catalogue.songs_by_id(known)]


@router.get("/{song_id}", responses=documented(404, 422, 503))
def song(shared: Shared, song_id: Id) -> SongDetail:
    """Return a song with its mood over time."""
    found = shared.song(song_id)
    statistics = shared.catalogue.statistics.songs
    return SongDetail(
        song=SongOut.of(found, statistics),
        course=[MomentOut.of(moment) for moment in found.course],
        over_time=song_course_of(found.course, found.duration, statistics),
        confidence=None
        if found.mood is None or found.corrected
        else ConfidenceOut.of(confidence_of(found.mood, found.course, statistics)),
    )


@router.put("/{song_id}/mood", responses=documented(404, 409, 413, 422, 503))
def correct_mood(shared: Shared, song_id: Id, given: MoodGiven) -> SongOut:
    """Give a song your own mood, which stays when the song is scanned again."""
    shared.correct(shared.song(song_id), as_mood(given.mood))
    return SongOut.of(shared.song(song_id), shared.catalogue.statistics.songs)


@router.delete("/{song_id}/mood", responses=documented(404, 409, 422, 503))
def revoke_mood(shared: Shared, song_id: Id) -> SongOut:
    """Go back to the mood of the analysis."""
    shared.correct(shared.song(song_id), None)
    return SongOut.of(shared.song(song_id), shared.catalogue.statistics.songs)


@router.get("/{song_id}/similar", responses=documented(404, 409, 422, 503))
def similar_songs(
    shared: Shared, song_id: Id, n: Annotated[int, Query(ge=1, le=100)] = 10
) -> list[SimilarOut]:
    """Return the songs that sound most like a song."""
    found = shared.song(song_id)
    alike = similar(shared.catalogue, found, n=n, columns=shared.columns.now())
    statistics = shared.catalogue.statistics.songs
    return [SimilarOut.of(other, statistics) for other in alike]


@router.get("/{song_id}/radio", responses=documented(404, 409, 422, 503))
def song_radio(
    shared: Shared,
    song_id: Id,
    n: Annotated[int, Query(ge=1, le=100)] = 25,
    seed: Annotated[
        int | None, Query(ge=0, lt=1 << 63, description="the same one, the same order")
    ] = None,
) -> list[PickOut]:
    """Return songs that sound like a song, in an order to listen to."""
    song = shared.song(song_id)
    columns, listener = shared.columns.now(), shared.listener
    found = radio(shared.catalogue, song, n=n, columns=columns, listener=listener, seed=seed)
    statistics = shared.catalogue.statistics.songs
    there = shared.disks.are_there([other.song.path for other in found])
    return [
        PickOut.of_similar(other, song, statistics)
        for other, is_there in zip(found, there, strict=True)
        if is_there
    ]

"""Songs for a mood: once, or as a listening session that learns."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from vibelux.emotions import as_mood, mood_dict
from vibelux.recommend.journey import Way
from vibelux.recommend.session import Session
from vibelux.service.context import Shared
from vibelux.service.failures import documented
from vibelux.service.schemas_sessions import (
    Asked,
    Feedback,
    NextOut,
    OrderingOut,
    PickOut,
    Picks,
    PlaceOut,
    SessionChange,
    SessionOut,
    WayOut,
)
from vibelux.service.sessions import note_feedback

router = APIRouter(tags=["recommendations"])

Id = Annotated[str, Path(min_length=1, max_length=64, description="of the session")]


@router.post("/recommendations", response_model=Picks, responses=documented(409, 413, 422, 503))
def recommend(shared: Shared, asked: Asked) -> Response:
    """Return songs for a mood, each with its reasons; nothing is kept."""
    mood = as_mood(asked.mood)
    picks, coverage = shared.sessions.recommend(
        mood, asked.n, source=asked.source, seed=asked.seed, **asked.values()
    )
    statistics = shared.catalogue.statistics.songs
    found = Picks(
        mood=mood_dict(mood),
        coverage=coverage,
        songs=[PickOut.of(pick, statistics) for pick in picks],
    )
    # A Response is sent as it is; a model would be validated once more, in another thread.
    return Response(found.model_dump_json(), media_type="application/json")


@router.post("/sessions", status_code=201, responses=documented(409, 413, 422, 503))
def begin(shared: Shared, asked: Asked) -> SessionOut:
    """Begin a listening session."""
    mood = as_mood(asked.mood)
    session_id = shared.sessions.open(source=asked.source, seed=asked.seed, **asked.values())
    with shared.sessions.using(session_id) as session:
        session.queue(0, mood, chosen=asked.source == "chosen")
        return _out(shared, session_id, session, asked.n)


@router.get("/sessions/{session_id}", responses=documented(404, 422, 503))
def look(shared: Shared, session_id: Id) -> SessionOut:
    """Return a session and what comes next."""
    with shared.sessions.using(session_id) as session:
        return _out(shared, session_id, session, 20)


@router.patch("/sessions/{session_id}", responses=documented(404, 409, 413, 422, 503))
def change(shared: Shared, session_id: Id, wanted: SessionChange) -> SessionOut:
    """Change a session's mood, policy or strength.

    A face's mood that only wavers leaves the next three songs as they are.
    """
    mood = None if wanted.mood is None else as_mood(wanted.mood)
    with shared.sessions.using(session_id) as session:
        if values := wanted.values():
            session.change(**values)
        session.queue(0, mood, chosen=wanted.source == "chosen")
        return _out(shared, session_id, session, wanted.n)


@router.post("/sessions/{session_id}/next", responses=documented(404, 409, 413, 422, 503))
def next_song(shared: Shared, session_id: Id) -> NextOut:
    """Return the next song, which does not come again in this session."""
    with shared.sessions.using(session_id) as session:
        pick = session.next()
        statistics = shared.catalogue.statistics.songs
        return NextOut(pick=None if pick is None else PickOut.of(pick, statistics))


@router.post("/sessions/{session_id}/feedback", responses=documented(404, 409, 413, 422, 503))
def feedback(shared: Shared, session_id: Id, given: Feedback) -> SessionOut:
    """Tell a session what the listener did with a song."""
    song = shared.song(given.song)
    with shared.sessions.using(session_id) as session:
        note_feedback(session, given.what, song, after_seconds=given.after_seconds)
    if given.mood is not None:
        shared.correct(song, as_mood(given.mood))
    with shared.sessions.using(session_id) as session:
        return _out(shared, session_id, session, given.n)


@router.delete("/sessions/{session_id}", status_code=204, responses=documented(422))
def end(shared: Shared, session_id: Id) -> Response:
    """End a session; what was learnt stays."""
    shared.sessions.end(session_id)
    return Response(status_code=204)


def _out(shared: Shared, session_id: str, session: Session, n: int) -> SessionOut:
    queue = session.queue(n)
    statistics = shared.catalogue.statistics.songs
    return SessionOut(
        id=session_id,
        mood=None if session.mood is None else mood_dict(session.mood),
        ordering=OrderingOut.of(session.ordering),
        way=None if (way := session.way) is None else _way_out(way),
        played=len(session.history),
        coverage=session.coverage,
        queue=[PickOut.of(pick, statistics) for pick in queue],
    )


def _way_out(way: Way) -> WayOut:
    places = [PlaceOut(valence=v, arousal=a) for v, a in way.places.tolist()]
    return WayOut(places=places, at=way.at, asked=way.asked)

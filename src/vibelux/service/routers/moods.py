"""Moods: the seven, and where a mood lies on the map."""

from fastapi import APIRouter

from vibelux.circumplex import affect_of, mood_at
from vibelux.emotions import EMOTIONS, as_mood, mood_dict, strongest
from vibelux.everyday_moods import EVERYDAY_MOODS
from vibelux.recommend.policies import POLICIES
from vibelux.service.context import Shared
from vibelux.service.failures import Failure, documented
from vibelux.service.schemas_moods import (
    EmotionOut,
    EverydayMoodOut,
    MoodOut,
    MoodQuestion,
    MoodsOut,
)

router = APIRouter(prefix="/moods", tags=["moods"])


@router.get("")
def moods(shared: Shared) -> MoodsOut:
    """Return the seven emotions in their order, everyday moods, and the policies."""
    return MoodsOut(
        emotions=[
            EmotionOut(name=name, valence=round(float(v), 3), arousal=round(float(a), 3))
            for name, (v, a) in zip(EMOTIONS, shared.catalogue.statistics.songs.affect, strict=True)
        ],
        everyday=[
            EverydayMoodOut(key=key, mood=mood_dict(mood)) for key, mood in EVERYDAY_MOODS.items()
        ],
        policies=list(POLICIES),
    )


@router.post("", responses=documented(413, 422))
def describe(question: MoodQuestion, shared: Shared) -> MoodOut:
    """Return the mood of seven numbers, or of a point of the map."""
    point = question.valence, question.arousal
    if (question.mood is None) == (None in point):
        raise Failure(
            422, "invalid_request", "a mood is seven numbers, or a valence and an arousal"
        )
    places = shared.catalogue.statistics.songs.affect
    if question.mood is not None:
        mood = as_mood(question.mood)
    else:
        mood = mood_at(question.valence or 0.0, question.arousal or 0.0, places)
    valence, arousal = affect_of(mood, places).tolist()
    return MoodOut(
        mood=mood_dict(mood),
        numbers=mood.tolist(),
        strongest=strongest(mood),
        valence=valence,
        arousal=arousal,
    )

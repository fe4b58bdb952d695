"""The mood map: songs by valence and arousal, as points or as bins of them."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from fastapi import APIRouter, Query

from vibelux.emotions import emotion_index
from vibelux.errors import InvalidInput
from vibelux.library.mood_map import mood_map as map_of
from vibelux.library.mood_map import nearest_places, within
from vibelux.service.context import Shared
from vibelux.service.failures import documented
from vibelux.service.schemas import Emotion
from vibelux.service.schemas_map import AreaGiven, AreaOut, MapOut

router = APIRouter(prefix="/songs/map", tags=["songs"])

Axis = Annotated[float, Query(ge=-1, le=1)]


@router.get("", responses=documented(422, 503))
def mood_map(
    shared: Shared,
    min_valence: Axis = -1.0,
    max_valence: Axis = 1.0,
    min_arousal: Axis = -1.0,
    max_arousal: Axis = 1.0,
) -> MapOut:
    """Return the playable songs of the mood map, or of a part of it."""
    valence, arousal = (min_valence, max_valence), (min_arousal, max_arousal)
    for low, high in (valence, arousal):
        if low >= high:
            raise InvalidInput(f"the part of the map from {low} to {high} is empty")
    return MapOut.of(map_of(shared.columns.now(), valence, arousal))


@router.get("/nearest", responses=documented(422, 503))
def nearest_on_map(
    shared: Shared,
    valence: Axis,
    arousal: Axis,
    n: Annotated[int, Query(ge=1, le=100)] = 8,
    emotions: Annotated[
        list[Emotion] | None, Query(description="that songs count as; all if there are none")
    ] = None,
) -> list[int]:
    """Return the ids of the songs nearest to a place of the mood map, the nearest first."""
    found = nearest_places(shared.columns.now(), (valence, arousal), n, emotions=_indexes(emotions))
    return [int(song_id) for song_id in found]


@router.post("/area", responses=documented(413, 422, 503))
def area_of_map(shared: Shared, given: AreaGiven) -> AreaOut:
    """Count the songs inside a line on the mood map, and draw some of them by chance."""
    found = within(shared.columns.now(), given.line, emotions=_indexes(given.emotions))
    drawn = np.random.default_rng().permutation(found)[: given.most]
    return AreaOut(total=found.size, ids=drawn.tolist())


def _indexes(emotions: Sequence[Emotion] | None) -> list[int]:
    return [emotion_index(emotion) for emotion in emotions or ()]

"""What the API takes and gives about the mood map."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from vibelux.library.mood_map import MoodMap
from vibelux.service.schemas import Emotion, Strict

Coordinate = Annotated[float, Field(ge=-1, le=1, allow_inf_nan=False)]


class BinsOut(BaseModel):
    """Songs counted by where they are; the i-th entries of all lists belong together."""

    width: float = Field(description="of a bin, in valence", examples=[0.02])
    height: float = Field(description="of a bin, in arousal", examples=[0.02])
    valence: list[float] = Field(description="of the middle", examples=[[0.6, -0.4]])
    arousal: list[float] = Field(description="of the middle", examples=[[0.3, -0.2]])
    counts: list[list[int]] = Field(
        description="songs that count as each emotion", examples=[[[0, 0, 0, 7, 1, 0, 2]]]
    )


class MapOut(BaseModel):
    """A part of the mood map: its songs as points, or where there are many, as bins of them.

    The i-th entries of the lists of points belong together.
    """

    ids: list[int] = Field(examples=[[1, 2]])
    valence: list[float] = Field(examples=[[0.6, -0.4]])
    arousal: list[float] = Field(examples=[[0.3, -0.2]])
    strongest: list[int] = Field(
        description="index of the emotion that it counts as", examples=[[3, 5]]
    )
    bins: BinsOut | None = Field(description="in place of points, from 15,000 of them on")
    counts: list[int] = Field(
        description="songs of the whole map that count as each emotion",
        examples=[[0, 0, 0, 1, 0, 1, 0]],
    )
    quarters: list[int] = Field(
        description="songs of the whole map: calm and unpleasant, calm and pleasant, energetic "
        "and unpleasant, energetic and pleasant",
        examples=[[1, 0, 0, 1]],
    )

    @classmethod
    def of(cls, found: MoodMap) -> "MapOut":
        """Return what the API says about a part of the map."""
        points, bins = found.points, found.bins
        return cls(
            ids=points.ids.tolist(),
            valence=_short(points.affect[:, 0]),
            arousal=_short(points.affect[:, 1]),
            strongest=points.strongest.tolist(),
            bins=None
            if bins is None
            else BinsOut(
                width=bins.size[0],
                height=bins.size[1],
                valence=_short(bins.centres[:, 0]),
                arousal=_short(bins.centres[:, 1]),
                counts=bins.counts.tolist(),
            ),
            counts=found.counts.tolist(),
            quarters=found.quarters.tolist(),
        )


class AreaGiven(Strict):
    """A closed line on the mood map."""

    line: list[tuple[Coordinate, Coordinate]] = Field(
        min_length=3,
        max_length=5000,
        description="valence and arousal of its corners",
        examples=[[[0.2, 0.2], [0.9, 0.2], [0.5, 0.8]]],
    )
    emotions: list[Emotion] = Field(
        default=[], description="that songs count as; all if there are none"
    )
    most: int = Field(default=100, ge=0, le=200, description="ids to return")


class AreaOut(BaseModel):
    """The songs inside a line."""

    total: int = Field(description="how many there are", examples=[1234])
    ids: list[int] = Field(description="of some of them, drawn by chance", examples=[[7, 3]])


def _short(numbers: NDArray[np.floating]) -> list[float]:
    """Return numbers with four decimals, so that their text is short."""
    rounded: list[float] = numbers.astype(np.float64).round(4).tolist()
    return rounded

"""What the API takes and gives about moods."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from vibelux.everyday_moods import Word
from vibelux.service.schemas import HAPPY, MoodIn, Strict


class MoodQuestion(Strict):
    """A mood as seven numbers, or a point of the mood map."""

    mood: MoodIn | None = None
    valence: Annotated[float, Field(ge=-1, le=1)] | None = None
    arousal: Annotated[float, Field(ge=-1, le=1)] | None = None

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"valence": 0.6, "arousal": 0.4}]}
    )


class MoodOut(BaseModel):
    """A mood, and where it lies."""

    mood: dict[str, float]
    numbers: list[float] = Field(description="the same, in order", examples=[HAPPY])
    strongest: str = Field(examples=["happy"])
    valence: float
    arousal: float


class EmotionOut(BaseModel):
    """One of the seven emotions."""

    name: str = Field(examples=["happy"])
    valence: float = Field(examples=[0.99])
    arousal: float = Field(examples=[0.99])


class EverydayMoodOut(BaseModel):
    """A mood that an everyday word stands for."""

    key: Word = Field(examples=["calm"])
    mood: dict[str, float] = Field(description="emotion -> share; they sum to 1")


class MoodsOut(BaseModel):
    """The words of this API."""

    emotions: list[EmotionOut]
    everyday: list[EverydayMoodOut] = Field(
        description="moods to choose by a word, in the order in which they are offered"
    )
    policies: list[str] = Field(examples=[["match", "lift", "calm", "energise", "journey", "off"]])

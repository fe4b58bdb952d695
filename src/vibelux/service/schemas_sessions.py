"""What the API takes and gives about listening sessions: how songs are ordered, and which come."""

from typing import Literal, Self

from pydantic import BaseModel, Field, model_validator

from vibelux.emotions import EMOTIONS, Mood, mood_dict
from vibelux.library.catalogue import Song
from vibelux.model_statistics import SongStatistics
from vibelux.recommend.coverage import Coverage
from vibelux.recommend.listener.profile import What
from vibelux.recommend.ordering import LENGTHS, Ordering
from vibelux.recommend.picks import Pick
from vibelux.recommend.policies import Policy
from vibelux.recommend.similar_songs import SimilarSong
from vibelux.service.schemas import (
    HAPPY,
    ConfidenceOut,
    FactOut,
    MoodIn,
    Share,
    SongId,
    SongOut,
    Strict,
    sendable_fact,
)
from vibelux.service.sessions import Source


class OrderingIn(Strict):
    """How songs are ordered; what is left out stays as it is, at first the default."""

    policy: Policy | None = Field(default=None, examples=["match"])
    strength: Share | None = Field(
        default=None, description="from 0, a shuffle, to 1, the strict ranking", examples=[0.7]
    )
    diversity: Share | None = None
    personal: Share | None = Field(default=None, description="weight of what was learnt")
    goal: MoodIn | None = Field(default=None, description="where a journey leads")
    length: int | None = Field(
        default=None,
        ge=LENGTHS[0],
        le=LENGTHS[-1],
        description="songs of a journey; at first: 12",
        examples=[8],
    )

    def values(self) -> dict[str, object]:
        """Return what was given, by the names of `Ordering`."""
        names = OrderingIn.model_fields.keys()
        return {name: v for name, v in self.model_dump(include=set(names)).items() if v is not None}


class Asked(OrderingIn):
    """A mood, and how to order songs for it."""

    mood: MoodIn
    source: Source = Field(
        default="chosen", description="read from a face, or chosen by the person"
    )
    seed: int | None = Field(
        default=None, ge=0, lt=1 << 63, description="the same seed gives the same order"
    )
    n: int = Field(default=20, ge=1, le=200, description="songs, at most")


class SessionChange(OrderingIn):
    """What changes in a session; a mood that moves renews the queue."""

    mood: MoodIn | None = None
    source: Source = "chosen"
    n: int = Field(default=20, ge=1, le=200, description="songs ahead, at most")


class PickOut(BaseModel):
    """A song that was chosen, and why."""

    song: SongOut
    score: float = Field(description="how well it fits, 0 to 1", examples=[0.92])
    reasons: list[FactOut] = Field(
        description="why, in the order in which it is said",
        examples=[
            [
                {"kind": "sounds", "emotion": "sad", "energy": "low", "tense": False},
                {"kind": "relation", "relation": "close", "to": "you"},
            ]
        ],
    )
    confidence: ConfidenceOut
    target: dict[str, float] = Field(
        description="the mood that was looked for at this place: not the listener's if a policy "
        "leads elsewhere",
        examples=[dict(zip(EMOTIONS, HAPPY, strict=True))],
    )

    @classmethod
    def of(cls, pick: Pick, statistics: SongStatistics) -> "PickOut":
        """Return what the API says about a pick; the statistics are those of the music model."""
        return cls._of(pick, pick.target, statistics)

    @classmethod
    def of_similar(cls, similar: SimilarSong, song: Song, statistics: SongStatistics) -> "PickOut":
        """Return what the API says of a song that was chosen for its likeness to a song."""
        return cls._of(similar, song.mood, statistics)

    @classmethod
    def _of(
        cls, chosen: Pick | SimilarSong, target: Mood | None, statistics: SongStatistics
    ) -> "PickOut":
        return cls(
            song=SongOut.of(chosen.song, statistics),
            score=round(max(0.0, chosen.score), 6),
            reasons=[sendable_fact(fact) for fact in chosen.reasons],
            confidence=ConfidenceOut.of(chosen.confidence),
            target={} if target is None else mood_dict(target),
        )


class Picks(BaseModel):
    """Songs, the best first."""

    mood: dict[str, float]
    coverage: Coverage | None = Field(description="what the library holds of the mood")
    songs: list[PickOut]


class OrderingOut(BaseModel):
    """How a session orders songs."""

    policy: Policy
    strength: float
    diversity: float
    personal: float
    goal: list[float] | None
    length: int

    @classmethod
    def of(cls, ordering: Ordering) -> "OrderingOut":
        """Return what the API says about an ordering."""
        return cls(
            policy=ordering.policy,
            strength=ordering.strength,
            diversity=ordering.diversity,
            personal=ordering.personal,
            goal=None if ordering.goal is None else list(ordering.goal),
            length=ordering.length,
        )


class PlaceOut(BaseModel):
    """A place of the mood map."""

    valence: float = Field(examples=[-0.53])
    arousal: float = Field(examples=[-0.93])


class WayOut(BaseModel):
    """The way of a journey."""

    places: list[PlaceOut] = Field(description="of its songs, from the first to the goal")
    at: int = Field(description="index of the place that has been reached", examples=[0])
    asked: int = Field(
        description="songs that were asked for: more than there are places where the library has "
        "none that lie on the way",
        examples=[12],
    )


class SessionOut(BaseModel):
    """A listening session."""

    id: str = Field(examples=["Zx0bq2c1mRk4VtYw"])
    mood: dict[str, float] | None
    ordering: OrderingOut
    way: WayOut | None = Field(description="of a journey; null where the policy is another one")
    played: int = Field(description="songs handed out to be played so far", examples=[3])
    coverage: Coverage | None = Field(
        description="what the library holds of the mood; null without one, on the way to another "
        "one, and by chance"
    )
    queue: list[PickOut] = Field(description="what comes next")


class NextOut(BaseModel):
    """The song to play now."""

    pick: PickOut | None = Field(description="null if every song was played")


class Feedback(Strict):
    """What the listener did with a song."""

    song: SongId
    what: What | Literal["begun", "unliked"] = Field(
        description="begun: it plays now; played: to its end; unliked: all likes are taken back",
        examples=["liked"],
    )
    after_seconds: float = Field(
        default=0.0, ge=0, le=1e6, description="how much of it was played before a skip"
    )
    mood: MoodIn | None = Field(
        default=None,
        description="with wrong_mood: the mood that the song has instead; as `PUT "
        "/api/v1/songs/{song_id}/mood`",
    )
    n: int = Field(default=20, ge=1, le=200, description="songs ahead, at most")

    @model_validator(mode="after")
    def _corrects(self) -> Self:
        if self.mood is not None and self.what != "wrong_mood":
            raise ValueError("a mood is only allowed with wrong_mood")
        return self

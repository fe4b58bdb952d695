"""What the API takes and gives (in OpenAPI)."""

from dataclasses import replace
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from vibelux.emotions import EMOTIONS, Mood, mood_dict
from vibelux.library.catalogue import Song
from vibelux.model_statistics import SongStatistics
from vibelux.recommend.confidence import Confidence
from vibelux.recommend.coverage import Coverage
from vibelux.recommend.listener.profile import What
from vibelux.recommend.ordering import LENGTHS, Ordering
from vibelux.recommend.picks import Pick
from vibelux.recommend.policies import Policy
from vibelux.recommend.reasons import Fact, LikedArtist
from vibelux.recommend.similar_songs import SimilarSong
from vibelux.recommend.song_course import SongCourse
from vibelux.recommend.song_sound import Sounds, analysis_of, analysis_of_part, sounds_of
from vibelux.service.sessions import Source
from vibelux.service.text import sendable

_HAPPY = [0.0, 0.0, 0.0, 0.7, 0.2, 0.0, 0.1]

MoodIn = Annotated[
    list[Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]],
    Field(
        min_length=7,
        max_length=7,
        description=f"seven numbers, in the order {', '.join(EMOTIONS)}; they are scaled to sum "
        "to 1 and must not all be 0",
        examples=[_HAPPY],
    ),
]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
SongId = Annotated[int, Field(ge=0, examples=[1])]


class Strict(BaseModel):
    """A body in which unknown keys are errors."""

    model_config = ConfigDict(extra="forbid")


class SongOut(BaseModel):
    """A song."""

    id: int = Field(examples=[1])
    title: str = Field(examples=["Sunny brass"])
    artist: str | None = Field(examples=["VibeluX samples"])
    album: str | None = None
    albumartist: str | None = None
    track: int | None = None
    year: int | None = None
    genre: str | None = None
    duration: float | None = Field(description="seconds", examples=[24.0])
    mood: dict[str, float] | None = Field(
        description="emotion -> share; they sum to 1",
        examples=[dict(zip(EMOTIONS, _HAPPY, strict=True))],
    )
    sound: Sounds | None = Field(
        default=None, description="how it sounds, which a person is told in one or two words"
    )
    corrected: bool = Field(
        default=False, description="whether the person gave it its mood, valence and arousal"
    )
    valence: float | None = Field(description="pleasantness in [-1, 1]", examples=[0.6])
    arousal: float | None = Field(description="energy in [-1, 1]", examples=[0.3])
    tension: float | None = Field(description="in [-1, 1]", examples=[-0.2])
    loudness: float | None = Field(description="LUFS, EBU R 128", examples=[-14.2])
    peak: float | None = Field(description="dBFS", examples=[-0.8])
    state: Literal["ok", "failed", "missing"] = "ok"
    file: str = Field(description="name of the file", examples=["Sunny brass.mp3"])
    reason_code: str | None = None
    reason: str | None = Field(default=None, description="why it cannot be analysed")

    @classmethod
    def of(cls, song: Song, statistics: SongStatistics) -> "SongOut":
        """Return what the API says about a song; the statistics are those of the music model."""
        return cls(
            id=song.id,
            title=sendable(song.title),
            artist=sendable(song.artist),
            album=sendable(song.album),
            albumartist=sendable(song.albumartist),
            track=song.track,
            year=song.year,
            genre=sendable(song.genre),
            duration=song.duration,
            mood=None if song.mood is None else mood_dict(song.mood),
            sound=None if song.mood is None else sounds_of(analysis_of(song, statistics)),
            corrected=song.corrected,
            valence=song.valence,
            arousal=song.arousal,
            tension=song.tension,
            loudness=song.loudness,
            peak=song.peak,
            state=song.state,
            file=sendable(song.path.name),
            reason_code=song.reason_code,
            reason=sendable(song.reason),
        )


class SongPage(BaseModel):
    """A page of the songs that match."""

    total: int = Field(description="songs that fit", examples=[1])
    offset: int = Field(examples=[0])
    songs: list[SongOut]


class MapOut(BaseModel):
    """All playable songs as points; the i-th entries of all lists belong together."""

    ids: list[int] = Field(examples=[[1, 2]])
    valence: list[float] = Field(examples=[[0.6, -0.4]])
    arousal: list[float] = Field(examples=[[0.3, -0.2]])
    strongest: list[int] = Field(
        description="index of the emotion that it counts as", examples=[[3, 5]]
    )


class MomentOut(BaseModel):
    """A window of a song."""

    start: float = Field(description="seconds", examples=[0.0])
    mood: dict[str, float]
    sound: Sounds = Field(description="how it sounds, as of songs")
    valence: float
    arousal: float
    tension: float | None

    @classmethod
    def of(cls, moment: np.void) -> "MomentOut":
        """Return what the API says about a window of `Song.course`."""
        part = analysis_of_part(np.atleast_1d(moment))
        valence, arousal = part.affect.tolist()
        return cls(
            start=float(moment["start"]),
            mood=mood_dict(part.mood),
            sound=sounds_of(part),
            valence=valence,
            arousal=arousal,
            tension=part.tension,
        )


FactOut = Annotated[Fact, Field(discriminator="kind")]
"""A reason, typed by its ``kind``."""


def _sendable(fact: Fact) -> Fact:
    """Return a fact whose text can be sent, whatever a tag contains."""
    if isinstance(fact, LikedArtist):
        return replace(fact, artist=sendable(fact.artist))
    return fact


class ConfidenceOut(BaseModel):
    """How sure a song's analysis is, and what that means."""

    clear: float = Field(description="0: all emotions alike; 1: a single one", examples=[0.31])
    steady: float | None = Field(description="0 to 1; null: not known", examples=[0.9])
    is_clear: bool
    is_steady: bool | None

    @classmethod
    def of(cls, confidence: Confidence) -> "ConfidenceOut":
        """Return what the API says about a confidence."""
        return cls.model_validate(confidence.as_json())


class SongDetail(BaseModel):
    """A song with its mood over time."""

    song: SongOut
    course: list[MomentOut]
    over_time: SongCourse | None = Field(
        description="what its mood does from beginning to end; null where that is not known"
    )
    confidence: ConfidenceOut | None = Field(
        description="how sure its analysis is; null if the person gave it its mood"
    )


class SimilarOut(BaseModel):
    """A song that sounds like another one."""

    song: SongOut
    score: float = Field(description="cosine of the embeddings", examples=[0.94])
    reasons: list[FactOut] = Field(description="what they have in common")

    @classmethod
    def of(cls, similar: SimilarSong, statistics: SongStatistics) -> "SimilarOut":
        """Return what the API says of a song that sounds like another one."""
        return cls(
            song=SongOut.of(similar.song, statistics),
            score=round(similar.score, 6),
            reasons=[_sendable(fact) for fact in similar.reasons],
        )


class MoodGiven(Strict):
    """The mood that a song has according to the person."""

    mood: MoodIn


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
    numbers: list[float] = Field(description="the same, in order", examples=[_HAPPY])
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

    key: str = Field(examples=["calm"])
    mood: dict[str, float] = Field(description="emotion -> share; they sum to 1")


class MoodsOut(BaseModel):
    """The words of this API."""

    emotions: list[EmotionOut]
    everyday: list[EverydayMoodOut] = Field(
        description="moods to choose by a word, in the order in which they are offered"
    )
    policies: list[str] = Field(examples=[["match", "lift", "calm", "energise", "journey", "off"]])


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
        examples=[dict(zip(EMOTIONS, _HAPPY, strict=True))],
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
            reasons=[_sendable(fact) for fact in chosen.reasons],
            confidence=ConfidenceOut.of(chosen.confidence),
            target={} if target is None else mood_dict(target),
        )


class Picks(BaseModel):
    """Songs, the best first."""

    mood: dict[str, float]
    coverage: Coverage | None = Field(description="what the library holds of the mood looked for")
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


class SessionOut(BaseModel):
    """A listening session."""

    id: str = Field(examples=["Zx0bq2c1mRk4VtYw"])
    mood: dict[str, float] | None
    ordering: OrderingOut
    way: WayOut | None = Field(description="of a journey; null where the policy is another one")
    played: int = Field(description="songs handed out to be played so far", examples=[3])
    coverage: Coverage | None = Field(
        description="what the library holds of the mood looked for; null where there is not one: "
        "without a mood, on a journey and by chance"
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


class LibraryOut(BaseModel):
    """What is in the catalogue."""

    ok: int = Field(examples=[21])
    failed: int = Field(examples=[0])
    missing: int = Field(examples=[0])
    samples: int = Field(description="those of `ok` in the sample catalogue", examples=[14])
    hours: float = Field(description="hours of music that can be played", examples=[0.14])
    strongest: dict[str, int] = Field(description="emotion -> songs that count as it")
    mean: dict[str, float] = Field(description="mean mood")
    reasons: dict[str, int] = Field(description="why files failed -> number of files")


class ProfileOut(BaseModel):
    """How much was learnt from the listener; it never leaves this machine."""

    played: int
    skipped: int
    liked: int
    wrong_mood: int


class LikesOut(BaseModel):
    """Which songs the listener likes."""

    songs: list[int] = Field(description="ids, ascending", examples=[[1, 7]])


class HealthOut(BaseModel):
    """Whether the service is running."""

    name: Literal["VibeluX"] = "VibeluX"
    status: Literal["ok"] = "ok"
    version: str = Field(examples=["0.1.0"])

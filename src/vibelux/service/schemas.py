"""What the API takes and gives (in OpenAPI): songs, and what other bodies are made of."""

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from vibelux.emotions import EMOTIONS, mood_dict
from vibelux.library.catalogue import Song
from vibelux.model_statistics import SongStatistics
from vibelux.recommend.confidence import Confidence
from vibelux.recommend.reasons import Fact, LikedArtist
from vibelux.recommend.similar_songs import SimilarSong
from vibelux.recommend.song_course import SongCourse
from vibelux.recommend.song_sound import Sounds, analysis_of, analysis_of_part, sounds_of
from vibelux.service.text import sendable

HAPPY = [0.0, 0.0, 0.0, 0.7, 0.2, 0.0, 0.1]

MoodIn = Annotated[
    list[Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]],
    Field(
        min_length=7,
        max_length=7,
        description=f"seven numbers, in the order {', '.join(EMOTIONS)}; they are scaled to sum "
        "to 1 and must not all be 0",
        examples=[HAPPY],
    ),
]
Emotion = Literal["angry", "disgust", "fear", "happy", "neutral", "sad", "surprise"]
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
        examples=[dict(zip(EMOTIONS, HAPPY, strict=True))],
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


def sendable_fact(fact: Fact) -> Fact:
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
            reasons=[sendable_fact(fact) for fact in similar.reasons],
        )


class MoodGiven(Strict):
    """The mood that a song has according to the person."""

    mood: MoodIn

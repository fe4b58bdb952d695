"""What the API gives about the service and the listener's profile."""

from typing import Literal

from pydantic import BaseModel, Field


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

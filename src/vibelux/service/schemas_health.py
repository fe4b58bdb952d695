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


class PhoneOut(BaseModel):
    """How a phone in the same network reaches the service; null unless it was started for that."""

    link: str | None = Field(
        description="with the token", examples=["https://192.168.1.5:8765/?token=…"]
    )
    picture: str | None = Field(description="the link as a QR code: the data address of an SVG")
    trust: str | None = Field(
        description="of the page that says how a phone comes to trust the certificate",
        examples=["http://192.168.1.5:8765/trust"],
    )


class HealthOut(BaseModel):
    """Whether the service is running."""

    name: Literal["VibeluX"] = "VibeluX"
    status: Literal["ok"] = "ok"
    version: str = Field(examples=["0.1.0"])

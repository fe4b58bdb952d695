"""What the API gives about the catalogue: what is in it, its folders, and the files that failed."""

from pydantic import BaseModel, Field

from vibelux.everyday_moods import Word
from vibelux.library.failed_files import FailedFile
from vibelux.library.folders import Folder
from vibelux.service.schemas import SongId, Strict
from vibelux.service.text import sendable


class LibraryOut(BaseModel):
    """What is in the catalogue."""

    ok: int = Field(examples=[21])
    failed: int = Field(examples=[0])
    missing: int = Field(examples=[0])
    samples: int = Field(description="those of `ok` in the sample catalogue", examples=[14])
    hours: float = Field(description="hours of music that can be played", examples=[0.14])
    strongest: dict[str, int] = Field(description="emotion -> songs that count as it")
    moods: dict[Word, int] = Field(
        description="everyday mood -> songs that one would call so", examples=[{"calm": 3}]
    )
    mean: dict[str, float] = Field(description="mean mood")
    reasons: dict[str, int] = Field(description="why files failed -> number of files")


class FolderOut(BaseModel):
    """A folder whose songs are in the catalogue."""

    key: str = Field(description="tells it from others", examples=["9c1185a5c5e9fc54"])
    path: str = Field(examples=["/home/ada/Music"])
    samples: bool = Field(description="it is that of the sample catalogue")
    songs: int = Field(description="that can be played", examples=[1200])
    failed: int = Field(examples=[1])
    missing: int = Field(examples=[0])

    @classmethod
    def of(cls, folder: Folder, *, samples: bool) -> "FolderOut":
        """Return what the API says of a folder."""
        return cls(
            key=folder.key,
            path=sendable(str(folder.path)),
            samples=samples,
            songs=folder.songs,
            failed=folder.failed,
            missing=folder.missing,
        )


class LibraryFoldersOut(BaseModel):
    """The folders whose songs are in the catalogue."""

    folders: list[FolderOut]


class ForgottenOut(BaseModel):
    """What was removed from the catalogue."""

    removed: int = Field(description="songs, in any state", examples=[21])


class FailedFileOut(BaseModel):
    """A file that cannot be analysed."""

    song: int = Field(examples=[7])
    folder: str = Field(examples=["/home/ada/Music/Demos"])
    file: str = Field(examples=["take 3.mp3"])
    code: str = Field(description="why, in one word", examples=["damaged"])
    reason: str = Field(description="why, in a sentence")

    @classmethod
    def of(cls, failed: FailedFile) -> "FailedFileOut":
        """Return what the API says of a failed file."""
        return cls(
            song=failed.id,
            folder=sendable(str(failed.path.parent)),
            file=sendable(failed.path.name),
            code=failed.code,
            reason=sendable(failed.reason),
        )


class FailedOut(BaseModel):
    """The files that cannot be analysed and were not dismissed."""

    total: int = Field(examples=[1])
    files: list[FailedFileOut] = Field(description="the first of them, by path")


class Dismissed(Strict):
    """Failures that need not be shown any more, until their files change."""

    songs: list[SongId] | None = Field(
        default=None, max_length=10_000, examples=[[7]], description="null: all there are"
    )

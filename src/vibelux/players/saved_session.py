"""A listening session on disk, so that it can go on after anything.

One small JSON file, replaced in one step after each event: whenever the program is killed, the file
is either the old or the new one.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from vibelux.atomic_file import atomic_file
from vibelux.errors import InvalidInput, PlayerError

_FORMAT = 1

_LONGEST = 1e6
"""Most seconds into a song."""

_LATEST = 4e9
"""Latest time, in seconds since 1970 (the year 2096): clocks jump, and not every date can be
written."""


@dataclass(frozen=True)
class SavedSession:
    """A session as it was.

    Attributes:
        session: from `vibelux.recommend.session.Session.as_json`.
        song: id, in the catalogue, of the song that was playing, or None.
        seconds: into that song.
        played: number of songs begun.
        saved_at: when it was saved, in seconds since 1970.

    """

    session: str
    song: int | None
    seconds: float
    played: int
    saved_at: float

    def write(self, path: Path) -> None:
        """Write the file in one step.

        Raises:
            PlayerError: it cannot be written.

        """
        text = json.dumps({"format": _FORMAT, **asdict(self)})
        try:
            with atomic_file(path, private=True) as part:
                part.write_text(text, encoding="utf-8")
        except OSError as error:
            raise PlayerError(f"cannot save the session in {path}: {error}") from error

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read the file; return None if it does not exist.

        Raises:
            InvalidInput: the file is damaged, or of a newer version.

        """
        try:
            saved = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise InvalidInput(
                f"cannot read the last session in {path}: {error}; begin a new one with --fresh"
            ) from error
        try:
            version = saved["format"]
            if version != _FORMAT:
                raise InvalidInput(
                    f"the last session in {path} has format {version!r}, this VibeluX reads "
                    f"{_FORMAT}; update VibeluX, or begin a new session with --fresh"
                )
            song = saved["song"]
            return cls(
                session=str(saved["session"]),
                song=None if song is None else int(song),
                seconds=min(max(0.0, float(saved["seconds"])), _LONGEST),
                played=int(saved["played"] if "played" in saved else saved["heard"]),
                saved_at=min(max(0.0, float(saved["saved_at"])), _LATEST),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            if isinstance(error, InvalidInput):
                raise
            raise InvalidInput(
                f"the last session in {path} is damaged ({error!r}); begin a new one with --fresh"
            ) from error

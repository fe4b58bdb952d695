"""Every error that VibeluX raises on purpose.

::

    VibeluxError
    ├── InvalidInput             a value given by the caller (exit code 2 on the command line)
    │   ├── InvalidMood
    │   └── InvalidSetting
    ├── MissingExtra             a feature whose optional packages are not installed
    ├── ModelError               an ONNX file or its card is missing, damaged or contradictory
    ├── ImageError               not an image, unreadable or too large
    ├── VideoError               not a video, or unreadable
    ├── CameraError              absent, busy, not permitted or black
    ├── NoFace                   no usable face; ``state`` says which kind
    ├── AudioError               a song that cannot be analysed; ``code`` says why
    ├── FilesUnreachable         many files in a row cannot be read: a disk or a network fails
    ├── CatalogueError
    │   ├── CatalogueEmpty       there is nothing to recommend
    │   ├── CatalogueLocked      another process is writing
    │   ├── CatalogueCorrupt     damaged; a backup was made
    │   ├── CatalogueTooNew      written by a newer version
    │   └── NotComparable        how a song sounds is not known, or not by the model of the others
    ├── ProfileError             a listener's profile that cannot be used
    │   └── ProfileTooNew        written by a newer version
    ├── PlayerError              music cannot be played: no sound device, MPD does not answer
    ├── PlaylistError            a playlist or embeddings file that cannot be read or written
    ├── TagError                 a file whose tags cannot be read or written
    │   └── NotTaggable          one that is left alone with reason: it is read-only, not known
    ├── ServerError              a music server answers nonsense or with an error
    │   ├── ServerUnreachable    it is down, too slow, or the connection broke off
    │   └── ServerRefused        it refuses what was asked; ``code`` is its number for why
    └── DatasetError             labelled data that cannot be read

A message says what was wrong, the value, and what to do.
"""


class VibeluxError(Exception):
    """Base of all errors raised on purpose."""


class InvalidInput(VibeluxError, ValueError):
    """A value given by the caller is not acceptable."""


class InvalidMood(InvalidInput):
    """A mood that is not seven finite, non-negative numbers with a positive sum."""


class InvalidSetting(InvalidInput):
    """A setting from the file, the environment or a flag that cannot be used."""


class MissingExtra(VibeluxError):
    """A feature whose optional packages are not installed."""


class ModelError(VibeluxError):
    """An ONNX file or its card is missing, damaged or contradictory."""


class ImageError(VibeluxError):
    """A file is not an image, cannot be read, or is too large."""


class VideoError(VibeluxError):
    """A file is not a video or cannot be read."""


class CameraError(VibeluxError):
    """The camera is absent, busy, not permitted, or yields black frames."""


class NoFace(VibeluxError):
    """There is no usable face.

    Attributes:
        state: the word that the JSON carries, such as ``no_face`` or ``too_small``.

    """

    def __init__(self, message: str, *, state: str = "no_face") -> None:
        super().__init__(message)
        self.state = state


class AudioError(VibeluxError):
    """A song cannot be analysed.

    Attributes:
        code: one stable word for the reason. ``empty``, ``not_audio``, ``damaged``, ``protected``,
            ``silent``, ``too_short`` and ``crashed`` (its decoder broke down) are verdicts on the
            file's content, ``vanished`` says that there is none, and those of `TRANSIENT` say
            nothing of it.

    """

    TRANSIENT = frozenset({"unreachable", "no_permission", "timeout", "killed"})
    """Codes of what may be over when the file is tried again: the system could not read it, reading
    it was not permitted, it took too long, or its process was ended from outside or had no memory.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message, code)
        self.code = code

    def __str__(self) -> str:
        return str(self.args[0])

    def __reduce__(self) -> tuple[object, ...]:
        return _audio_error, (str(self.args[0]), self.code)


def _audio_error(message: str, code: str) -> AudioError:
    """Rebuild an AudioError on the other side of a process boundary."""
    return AudioError(message, code=code)


class FilesUnreachable(VibeluxError):
    """Many files in a row cannot be read, as when a disk or a network fails; try again later."""


class CatalogueError(VibeluxError):
    """The catalogue cannot be used."""


class CatalogueEmpty(CatalogueError):
    """The catalogue has no songs that can be played."""


class CatalogueLocked(CatalogueError):
    """Another process is writing to the catalogue."""


class CatalogueCorrupt(CatalogueError):
    """The catalogue's file is damaged; a backup was made beside it."""


class CatalogueTooNew(CatalogueError):
    """The catalogue was written by a newer version of VibeluX."""


class NotComparable(CatalogueError):
    """How a song sounds is not known, or not by the model that analysed the others."""


class ProfileError(VibeluxError):
    """The listener's profile cannot be used."""


class ProfileTooNew(ProfileError):
    """The listener's profile was written by a newer version of VibeluX."""


class PlayerError(VibeluxError):
    """Music cannot be played: there is no sound device, or MPD does not answer."""


class PlaylistError(VibeluxError):
    """A playlist or embeddings file cannot be read or written."""


class TagError(VibeluxError):
    """A file's tags cannot be read or written."""


class NotTaggable(TagError):
    """A file is left alone for a good reason: it is read-only, not known, or has no tags."""


class ServerError(VibeluxError):
    """A music server answers nonsense or with an error."""


class ServerUnreachable(ServerError):
    """A music server is down, too slow, or the connection broke off; trying later may help."""


class ServerRefused(ServerError):
    """A music server refuses what was asked.

    Attributes:
        code: its number for the reason, as the Subsonic API lists them.

    """

    def __init__(self, message: str, *, code: int) -> None:
        super().__init__(message)
        self.code = code


class DatasetError(VibeluxError):
    """Labelled data cannot be read."""

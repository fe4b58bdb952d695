"""Songs sorted into one folder per emotion: audio, or spectrograms of `vibelux preprocess`.

::

    RAW/<emotion>/*.mp3              any audio format
    RAW/<emotion>/<artist>/*.mp3     the same; the subfolder is the group
    OUT/<emotion>/*.npy              written by `vibelux preprocess`

A folder's name is the emotion: one of the seven, an alias, or any other word, which is kept.
"""

from pathlib import Path

from vibelux.datasets.songs import LabelledSong, SongData
from vibelux.errors import DatasetError
from vibelux.library.scan_files import AUDIO_SUFFIXES
from vibelux.music.preprocess import CONSTANTS_FILE


def read_song_folders(folder: Path) -> SongData:
    """Read the songs of a folder with one subfolder per emotion.

    Hidden files and folders are ignored; other files that are neither audio nor ``.npy`` are
    listed as skipped.

    Args:
        folder: RAW or OUT; see the module.

    Raises:
        DatasetError: the folder cannot be read, or no subfolder holds a song.

    """
    songs: list[LabelledSong] = []
    skipped: list[tuple[str, str]] = []
    try:
        paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    except OSError as error:
        raise DatasetError(f"cannot read {folder}: {error}") from error
    for path in paths:
        inner = path.relative_to(folder)
        if any(part.startswith(".") for part in inner.parts) or inner == Path(CONSTANTS_FILE):
            continue
        given = inner.as_posix()
        if len(inner.parts) == 1:
            skipped.append((given, "is not in an emotion's folder"))
        elif path.suffix.lower() not in AUDIO_SUFFIXES | {".npy"}:
            skipped.append((given, f"not an audio file, judging by its ending {path.suffix!r}"))
        else:
            emotion, *artist, _ = inner.parts
            songs.append(
                LabelledSong(
                    path=path,
                    given=given,
                    group="/".join(artist) or given,
                    emotion=emotion.strip().lower(),
                )
            )
    if not songs:
        raise DatasetError(
            f"there is no song below {folder}; expected folders named after emotions,  "
            "such as happy/song.mp3"
        )
    return SongData(rows=tuple(songs), skipped=tuple(skipped))

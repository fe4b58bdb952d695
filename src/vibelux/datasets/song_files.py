"""Labelled songs from whatever they are stored in.

| what `read_songs` is given | layout | reader |
| --- | --- | --- |
| a ``.csv`` file | columns ``path`` and any of the labels | `vibelux.datasets.music_manifest` |
| a folder of audio | ``RAW/<emotion>/*.mp3`` (any audio format) | `vibelux.datasets.song_folders` |
| a folder of `vibelux preprocess` | ``OUT/<emotion>/*.npy`` | `vibelux.datasets.song_folders` |

Reading checks the labels and opens no audio file.
"""

from pathlib import Path

from vibelux.datasets.music_manifest import read_manifest
from vibelux.datasets.song_folders import read_song_folders
from vibelux.datasets.songs import SongData
from vibelux.errors import DatasetError


def read_songs(path: Path, *, any_scale: bool = False) -> SongData:
    """Read labelled songs from a manifest or from folders.

    Args:
        path: a manifest ``.csv``, or a folder with one subfolder an emotion.
        any_scale: take valence and arousal outside [-1, 1] as they are, which correlation does
            not mind; otherwise they are an error.

    Raises:
        DatasetError: nothing there, a bad value (row and column are named), or no song at all.

    """
    path = Path(path)
    if path.is_dir():
        return read_song_folders(path)
    if not path.exists():
        raise DatasetError(f"there is no file or folder {path}")
    if path.suffix.lower() != ".csv":
        raise DatasetError(
            f"{path} is neither a manifest (.csv) nor a folder with one subfolder an emotion"
        )
    return read_manifest(path, any_scale=any_scale)

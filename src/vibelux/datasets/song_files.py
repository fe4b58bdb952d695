"""Labelled songs in any format.

| what `read_songs` is given | layout | reader |
| --- | --- | --- |
| a ``.csv`` file | columns ``path`` and any of the labels | `vibelux.datasets.music_manifest` |
| a folder of audio | ``RAW/<emotion>/*.mp3`` (any audio format) | `vibelux.datasets.song_folders` |
| a folder of `vibelux preprocess` | ``OUT/<emotion>/*.npy`` | `vibelux.datasets.song_folders` |

Reading checks the labels and opens no audio files.
"""

from pathlib import Path

from vibelux.datasets.music_manifest import read_manifest
from vibelux.datasets.song_folders import read_song_folders
from vibelux.datasets.songs import SongData
from vibelux.errors import DatasetError


def read_songs(path: Path, *, any_scale: bool = False) -> SongData:
    """Read labelled songs from a manifest or from folders.

    Args:
        path: a manifest ``.csv``, or a folder with one subfolder per emotion.
        any_scale: accept valence and arousal outside [-1, 1], which is enough for correlations; by
            default they are an error.

    Raises:
        DatasetError: the path does not exist, a value is bad (row and column are named), or there
            is no song at all.

    """
    path = Path(path)
    if path.is_dir():
        return read_song_folders(path)
    if not path.exists():
        raise DatasetError(f"there is no file or folder {path}")
    if path.suffix.lower() != ".csv":
        raise DatasetError(
            f"{path} is neither a manifest (.csv) nor a folder with one subfolder per emotion"
        )
    return read_manifest(path, any_scale=any_scale)

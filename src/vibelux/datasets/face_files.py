"""Labelled faces in any format."""

import zipfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.face_folders import read_folder
from vibelux.datasets.faces import SIZE, FaceData
from vibelux.datasets.fer2013 import read_csv
from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError


def read_faces(path: Path, *, ferplus: Path | None = None) -> FaceData:
    """Read labelled faces from an npz file, a FER2013 csv or a folder of images.

    Args:
        path: ``*.npz`` with ``images`` (N, 48, 48) uint8 and ``label`` (N,), optionally
            ``ferplus`` (N, 10) and ``usage``; ``fer2013.csv``; or a folder with one subfolder per
            emotion, directly or below ``train`` and ``test``.
        ferplus: csv with the FER+ votes; by default ``fer2013new.csv`` beside ``path``, if it
            exists.

    Raises:
        DatasetError: the path is missing, has an unknown layout, or holds no labelled face.

    """
    if path.is_dir():
        data = read_folder(path)
    elif not path.is_file():
        raise DatasetError(f"there are no faces at {path}: no such file or folder")
    elif path.suffix.lower() == ".npz":
        data = read_npz(path)
    elif path.suffix.lower() == ".csv":
        data = read_csv(path, ferplus=ferplus)
    else:
        raise DatasetError(f"{path} is neither an .npz nor a .csv file nor a folder")
    if not len(data):
        raise DatasetError(f"{path} holds no labelled face")
    return data


def read_npz(path: Path) -> FaceData:
    """Read faces from an npz file.

    ``images_dx``, horizontal differences that add up to the pixels modulo 256, is accepted in
    place of ``images``.

    Raises:
        DatasetError: an array is missing or has a wrong shape, or a label is not 0 to 6.

    """
    try:
        with path.open("rb") as file:  # np.load leaves a damaged file open
            loaded = np.load(file, allow_pickle=False)
            if not isinstance(loaded, np.lib.npyio.NpzFile):
                raise ValueError("it holds one array, not arrays by name")
            arrays = {name: loaded[name] for name in loaded.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise DatasetError(f"{path} is not a readable npz file: {error}") from error
    if "images" in arrays:
        images = np.asarray(arrays["images"])
    elif "images_dx" in arrays:
        images = np.cumsum(arrays["images_dx"], axis=2, dtype=np.uint8)
    else:
        raise DatasetError(f"{path} has no array 'images'; it has {', '.join(arrays) or 'none'}")
    if "label" not in arrays:
        raise DatasetError(f"{path} has no array 'label'; it has {', '.join(arrays)}")
    count = len(images)
    if images.shape != (count, SIZE, SIZE) or images.dtype != np.uint8:
        raise DatasetError(
            f"'images' of {path} is {images.dtype} {images.shape}, uint8 (N, 48, 48) is needed"
        )
    label = _checked(arrays["label"], (count,), "label", path).astype(np.int64)
    if count and (label.min() < 0 or label.max() >= len(EMOTIONS)):
        raise DatasetError(
            f"'label' of {path} must be 0 to 6, found {label.min()} to {label.max()}"
        )
    votes = usage = None
    if "ferplus" in arrays:
        votes = _checked(arrays["ferplus"], (count, 10), "ferplus", path).astype(np.float32)
    if "usage" in arrays:
        usage = _checked(arrays["usage"], (count,), "usage", path).astype(np.str_)
    return FaceData(images=images, label=label, votes=votes, usage=usage)


def _checked(
    array: NDArray[np.generic], shape: tuple[int, ...], name: str, path: Path
) -> NDArray[np.generic]:
    if array.shape != shape:
        raise DatasetError(f"{name!r} of {path} has shape {array.shape}, {shape} is needed")
    return array

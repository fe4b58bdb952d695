"""Labelled faces in memory, whatever file they came from."""

import hashlib
import zipfile
import zlib
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError

SIZE = 48
"""Side of a face crop in pixels, as in FER2013."""

FERPLUS_COLUMNS: tuple[str, ...] = (
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
    "unknown",
    "NF",
)
"""The ten answers of FER+ (Barsoum et al. 2016); NF is "not a face"."""

FERPLUS_OF_SEVEN: tuple[int, ...] = (4, 5, 6, 1, 0, 3, 2)
"""For each of the seven emotions, in order, its column in `FERPLUS_COLUMNS`."""


@dataclass(frozen=True)
class FaceData:
    """Labelled face crops.

    Attributes:
        images: grey crops [shape=(N, 48, 48), dtype=uint8].
        label: place in `EMOTIONS` [shape=(N,), dtype=int64].
        votes: FER+ votes [shape=(N, 10), dtype=float32] in the order of `FERPLUS_COLUMNS`, or None.
        usage: part of the data a row belongs to, such as ``Training`` [shape=(N,)], or None.
        paths: of each row where rows are files, else empty.
        numbers: place of each row in the file it was read from, from 0 [shape=(N,), dtype=int64];
            None while no row was left out.
        skipped: files or rows that could not be read, each with the reason.

    """

    images: NDArray[np.uint8]
    label: NDArray[np.int64]
    votes: NDArray[np.float32] | None = None
    usage: NDArray[np.str_] | None = None
    paths: tuple[str, ...] = ()
    numbers: NDArray[np.int64] | None = None
    skipped: tuple[tuple[str, str], ...] = field(default=())

    def __len__(self) -> int:
        return len(self.label)

    def rows(self, selection: NDArray[np.bool_] | NDArray[np.int64]) -> "FaceData":
        """Return the rows of a mask or of an array of indices."""
        chosen = np.arange(len(self))[selection]
        return replace(
            self,
            images=self.images[chosen],
            label=self.label[chosen],
            votes=None if self.votes is None else self.votes[chosen],
            usage=None if self.usage is None else self.usage[chosen],
            paths=tuple(self.paths[i] for i in chosen) if self.paths else (),
            numbers=chosen if self.numbers is None else self.numbers[chosen],
        )

    def with_usage(self, usage: str) -> "FaceData":
        """Return the rows of one part, such as ``PublicTest``.

        Raises:
            DatasetError: the data names no parts, or not this one.

        """
        if self.usage is None:
            raise DatasetError(f"these faces name no parts, so there is no part {usage!r}")
        chosen = np.char.lower(self.usage) == usage.lower()
        if not chosen.any():
            known = ", ".join(sorted(set(self.usage.tolist())))
            raise DatasetError(f"no row belongs to {usage!r}; the parts are {known}")
        return self.rows(chosen)

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each emotion."""
        found = np.bincount(self.label, minlength=len(EMOTIONS))
        return dict(zip(EMOTIONS, found.tolist(), strict=True))

    def hashes(self) -> list[bytes]:
        """Return a digest of each image's pixels; equal pixels give equal digests."""
        return [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in self.images]


def votes_of_seven(votes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the FER+ votes for the seven emotions.

    Args:
        votes: [shape=(N, 10)] in the order of `FERPLUS_COLUMNS`.

    Returns:
        counts [shape=(N, 7), dtype=float32] in the order of `EMOTIONS`.

    """
    return votes[:, FERPLUS_OF_SEVEN].astype(np.float32)


def read_faces(path: Path, *, ferplus: Path | None = None) -> FaceData:
    """Read labelled faces from an npz file, a FER2013 csv or a folder of images.

    Args:
        path: ``*.npz`` with ``images`` (N, 48, 48) uint8 and ``label`` (N,), optionally
            ``ferplus`` (N, 10) and ``usage``; ``fer2013.csv``; or a folder with one folder an
            emotion, at its top or below ``train`` and ``test``.
        ferplus: the FER+ votes of a csv; by default ``fer2013new.csv`` beside it, if there.

    Raises:
        DatasetError: the path is missing, of no known layout, or holds no labelled face.

    """
    from vibelux.datasets.face_folders import read_folder
    from vibelux.datasets.fer2013 import read_csv

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

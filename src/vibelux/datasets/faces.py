"""Labelled faces in memory, from files of any format."""

import hashlib
from dataclasses import dataclass, field, replace

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
        usage: part of the data to which each row belongs, such as ``Training`` [shape=(N,)], or
            None.
        paths: path of each row if rows are files, else empty.
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
            DatasetError: the data has no parts, or not this one.

        """
        if self.usage is None:
            raise DatasetError(f"these faces have no parts, so there is no part {usage!r}")
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


def agreement(votes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the share of the annotators who gave the commonest of the ten answers.

    Args:
        votes: [shape=(N, 10)] in the order of `FERPLUS_COLUMNS`.

    Returns:
        [shape=(N,), dtype=float32]; 0 where nobody voted.

    """
    return np.asarray(votes.max(axis=1) / np.maximum(votes.sum(axis=1), 1), dtype=np.float32)

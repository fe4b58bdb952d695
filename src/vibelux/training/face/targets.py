"""From labelled faces to what the network is trained on."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.faces import FERPLUS_COLUMNS, FaceData, votes_of_seven
from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError
from vibelux.models import load_model

_SPLIT_SEED = 0

MINIMUM_VOTES = 5
"""Annotators who must have chosen among the seven before their votes count."""


@dataclass(frozen=True)
class FaceTargets:
    """Soft targets, a row a face.

    Attributes:
        mood: the votes' distribution over the seven [shape=(N, 7), dtype=float32].
        mood_weight: 0 where too few annotators chose among the seven [shape=(N,)].
        label: the one-hot label mixed with the votes [shape=(N, 7), dtype=float32].
        label_weight: 0 where the annotators saw no face [shape=(N,)].

    """

    mood: NDArray[np.float32]
    mood_weight: NDArray[np.float32]
    label: NDArray[np.float32]
    label_weight: NDArray[np.float32]


def face_targets(data: FaceData, *, label_share: float) -> FaceTargets:
    """Mix labels and votes.

    Without votes, the mood's target is the one-hot label.

    Args:
        data: the faces.
        label_share: of the one-hot label in the label head's target, the rest are the votes; 0..1.

    """
    one_hot = np.eye(len(EMOTIONS), dtype=np.float32)[data.label]
    ones = np.ones(len(data), dtype=np.float32)
    if data.votes is None:
        return FaceTargets(mood=one_hot, mood_weight=ones, label=one_hot, label_weight=ones)
    seven = votes_of_seven(data.votes)
    total = seven.sum(axis=1)
    enough = total >= MINIMUM_VOTES
    mood = np.where(enough[:, None], seven / np.maximum(total, 1)[:, None], one_hot)
    label = np.where(enough[:, None], label_share * one_hot + (1 - label_share) * mood, one_hot)
    no_face = data.votes[:, FERPLUS_COLUMNS.index("NF")] >= MINIMUM_VOTES
    return FaceTargets(
        mood=mood.astype(np.float32),
        mood_weight=enough.astype(np.float32),
        label=label.astype(np.float32),
        label_weight=np.where(no_face, 0, 1).astype(np.float32),
    )


def taught(
    targets: FaceTargets, data: FaceData, *, teachers: Sequence[Path], share: float
) -> FaceTargets:
    """Mix what other face models say into the targets.

    Each model sees every face and its mirror image, which agree less than they should: their mean
    is right more often than either.

    Args:
        targets: of the faces.
        data: the faces.
        teachers: ONNX files of face models.
        share: of the models' mean in both targets, 0..1.

    Raises:
        ModelError: as `vibelux.models.load_model`.

    """
    mood, label = np.zeros_like(targets.mood), np.zeros_like(targets.label)
    views = (data.images, np.ascontiguousarray(data.images[:, :, ::-1]))
    for model in [load_model("face", path, threads=os.cpu_count() or 1) for path in teachers]:
        for images in views:
            for start in range(0, len(images), 256):
                rows = slice(start, start + 256)
                said = model.run(images[rows])
                mood[rows] += said["mood"]
                label[rows] += said["label"]
    weight = np.float32(share / (len(teachers) * len(views)))
    own = np.float32(1 - share)
    return replace(
        targets, mood=own * targets.mood + weight * mood, label=own * targets.label + weight * label
    )


@dataclass(frozen=True)
class FaceSplit:
    """Training and validation rows that share no picture, and what was left out.

    Attributes:
        training: rows to learn from.
        validation: rows for calibration and selection.
        dropped_blank: number of constant images left out.
        dropped_twins: number of training rows whose pixels recur in an evaluation part.

    """

    training: FaceData
    validation: FaceData
    dropped_blank: int
    dropped_twins: int


def split_faces(data: FaceData, *, validation_share: float = 0.1) -> FaceSplit:
    """Split the training part, keeping equal pictures on one side.

    The same faces are held back whatever a training's seed, so that models which teach each other
    or are averaged have learnt from none of them.

    Rows of a part whose name does not begin with "train" are an evaluation set: they are never
    returned, and training rows with the same pixels are dropped.

    Args:
        data: the faces; without `usage` all rows are for training.
        validation_share: share of the pictures held back, 0 < share < 1.

    Raises:
        DatasetError: fewer than 20 faces are left.

    """
    digests = np.array([digest.hex() for digest in data.hashes()])
    trainable = (
        np.ones(len(data), dtype=bool)
        if data.usage is None
        else np.char.startswith(np.char.lower(data.usage), "train")
    )
    twins = trainable & np.isin(digests, digests[~trainable])
    blank = data.images.reshape(len(data), -1).std(axis=1) == 0
    usable = np.flatnonzero(trainable & ~twins & ~blank)
    if len(usable) < 20:
        raise DatasetError(f"{len(usable)} faces are left to train on, at least 20 are needed")
    pictures = np.unique(digests[usable])
    held = np.random.default_rng(_SPLIT_SEED).permutation(pictures)
    held = held[: max(1, round(validation_share * len(pictures)))]
    validation = np.isin(digests[usable], held)
    return FaceSplit(
        training=data.rows(usable[~validation]),
        validation=data.rows(usable[validation]),
        dropped_blank=int((trainable & blank).sum()),
        dropped_twins=int(twins.sum()),
    )

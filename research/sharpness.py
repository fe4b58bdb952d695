"""What blur does to the mood, and how many moods are withheld as ``too_blurred``.

FER2013's PublicTest faces with a FER+ plurality among the seven, blurred by a Gaussian (defocus),
along a line of any direction (motion), or reduced and enlarged again (a face far away). The mood's
accuracy against the plurality, and the share of faces below the threshold.
"""

import json
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from data import DATA
from vibelux.face.expression import ExpressionModel
from vibelux.face.reading import MIN_SHARPNESS, sharpness
from vibelux.face.sampling import Window, sample

FACES = 400
VOTES = (4, 5, 6, 1, 0, 3, 2)  # columns of FER+ in the order of the seven

Picture = NDArray[np.uint8]


def measure() -> dict[str, float]:
    """Return accuracies and shares withheld, for each kind and strength of blur."""
    path = DATA / "face" / "fer2013.npz"
    if not path.exists():
        return {}
    random = np.random.default_rng(0)
    with np.load(path) as data:
        votes = data["ferplus"].astype(int)
        most = votes[:, VOTES].max(axis=1)
        plural = (votes == most[:, None]).sum(axis=1) == 1
        known = np.flatnonzero((data["usage"] == "PublicTest") & ~data["blank"] & plural)
        chosen = random.choice(known, FACES, replace=False)
        faces = np.cumsum(data["images_dx"], axis=2, dtype=np.uint8)[chosen]
    truth = votes[chosen][:, VOTES].argmax(axis=1)
    model = ExpressionModel.load()
    blurs: dict[str, Callable[[Picture], Picture]] = {
        "none": lambda face: face,
        **{f"defocus_{s}": lambda face, s=s: _unsharp(face, s) for s in (1, 2, 3)},
        **{
            f"motion_{n}": lambda face, n=n: _moved(face, n, random.uniform(0, 180))
            for n in (5, 9, 17)
        },
        **{f"far_{n}": lambda face, n=n: _far(face, n) for n in (32, 24, 16, 8)},
    }
    figures = {}
    rights, withheld = [], []
    for name, blur in blurs.items():
        crops = np.stack([blur(face) for face in faces]).astype(np.uint8)
        right = model.predict(crops).moods.argmax(axis=1) == truth
        below = np.array([sharpness(crop) < MIN_SHARPNESS for crop in crops])
        figures[f"blur_{name}_accuracy"] = right.mean()
        figures[f"blur_{name}_withheld"] = below.mean()
        rights.append(right)
        withheld.append(below)
    all_right, all_below = np.concatenate(rights), np.concatenate(withheld)
    figures["blur_accuracy_withheld"] = all_right[all_below].mean()
    figures["blur_accuracy_kept"] = all_right[~all_below].mean()
    return {name: round(float(value), 3) for name, value in figures.items()}


def _moved(face: Picture, length: int, degrees: float) -> Picture:
    """Return a face blurred along a line, whose length is in pixels."""
    line = np.zeros((length, length))
    line[length // 2] = 1
    line = ndimage.rotate(line, degrees, reshape=False, order=1, mode="grid-constant")
    moved = ndimage.correlate(face.astype(float), line / line.sum(), mode="nearest")
    return np.rint(moved).astype(np.uint8)


def _unsharp(face: Picture, sigma: float) -> Picture:
    """Return a face blurred by a Gaussian."""
    return np.rint(ndimage.gaussian_filter(face.astype(float), sigma)).astype(np.uint8)


def _far(face: Picture, side: int) -> Picture:
    """Return a face as if it had been only ``side`` pixels wide."""
    small = sample(face, Window(0, 0, 48, 48), width=side, height=side)
    return sample(small, Window(0, 0, side, side), width=48, height=48)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))

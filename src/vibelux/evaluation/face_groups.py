"""Which faces a detector finds: groups by size, light and pose, as far as these can be measured.

| group | measured by |
| --- | --- |
| size | root of the box's area in pixels, the picture's longer side brought to 640 |
| light | mean grey level in the box, and whether that is below half of its picture's mean |
| tilt | angle of the line through the eyes |
| turn | from the middle between the eyes to the nose, along their line, in distances of the eyes |

Tilt and turn need the five points of `vibelux.datasets.face_points`. Light is that of the box, so
dark skin in good light is among the dark faces too.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.face_points import FacePoints, points_of_faces
from vibelux.evaluation.detector import DetectorPredictions, Matches, match

Masks = Mapping[str, NDArray[np.bool_]]

_SIZES = (0, 32, 48, 80, 160, np.inf)
_LEVELS = (0, 60, 110, 256)
_TILTS = (0, 10, 25, np.inf)
_TURNS = (0, 0.2, 0.5, np.inf)


def face_groups(
    predictions: DetectorPredictions, found: Matches, points: FacePoints | None = None
) -> dict[str, Masks]:
    """Return what is measured -> name of a group -> which faces are in it.

    Args:
        predictions: what a detector found.
        found: the same against the labels.
        points: of the faces' eyes, noses and mouths; without them there is no ``pose``.

    """
    groups = {"size": by_size(found.sides)}
    if len(predictions.levels):
        groups["light"] = by_light(predictions.levels)
    if points is not None:
        each = [points_of_faces(image, points) for image in predictions.images]
        groups["pose"] = by_pose(np.concatenate(each))
    return groups


def recall_by_group(
    predictions: DetectorPredictions, points: FacePoints | None = None
) -> dict[str, dict[str, dict[str, float | None]]]:
    """Return the number of faces of each of `face_groups`, and the share found at an IoU of 0.5."""
    found = match(predictions)
    return {
        kind: {
            name: {
                "faces": int(rows.sum()),
                "recall_50": float(found.found_50[rows].mean()) if rows.any() else None,
            }
            for name, rows in groups.items()
        }
        for kind, groups in face_groups(predictions, found, points).items()
    }


def by_size(sides: NDArray[np.float64]) -> Masks:
    """Return which faces are of which size.

    Args:
        sides: root of each box's area in pixels, see the module [shape=(n,)].

    """
    names = ("up to 32 px", "32 to 48 px", "48 to 80 px", "80 to 160 px", "more than 160 px")
    return _between(sides, _SIZES, names)


def by_light(levels: NDArray[np.float64]) -> Masks:
    """Return which faces are in which light.

    Args:
        levels: mean grey level of each box and of its picture [shape=(n, 2)].

    """
    names = ("darker than 60", "60 to 110", "brighter than 110")
    against = levels[:, 0] < 0.5 * levels[:, 1]
    return {**_between(levels[:, 0], _LEVELS, names), "half as bright as its picture": against}


def by_pose(points: NDArray[np.float64]) -> Masks:
    """Return which faces are tilted and turned how far.

    Args:
        points: of each face [shape=(n, 5, 2)], NaN where they are not known.

    """
    line = points[:, 1] - points[:, 0]
    between = np.hypot(*line.T)
    tilts = np.degrees(np.abs(np.arctan2(line[:, 1], line[:, 0])))
    nose = points[:, 2] - (points[:, 0] + points[:, 1]) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        turns = np.abs((nose * line).sum(axis=1)) / between**2
    tilted = ("tilted by up to 10°", "by 10 to 25°", "by more than 25°")
    turned = ("nose in the middle", "turned to one side", "nearly a profile")
    return {**_between(tilts, _TILTS, tilted), **_between(turns, _TURNS, turned)}


def _between(
    values: NDArray[np.float64], limits: tuple[float, ...], names: tuple[str, ...]
) -> Masks:
    return {
        name: (values >= low) & (values < high)
        for name, low, high in zip(names, limits, limits[1:], strict=False)
    }

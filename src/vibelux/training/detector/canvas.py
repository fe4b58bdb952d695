"""Frames to learn from, composed of pictures at all sizes, angles and places.

A frame is cut into rectangles at random. Each shows one picture: a scene with people at about its
whole extent, or a face at the wanted size before a background without faces. Some show a background
alone, so that no rectangle's edge means a face, or people upside down, who are not to be found.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vibelux.training.detector.distractors import draw_distractors
from vibelux.training.detector.drawing import Grey, draw_picture
from vibelux.training.detector.occluders import face_hidden
from vibelux.training.detector.photo import backlit, photographed, tinted
from vibelux.training.detector.pictures import CROPS, Picture
from vibelux.training.detector.targets import IGNORED, NOTHING

SHAPES = ((240, 320), (320, 240), (256, 256), (192, 256))
"""Heights and widths of frames in pixels; a batch has one of them."""

MOST_BOXES = 32
"""Places for boxes in a frame; the smallest are left out of it."""

SMALLEST = 8.0
"""Square root of the area of a face in pixels below which finding it is not asked for."""

TILT = 45.0
"""Largest turn of a picture in degrees whose faces are to be found."""

SHARES = {
    "mask_pseudo": 3.5,
    "flickr8k_pseudo": 5.0,
    "vocanimal_pseudo": 4.5,
    "helen": 1.2,
    "ytfaces": 1.0,
    "lm5_80": 1.2,
    "muxspace_pseudo": 0.7,
    "buffy_pseudo": 1.2,
    CROPS: 1.5,
}
"""How often a collection's pictures are shown, for those that are named here."""

EMPTY_SHARES = {"inria_neg": 1.0, "scene_neg": 1.2, "animal_neg": 1.0}
"""The same for pictures without people."""

WHOLE_SHARE = 0.45
"""Of frames that are not cut into rectangles."""

EMPTY_SHARE = 0.22
"""Of rectangles that show a background alone."""

OVERTURNED_SHARE = 0.05
"""Of pictures of people turned by more than 90°: what they show is not to be found."""

ELSEWHERE_SHARE = 0.06
"""Of pictures of faces that show whatever place of them, mostly beside the face."""

DISTRACTED_SHARE = 0.2
"""Of backgrounds with drawn things that are not faces."""

HIDDEN_SHARE = 0.2
"""Of faces of which a part is hidden."""

BACKLIT_SHARE = 0.06
"""Of faces that are much darker than what is around the person."""

MIRRORED = [1, 0, 2, 4, 3]
"""The order of the points in a mirror."""

VISIBLE, HARDLY = 0.62, 0.2
"""Share of a face's box in its rectangle from which it is to be found, or cannot be."""


@dataclass(frozen=True)
class Frame:
    """A composed frame.

    Attributes:
        grey: [shape=(h, w), dtype=uint8].
        boxes: edges in pixels [shape=(MOST_BOXES, 4), dtype=float32]; may lie outside.
        kinds: such as `FACE`, or `NOTHING` [shape=(MOST_BOXES,), dtype=int64].
        points: eyes, nose and corners of the mouth of each box's face in pixels, NaN where they are
            not known [shape=(MOST_BOXES, 5, 2), dtype=float32].

    """

    grey: Grey
    boxes: NDArray[np.float32]
    kinds: NDArray[np.int64]
    points: NDArray[np.float32]


class _Seen(NamedTuple):
    """What is in a rectangle: boxes (n, 4), kinds (n,) and points (n, 5, 2), as of `Frame`."""

    boxes: NDArray[np.float64]
    kinds: NDArray[np.int64]
    points: NDArray[np.float64]


NOBODY = _Seen(np.zeros((0, 4)), np.zeros(0, dtype=np.int64), np.zeros((0, 5, 2)))


class Composer:
    """Composes frames of pictures.

    Args:
        pictures: with and without faces; at least one has a face.

    """

    def __init__(self, pictures: list[Picture]) -> None:
        self._people = _Pictures([each for each in pictures if len(each.faces)], SHARES)
        self._empty = _Pictures([each for each in pictures if not len(each.boxes)], EMPTY_SHARES)

    def compose(self, shape: tuple[int, int], rng: np.random.Generator) -> Frame:
        """Return a new frame.

        Args:
            shape: its height and width in pixels.
            rng: where all chance comes from.

        """
        grey = np.zeros(shape, dtype=np.uint8)
        seen = [NOBODY]
        whole = rng.random() < WHOLE_SHARE
        for top, left, height, width in (
            [(0, 0, *shape)] if whole else _rectangles(0, 0, *shape, rng)
        ):
            part, (boxes, kinds, points) = self._rectangle((height, width), rng)
            grey[top : top + height, left : left + width] = part
            corner = np.array([left, top])
            seen.append(_Seen(boxes + np.tile(corner, 2), kinds, points + corner))
        boxes, kinds, points = map(np.concatenate, zip(*seen, strict=True))
        kept = np.argsort(-np.prod(boxes[:, 2:] - boxes[:, :2], axis=1))[:MOST_BOXES]
        free = MOST_BOXES - len(kept)
        return Frame(
            grey=photographed(grey, rng),
            boxes=np.pad(boxes[kept], ((0, free), (0, 0))).astype(np.float32),
            kinds=np.pad(kinds[kept], (0, free), constant_values=NOTHING),
            points=np.pad(points[kept], ((0, free), (0, 0), (0, 0))).astype(np.float32),
        )

    def _rectangle(self, shape: tuple[int, int], rng: np.random.Generator) -> tuple[Grey, _Seen]:
        part = self._background(shape, rng)
        if rng.random() < DISTRACTED_SHARE:
            draw_distractors(part, rng)
        if rng.random() < EMPTY_SHARE:
            return tinted(part, rng), NOBODY
        picture = self._people.drawn(rng)
        overturned = rng.random() < OVERTURNED_SHARE
        chosen = int(rng.choice(picture.faces))
        matrix = _placed(picture, chosen, shape, rng, overturned=overturned)
        _drawn(part, picture, matrix)
        if overturned:
            return tinted(part, rng), NOBODY
        seen = _seen(picture, matrix, shape)
        for box, kind in zip(seen.boxes, seen.kinds, strict=True):
            if kind != IGNORED and rng.random() < HIDDEN_SHARE:
                face_hidden(part, box, rng)
            if kind != IGNORED and rng.random() < BACKLIT_SHARE:
                backlit(part, box, rng)
        return tinted(part, rng), seen

    def _background(self, shape: tuple[int, int], rng: np.random.Generator) -> Grey:
        if not self._empty or rng.random() < 0.06:
            return _plain(shape, rng)
        picture = self._empty.drawn(rng)
        height, width = picture.sizes[0].shape
        fill = max(shape[0] / height, shape[1] / width)
        scale = fill * math.exp(rng.uniform(0.0, math.log(2.5)))
        angle = rng.uniform(-20, 20) if rng.random() < 0.3 else 0.0
        centre = [
            rng.uniform(min(side / scale, whole) / 2, whole - min(side / scale, whole) / 2)
            for side, whole in ((shape[1], width), (shape[0], height))
        ]
        matrix = _matrix(centre, (shape[1] / 2, shape[0] / 2), scale, angle, rng.random() < 0.5)
        part = np.zeros(shape, dtype=np.uint8)
        _drawn(part, picture, matrix, beyond="mirrored")
        return part


class _Pictures:
    """Pictures of which each collection is drawn in its share, and each by its weight there."""

    def __init__(self, pictures: list[Picture], shares: Mapping[str, float]) -> None:
        self._pictures = pictures
        weights = dict.fromkeys((picture.dataset for picture in pictures), 0.0)
        for picture in pictures:
            weights[picture.dataset] += picture.weight
        each = {name: shares.get(name, 2.0) / weight for name, weight in weights.items()}
        self._chances = np.cumsum([each[picture.dataset] * picture.weight for picture in pictures])

    def __len__(self) -> int:
        return len(self._pictures)

    def drawn(self, rng: np.random.Generator) -> Picture:
        chance = rng.random() * self._chances[-1]
        return self._pictures[int(np.searchsorted(self._chances, chance))]


def _rectangles(
    top: int, left: int, height: int, width: int, rng: np.random.Generator, depth: int = 0
) -> list[tuple[int, int, int, int]]:
    """Cut a rectangle into others, none narrower than 40 pixels."""
    longer = max(height, width)
    if longer < 80 or rng.random() > (0.55, 0.6, 0.5, 0.4, 0.3)[min(depth, 4)]:
        return [(top, left, height, width)]
    cut = int(rng.uniform(40, longer - 40))
    if height >= width:
        parts = [(top, left, cut, width), (top + cut, left, height - cut, width)]
    else:
        parts = [(top, left, height, cut), (top, left + cut, height, width - cut)]
    return [found for part in parts for found in _rectangles(*part, rng, depth + 1)]


def _placed(
    picture: Picture,
    chosen: int,
    shape: tuple[int, int],
    rng: np.random.Generator,
    *,
    overturned: bool,
) -> NDArray[np.float64]:
    """Return where a picture's pixels come to lie (2, 3), for one of its faces to be seen."""
    box = picture.boxes[chosen].astype(np.float64)
    size = math.sqrt((box[2] - box[0]) * (box[3] - box[1]))
    height, width = picture.sizes[0].shape
    angle = float(np.clip(rng.normal(0, 18), -TILT, TILT)) if rng.random() < 0.7 else 0.0
    if overturned:
        angle = rng.uniform(95, 265)
    flip = rng.random() < 0.5
    covering = max(shape[0] / height, shape[1] / width)
    if picture.scene and rng.random() < (0.8 if max(shape) >= 240 else 0.3):
        containing = min(shape[0] / height, shape[1] / width)
        scale = containing * math.exp(rng.uniform(-0.2, 0.6))
    elif not picture.scene and rng.random() < 0.45:
        scale = covering * math.exp(rng.uniform(0.0, 0.6))
    else:
        largest = max(1.15 * min(shape), 1.5 * SMALLEST)
        scale = math.exp(rng.uniform(math.log(10.0), math.log(largest))) / size
    if rng.random() < ELSEWHERE_SHARE:
        aim = [rng.uniform(0, width), rng.uniform(0, height)]
    else:
        aim = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]
    # A quarter of the face may lie outside.
    reach = 0.3 * size * scale
    place = [
        rng.uniform(min(reach, side / 2), max(side - reach, side / 2))
        for side in (shape[1], shape[0])
    ]
    if scale >= covering and rng.random() < 0.8:
        # No more than the picture's own edge is shown where the picture is large enough.
        for axis, (side, whole) in enumerate(((shape[1], width), (shape[0], height))):
            before = aim[axis] if not (flip and axis == 0) else whole - aim[axis]
            place[axis] = float(
                np.clip(place[axis], side - (whole - before) * scale, before * scale)
            )
    return _matrix(aim, (place[0], place[1]), scale, angle, flip)


def _matrix(
    aim: list[float], place: tuple[float, float], scale: float, angle: float, flip: bool
) -> NDArray[np.float64]:
    """Return the map (2, 3) that scales, turns and flips, and moves `aim` to `place`."""
    turn = math.radians(angle)
    linear = scale * np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    if flip:
        linear[:, 0] *= -1
    return np.column_stack([linear, np.array(place) - linear @ np.array(aim)])


def _drawn(
    part: Grey,
    picture: Picture,
    matrix: NDArray[np.float64],
    *,
    beyond: Literal["nothing", "mirrored"] = "nothing",
) -> None:
    """Draw a picture on a rectangle, from the copy whose size is nearest above the wanted one."""
    scale = math.sqrt(abs(np.linalg.det(matrix[:, :2])))
    level = min(max(0, math.floor(-math.log2(max(scale, 1e-3)))), len(picture.sizes) - 1)
    source = picture.sizes[level]
    shrunk = (
        picture.sizes[0].shape[1] / source.shape[1],
        picture.sizes[0].shape[0] / source.shape[0],
    )
    own = matrix.copy()
    own[:, :2] = matrix[:, :2] * shrunk
    draw_picture(part, source, own, beyond=beyond)


def _seen(picture: Picture, matrix: NDArray[np.float64], shape: tuple[int, int]) -> _Seen:
    """Return a picture's boxes where they come to lie, and what is asked of each."""
    linear, shift = matrix[:, :2], matrix[:, 2]
    edges = picture.boxes.astype(np.float64)
    centres = (edges[:, :2] + edges[:, 2:]) / 2 @ linear.T + shift
    # A face is nearly an ellipse: its extent after a turn is the ellipse's.
    halves = np.sqrt(((edges[:, 2:] - edges[:, :2]) / 2) ** 2 @ (linear**2).T)
    boxes = np.concatenate([centres - halves, centres + halves], axis=1)
    inside = np.minimum(boxes[:, 2:], shape[::-1]) - np.maximum(boxes[:, :2], 0)
    areas = np.prod(2 * halves, axis=1)
    visible = np.prod(np.maximum(inside, 0), axis=1) / areas
    asked = (visible >= VISIBLE) & (np.sqrt(areas) >= SMALLEST)
    points = picture.points @ linear.T + shift
    if np.linalg.det(linear) < 0:
        points = points[:, MIRRORED]
    there = visible >= HARDLY
    return _Seen(boxes[there], np.where(asked, picture.kinds, IGNORED)[there], points[there])


def _plain(shape: tuple[int, int], rng: np.random.Generator) -> Grey:
    """Return a grey level, a gradient or noise."""
    level, slope = rng.uniform(0, 255), rng.normal(0, 60, 2)
    y, x = np.ogrid[-0.5 : 0.5 : shape[0] * 1j, -0.5 : 0.5 : shape[1] * 1j]
    values = level + (slope[0] * y + slope[1] * x) * (rng.random() < 0.6)
    if rng.random() < 0.4:
        coarse = rng.normal(0, rng.uniform(5, 60), (shape[0] // 8 + 1, shape[1] // 8 + 1))
        clouds = Image.fromarray(coarse.astype(np.float32))
        values = values + np.asarray(clouds.resize(shape[::-1], Image.Resampling.BICUBIC))
    return np.asarray(np.clip(np.broadcast_to(values, shape), 0, 255), dtype=np.uint8)

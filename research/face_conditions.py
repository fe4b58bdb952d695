"""How well expressions are read under conditions that can be measured without naming people.

    python research/face_conditions.py [PART]

On the faces of FER2013's PublicTest, or of another part (`validation` is the one that a training
holds back): the mood's strongest emotion against the plurality of ten annotators, and the share of
faces whose mood is withheld, with the intervals of Wilson (1927) at 95 %. The data names no
conditions, so they are made from the same faces, except for three that can be read off a crop as it
is: whether it is dark, bright, or flat. Skin is not told from the rest of a crop.

`disputed` and `clear` are faces of which less than 0.4 and at least 0.8 of the annotators gave the
commonest answer, as they are: the share that is withheld as `unsure`.
"""

import json
import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from data import DATA
from vibelux.datasets.face_files import read_faces
from vibelux.datasets.faces import FaceData, agreement
from vibelux.evaluation.faces import predict_faces, vote_target
from vibelux.evaluation.metrics import wilson_interval
from vibelux.face.box import Box
from vibelux.face.reading import judge
from vibelux.face.sampling import Window, sample
from vibelux.model_statistics import ModelStatistics
from vibelux.models import load_model

FACES = 1000
"""At most so many are read under each condition."""

SIDE, SCALE = 48, 1.24
FINE = 4

Face = NDArray[np.uint8]
Figures = dict[str, float | int]


def measure(part: str = "PublicTest") -> dict[str, Figures]:
    """Return condition -> its figures, empty without the data."""
    path = DATA / "face" / "fer2013.npz"
    if not path.exists():
        return {}
    data = _part(read_faces(path), part)
    model, usual = load_model("face"), ModelStatistics().faces
    votes = vote_target(data)
    rows = np.sort(np.random.default_rng(0).permutation(len(votes.rows))[:FACES])
    known, label = data.rows(votes.rows[rows]), votes.label[rows]

    def figures(
        images: Face, *, width: float = SIDE / SCALE, rows: NDArray[np.bool_] | None = None
    ) -> Figures:
        moods = predict_faces(model, images).mood
        box = Box(0, 0, width, 1.25 * width, 1.0)
        states = np.array(
            [judge(box, crop, mood, usual) for crop, mood in zip(images, moods, strict=True)]
        )
        right = moods.argmax(axis=1) == label
        chosen = np.ones(len(images), dtype=bool) if rows is None else rows
        given = chosen & (states == "ok")
        low, high = wilson_interval(int(right[chosen].sum()), int(chosen.sum()))
        return {
            "faces": int(chosen.sum()),
            "right": float(right[chosen].mean()),
            "right_low": low,
            "right_high": high,
            "withheld": float((states != "ok")[chosen].mean()),
            "right_of_given": float(right[given].mean()) if given.any() else float("nan"),
        }

    found = {"as it is": figures(known.images)}
    for name, change in CONDITIONS.items():
        rng = np.random.default_rng(0)
        images = np.stack([change(face, rng) for face in known.images])
        found[name] = figures(images, width=WIDTHS.get(name, SIDE / SCALE))
    levels = known.images.reshape(len(known), -1).astype(float)
    low, high = np.percentile(levels, (5, 95), axis=1)
    for name, rows in {
        "dark as it is (mean below 80)": levels.mean(axis=1) < 80,
        "bright as it is (mean above 170)": levels.mean(axis=1) > 170,
        "flat as it is (90 % within 100 levels)": high - low < 100,
    }.items():
        found[name] = figures(known.images, rows=rows)
    found |= _doubt(data, predict_faces(model, data.images).mood)
    return {name: {k: round(v, 4) for k, v in each.items()} for name, each in found.items()}


def _part(everything: FaceData, part: str) -> FaceData:
    if part != "validation":
        return everything.with_usage(part)
    from vibelux.training.face.targets import split_faces

    return split_faces(everything).validation


def _doubt(data: FaceData, moods: NDArray[np.float32]) -> dict[str, Figures]:
    assert data.votes is not None
    share, usual = agreement(data.votes), ModelStatistics().faces
    unsure = np.array([usual.is_unsure(mood) for mood in moods])
    found: dict[str, Figures] = {}
    for name, rows in {"disputed": share < 0.4, "clear": share >= 0.8}.items():
        low, high = wilson_interval(int(unsure[rows].sum()), int(rows.sum()))
        found[name] = {
            "faces": int(rows.sum()),
            "unsure": float(unsure[rows].mean()),
            "unsure_low": low,
            "unsure_high": high,
        }
    return found


def _clipped(face: NDArray[np.floating]) -> Face:
    return np.clip(np.rint(face), 0, 255).astype(np.uint8)


def _dim(share: float, noise: float) -> Callable[[Face, np.random.Generator], Face]:
    """Return a change to little light: fewer levels, and the noise of a sensor."""
    return lambda face, rng: _clipped(face * share + rng.normal(0, noise, face.shape))


def _shaded(face: Face, rng: np.random.Generator) -> Face:
    """Light from one side, the other in shade."""
    ramp = np.linspace(1.0, 0.15, SIDE)
    return _clipped(face * (ramp if rng.random() < 0.5 else ramp[::-1]))


def _flat(share: float) -> Callable[[Face, np.random.Generator], Face]:
    return lambda face, _rng: _clipped(face.mean() + share * (face - face.mean()))


def _tilted(degrees: float) -> Callable[[Face, np.random.Generator], Face]:
    def change(face: Face, rng: np.random.Generator) -> Face:
        side = degrees * rng.choice([-1, 1])
        wide = np.pad(face, SIDE // 2, mode="edge")
        turned = Image.fromarray(wide).rotate(side, Image.Resampling.BILINEAR)
        return np.array(turned)[SIDE // 2 : -SIDE // 2, SIDE // 2 : -SIDE // 2]

    return change


def _small(side: int) -> Callable[[Face, np.random.Generator], Face]:
    def change(face: Face, _rng: np.random.Generator) -> Face:
        small = sample(face, Window(0, 0, SIDE, SIDE), width=side, height=side)
        return sample(small, Window(0, 0, side, side), width=SIDE, height=SIDE)

    return change


def _blurred(radius: float) -> Callable[[Face, np.random.Generator], Face]:
    return lambda face, _rng: np.array(
        Image.fromarray(face).filter(ImageFilter.GaussianBlur(radius))
    )


def _drawn(
    draw: Callable[[ImageDraw.ImageDraw, Face, np.random.Generator], None],
) -> Callable[[Face, np.random.Generator], Face]:
    """Return a change that draws on a face in quarters of a pixel."""

    def change(face: Face, rng: np.random.Generator) -> Face:
        fine = Image.fromarray(face).resize((SIDE * FINE, SIDE * FINE), Image.Resampling.BILINEAR)
        draw(ImageDraw.Draw(fine), face, rng)
        return np.array(fine.resize((SIDE, SIDE), Image.Resampling.BOX))

    return change


EYES = 0.39 * SIDE
"""Height of the eyes in FER2013's crops; they are 0.365 of the side apart."""


def _glasses(dark: bool) -> Callable[[ImageDraw.ImageDraw, Face, np.random.Generator], None]:
    def draw(pen: ImageDraw.ImageDraw, _face: Face, rng: np.random.Generator) -> None:
        level = int(rng.integers(10, 50))
        for x in (SIDE * 0.3175, SIDE * 0.6825):
            place = [FINE * v for v in (x - 6.5, EYES - 4.5, x + 6.5, EYES + 5)]
            pen.ellipse(place, fill=level if dark else None, outline=level, width=FINE)
        pen.line([FINE * v for v in (21.5, EYES - 1, 26.5, EYES - 1)], fill=level, width=FINE)

    return draw


def _band(pen: ImageDraw.ImageDraw, _face: Face, rng: np.random.Generator) -> None:
    place = [FINE * v for v in (3, EYES - 5, 45, EYES + 5)]
    pen.rectangle(place, fill=int(rng.integers(0, 60)))


def _mask(pen: ImageDraw.ImageDraw, _face: Face, rng: np.random.Generator) -> None:
    level = int(rng.integers(20, 240))
    edge = [(8, 27), (20, 25), (24, 24), (28, 25), (40, 27), (37, 43), (30, 47), (18, 47), (11, 43)]
    pen.polygon([(FINE * x, FINE * y) for x, y in edge], fill=level)
    for y in (31, 35, 39):
        pen.line([FINE * v for v in (9, y, 39, y)], fill=max(0, level - 25), width=FINE // 2)


CONDITIONS: dict[str, Callable[[Face, np.random.Generator], Face]] = {
    "a fifth of the light": _dim(0.2, 2),
    "a tenth of the light": _dim(0.1, 2),
    "one side in shade": _shaded,
    "half the contrast": _flat(0.5),
    "a quarter of the contrast": _flat(0.25),
    "glasses": _drawn(_glasses(dark=False)),
    "sunglasses": _drawn(_glasses(dark=True)),
    "eyes hidden": _drawn(_band),
    "mouth hidden by a mask": _drawn(_mask),
    "tilted by 10°": _tilted(10),
    "tilted by 20°": _tilted(20),
    "tilted by 30°": _tilted(30),
    "26 px wide": _small(32),
    "16 px wide": _small(20),
    "blurred by 1 px": _blurred(1),
    "blurred by 2 px": _blurred(2),
    "upside down": lambda face, _rng: np.ascontiguousarray(face[::-1, ::-1]),
}


WIDTHS = {"26 px wide": 26, "16 px wide": 16}
"""Of the face in pixels, where that is what is changed."""


if __name__ == "__main__":
    print(json.dumps(measure(*sys.argv[1:2]), indent=2, ensure_ascii=False))

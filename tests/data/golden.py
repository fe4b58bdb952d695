"""Write golden.json and its frames: what lies between a frame and a mood, number by number.

    python tests/data/golden.py

Run it whenever the weights of the detector or the face model change. docs/preprocessing.md
describes the steps; another implementation is right if it gets these numbers from these frames.
"""

import base64
import hashlib
import json
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from vibelux.face.box import Box, merged, tilt_of
from vibelux.face.detector import FaceDetector, reduced
from vibelux.face.expression import ExpressionModel, crop_face
from vibelux.face.followed import Followed
from vibelux.face.reading import FaceReader, as_grey, judge, mouth_shown, sharpness
from vibelux.face.sampling import Window, sample, sample_levelled
from vibelux.face.sources import PICTURE_LOOKS

HERE = Path(__file__).resolve().parent
GOLDEN = HERE / "golden.json"
_DRAWN = runpy.run_path(str(HERE.parent / "face" / "drawn_face.py"))

COLOURS = [(0, 0, 0), (255, 255, 255), (255, 0, 0), (0, 255, 0), (0, 0, 255), (1, 1, 1),
           (200, 150, 120), (12, 34, 56), (90, 91, 1), (254, 253, 17)]  # fmt: skip

WINDOWS = [
    ((0, 0, 97, 61), (97, 61)),  # itself
    ((0, 0, 97, 61), (32, 20)),  # smaller
    ((10.25, 5.5, 12.125, 9.75), (24, 24)),  # larger, between pixels
    ((-8.3, -4.7, 40.1, 40.1), (16, 16)),  # beyond the upper left corner
    ((80.6, 30.2, 33.3, 50.5), (20, 48)),  # beyond the lower right one; larger and smaller
    ((500, 500, 3, 3), (2, 2)),  # far away
]

LEVELLED = [
    ((10.25, 5.5, 40.5, 40.5), 24, 17.3),  # clockwise
    ((30, 10, 33.3, 33.3), 48, -38.25),  # the other way; enlarged
    ((-8.3, -4.7, 90.1, 90.1), 16, 59.9),  # beyond the picture
]
"""Squares, sizes, degrees."""

TILTED = [
    [(20, 20), (40, 20.5), (30, 30), (22, 40), (38, 40)],  # nearly level
    [(20, 20), (40, 28), (28, 32), (16, 40), (32, 46)],
    [(20, 30), (38, 22), (32, 36), (28, 46), (42, 39)],
    [(40, 20), (20, 22), (30, 30), (38, 40), (22, 40)],  # upside down: mistaken
]
"""Right and left eye, nose, right and left corner of the mouth."""


def frames() -> dict[str, np.ndarray]:
    """Return name -> frame [shape=(h, w, 3), dtype=uint8] RGB."""
    look, draw_frame = _DRAWN["Look"], _DRAWN["draw_frame"]
    tint = np.array([1.0, 0.82, 0.7])

    def coloured(grey: np.ndarray) -> np.ndarray:
        return np.rint(grey[:, :, None] * tint).astype(np.uint8)

    noise = np.random.default_rng(0).integers(0, 256, (61, 97, 3), np.uint8)
    return {
        "portrait.png": coloured(draw_frame((180, 70, 270), look=look(smile=0.8))),
        "edge.png": coloured(
            draw_frame((-50, 60, 170), (190, 40, 190), width=417, height=311, look=look(tilt=12))
        ),
        "surprise.png": coloured(
            draw_frame((30, 60, 150), width=210, height=330, look=look(open_mouth=1, smile=-0.2))
        ),
        "noise.png": noise,
    }


PLACED = {
    "portrait.png": [(260.125, 130.5, 110.75, 140)],
    "edge.png": [(-20.5, 80.25, 90.5, 120), (380, 250, 60, 80)],
    "surprise.png": [(70, 90, 20.5, 30)],
    "noise.png": [(20.2, 10.1, 38.709677419354840, 50)],
}
"""Boxes for crops that do not depend on the detector."""

TILTS = (-21.5, 33.0)
"""Degrees by which the faces in these boxes are taken to be tilted as well."""

LOOKS = [
    # A blur in the background, hardly taken for a face, before a smaller face that is certain.
    [[(20, 10, 300, 320, 0.68, 0), (400, 200, 90, 110, 0.9, 0)]],
    # Before a screen, larger than on the poster behind, which is surer.
    [[(200, 60, 220, 270, 0.75, 0), (20, 30, 40, 50, 0.95, 0)]],
    # Among certain faces the larger one, though it scores a little less.
    [[(0, 0, 60, 80, 0.93, 0), (100, 0, 100, 120, 0.86, 0)]],
    # A face on its side is as wide as its box is high.
    [[(0, 0, 120, 80, 0.9, 1), (200, 0, 100, 130, 0.9, 0)]],
    # A closer look finds the same face again, another one, and an eye within the first.
    [
        [(100, 100, 200, 250, 0.9, 0)],
        [(104, 96, 190, 240, 0.95, 0), (400, 120, 60, 75, 0.85, 0), (150, 160, 40, 40, 0.7, 0)],
    ],
    # The closer look finds it better, and the mouth, which no look takes for the whole.
    [[(100, 100, 100, 120, 0.8, 0)], [(102, 98, 96, 118, 0.95, 0), (130, 180, 40, 20, 0.66, 0)]],
    # One behind the other: both of one look stay.
    [[(0, 0, 100, 120, 0.9, 0), (40, 10, 60, 70, 0.88, 0)]],
]
"""What looks at one picture find: x, y, w, h, score, turn of boxes, look by look."""

FROM = 0.54
"""Score from which on they find it."""

FOLLOWED = [
    # Trembles, a frame is missing, trembles on.
    [(0.0, 200, 100, 120, 150, 0), (0.1, 203, 98, 118, 152, 0), (0.2, 199, 101, 123, 149, 0),
     (0.5, 202, 99, 121, 150, 0)],
    # Moves to the side, faster and faster, and comes near.
    [(0.0, 0, 0, 80, 100, 0), (0.1, 4, 0, 80, 100, 0), (0.2, 20, 2, 84, 104, 0),
     (0.3, 60, 4, 92, 112, 0), (0.4, 100, 6, 100, 125, 0)],
    # Is somebody else; is turned by a quarter; comes twice at one time.
    [(0.0, 0, 0, 80, 100, 0), (0.1, 90, 0, 80, 100, 0)],
    [(0.0, 0, 0, 80, 100, 0), (0.1, 3, 0, 100, 80, 1), (0.1, 5, 0, 100, 80, 1)],
]  # fmt: skip
"""Time and x, y, w, h, turn of a face, frame by frame."""

SHIFTED = [("portrait.png", 0.0, 0.0, 1.0), ("portrait.png", 0.1, -0.06, 1.1),
           ("portrait.png", 0.5, 0.0, 1.0), ("surprise.png", -0.05, 0.1, 0.9)]  # fmt: skip
"""Frames, and how far in widths to the right and down the face was before, and how much wider."""

PHOTOS = [
    *(("portrait.png", quarters) for quarters in range(4)),
    *((name, 0) for name in ("edge.png", "surprise.png", "noise.png")),
]
"""Frames read as picture files, and by how many quarters they lie turned."""


def golden() -> dict[str, Any]:
    """Return what golden.json holds."""
    detector, expression = FaceDetector.load(), ExpressionModel.load()
    noise = as_grey(np.ascontiguousarray(frames()["noise.png"][:, :, ::-1]))
    colours = np.array([COLOURS], np.uint8)[:, :, ::-1]
    levels = as_grey(np.ascontiguousarray(colours))[0].tolist()
    return {
        "detector": detector.model.card.model_id,
        "face": expression.model.card.model_id,
        "grey": [
            {"rgb": list(rgb), "grey": level} for rgb, level in zip(COLOURS, levels, strict=True)
        ],
        "samples": [
            {
                "frame": "noise.png",
                "window": window,
                "size": size,
                "pixels": packed(sample(noise, Window(*window), width=size[0], height=size[1])),
            }
            for window, size in WINDOWS
        ],
        "levelled": [
            {
                "frame": "noise.png",
                "window": window,
                "size": size,
                "degrees": degrees,
                "pixels": packed(
                    sample_levelled(noise, Window(*window), size=size, degrees=degrees)
                ),
            }
            for window, size, degrees in LEVELLED
        ],
        "tilted": [
            {"points": points, "degrees": tilt_of(np.array(points, np.float32))}
            for points in TILTED
        ],
        "looks": [
            {
                "threshold": FROM,
                "found": looks,
                "faces": [_row(box) for box in _merged(looks)],
            }
            for looks in LOOKS
        ],
        "doubts": [_doubt(mood, expression) for mood in _moods()],
        "followed": [{"found": found, "boxes": _followed(found)} for found in FOLLOWED],
        "closer": [_closer(detector, *shifted) for shifted in SHIFTED],
        "photos": [_photo(name, quarters, expression) for name, quarters in PHOTOS],
        "frames": [_frame(name, rgb, detector, expression) for name, rgb in frames().items()],
    }


def _moods() -> np.ndarray:
    """Return moods from one emotion alone to all alike [shape=(12, 7)], on four decimals."""
    rng = np.random.default_rng(1)
    drawn = [rng.dirichlet(np.full(7, even)) for even in np.geomspace(0.05, 20, 12)]
    return np.round(drawn, 4)


def _doubt(mood: np.ndarray, expression: ExpressionModel) -> dict[str, Any]:
    """Return whether a mood is too doubtful to be given."""
    return {"mood": mood.tolist(), "unsure": expression.statistics.is_unsure(mood)}


def _merged(looks: list[list[tuple[float, ...]]]) -> list[Box]:
    seen = [[Box(*place, int(turn)) for *place, turn in look] for look in looks]
    return merged(seen, threshold=FROM)


def _row(box: Box) -> list[float]:
    return [box.x, box.y, box.w, box.h, box.score, box.turn]


def _followed(found: list[tuple[float, ...]]) -> list[list[float] | None]:
    """Return the smoothed boxes of a face in frame after frame; None, where it is somebody else."""
    boxes = [(time, Box(*place, 0.9, int(turn))) for time, *place, turn in found]
    known: Followed | None = Followed.begin(boxes[0][1], boxes[0][0])
    smoothed = []
    for time, box in boxes[1:]:
        known = known and known.moved(box, time)
        smoothed.append(known and _row(known.box))
    return smoothed


def _closer(
    detector: FaceDetector, name: str, right: float, down: float, wider: float
) -> dict[str, Any]:
    """Return where a closer look finds a frame's face that was elsewhere in the frame before."""
    grey = as_grey(np.ascontiguousarray(frames()[name][:, :, ::-1]))
    face = detector.detect(grey)[0]
    before = replace(face, x=face.x + right * face.w, y=face.y + down * face.w, w=wider * face.w)
    found = detector.closer(grey, face, known=before)
    return {"frame": name, "face": _row(face), "known": _row(before), "found": _row(found)}


def _photo(name: str, quarters: int, expression: ExpressionModel) -> dict[str, Any]:
    """Return what a frame gives as a picture file that lies turned counter-clockwise so."""
    grey = np.rot90(as_grey(np.ascontiguousarray(frames()[name][:, :, ::-1])), quarters)
    reader = FaceReader(expression, FaceDetector.load(looks=PICTURE_LOOKS))
    reading = reader.read(np.ascontiguousarray(grey))
    return {
        "frame": name,
        "quarters": quarters,
        "state": reading.state,
        "boxes": [_row(box) for box, _ in reading.faces],
        "moods": [
            None if mood is None else [round(float(share), 6) for share in mood]
            for _, mood in reading.faces
        ],
    }


def _frame(
    name: str, rgb: np.ndarray, detector: FaceDetector, expression: ExpressionModel
) -> dict[str, Any]:
    grey = as_grey(np.ascontiguousarray(rgb[:, :, ::-1]))
    small, factor = reduced(grey, longer_side=detector.longer_side, multiple=detector.multiple)
    boxes = detector.detect(grey)
    placed = [Box(*place, 1.0, tilt=tilt) for place in PLACED[name] for tilt in (0.0, *TILTS)]
    return {
        "frame": name,
        "grey_sha256": hashlib.sha256(grey.tobytes()).hexdigest(),
        "input": {
            "width": small.shape[1],
            "height": small.shape[0],
            "factor": factor,
            "sha256": hashlib.sha256(small.tobytes()).hexdigest(),
        },
        "boxes": [[box.x, box.y, box.w, box.h, box.score] for box in boxes],
        "faces": [_face(grey, box, expression) for box in (*boxes, *placed)],
    }


def _face(grey: np.ndarray, box: Box, expression: ExpressionModel) -> dict[str, Any]:
    crop = crop_face(grey, box, scale=expression.crop_scale, size=expression.size)
    answer = expression.predict(crop[None])
    return {
        "box": [box.x, box.y, box.w, box.h],
        "tilt": box.tilt,
        "crop": packed(crop),
        "mood": [round(float(share), 6) for share in answer.moods[0]],
        "label": [round(float(share), 6) for share in answer.labels[0]],
        "sharpness": round(sharpness(crop), 6),
        "mouth": round(mouth_shown(crop), 6),
        "state": judge(box, crop, answer.moods[0], expression.statistics),
    }


def packed(pixels: np.ndarray) -> str:
    """Return the bytes of pixels, row after row, as base64."""
    return base64.b64encode(pixels.tobytes()).decode("ascii")


if __name__ == "__main__":
    for name, rgb in frames().items():
        Image.fromarray(rgb).save(HERE / name, optimize=True)
    GOLDEN.write_text(json.dumps(golden(), indent=1) + "\n", encoding="utf-8")
    print(f"wrote {GOLDEN.name} and {len(frames())} frames")

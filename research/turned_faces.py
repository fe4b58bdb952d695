"""What happens to the mood when a picture is turned by a quarter or by half.

    python research/turned_faces.py

Pictures with one face from the detector's research data (it learnt from most of them), and
FER2013's PublicTest faces in a frame of their own border; each as it is, and turned. `stream` is
what the camera and videos get, `picture` what an image file gets. Of the pictures whose upright
face is read: the share in which it is taken for a turned one, and for each turn the share that gets
a mood, and that gets another strongest emotion than upright.
"""

import json
import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from data import DATA
from vibelux.datasets.face_boxes import read_face_boxes
from vibelux.face.detector import FaceDetector
from vibelux.face.expression import ExpressionModel
from vibelux.face.image import read_image
from vibelux.face.reading import FaceReader
from vibelux.face.sampling import Window, sample
from vibelux.face.sources import PICTURE_LOOKS

EACH = 150
"""Pictures of each collection."""

TURNS = {"half": 2, "left": 1, "right": 3}
"""Counter-clockwise quarter turns."""

Grey = NDArray[np.uint8]


def measure() -> dict[str, float]:
    """Return the shares for each kind of reading."""
    expression = ExpressionModel.load()
    pictures = {
        "wild": [p for name in ("boxes.csv", "wild.csv") for p in _pictures(name)],
        "fer2013": list(_framed()),
    }
    figures = {}
    for kind, looks in (("stream", 1), ("picture", PICTURE_LOOKS)):
        reader = FaceReader(expression, FaceDetector.load(looks=looks))
        for source, greys in pictures.items():
            if greys:
                shares = _shares(reader, greys)
                figures |= {f"{source}_{kind}_{name}": value for name, value in shares.items()}
    return {name: round(float(value), 4) for name, value in figures.items()}


def _shares(reader: FaceReader, greys: list[Grey]) -> dict[str, float]:
    began = time.process_time()
    upright = [reader.read(grey) for grey in greys]
    spent = time.process_time() - began
    read = [
        (grey, seen) for grey, seen in zip(greys, upright, strict=True) if seen.mood is not None
    ]
    shares = {
        "pictures": len(greys),
        "read": len(read) / len(greys),
        "taken_for_turned": np.mean([seen.face.turn != 0 for _, seen in read]),
        "ms": 1000 * spent / len(greys),
    }
    for name, turn in TURNS.items():
        moods = [reader.read(np.ascontiguousarray(np.rot90(grey, turn))).mood for grey, _ in read]
        given = [mood is not None for mood in moods]
        other = [
            mood is not None and mood.argmax() != seen.mood.argmax()
            for mood, (_, seen) in zip(moods, read, strict=True)
        ]
        shares |= {f"{name}_mood": np.mean(given), f"{name}_other_mood": np.mean(other)}
    return shares


def _pictures(name: str) -> Iterator[Grey]:
    """Yield pictures with one face, of every collection in a list of boxes."""
    path = DATA / "facedet" / name
    if not path.exists():
        return
    taken: dict[str, int] = {}
    images = read_face_boxes(path).images
    for place in np.random.default_rng(0).permutation(len(images)):
        image = images[place]
        alone = len(image.faces) == 1 and not len(image.ignored)
        if alone and taken.get(image.dataset, 0) < EACH:
            taken[image.dataset] = taken.get(image.dataset, 0) + 1
            yield read_image(image.path).grey


def _framed() -> Iterator[Grey]:
    """Yield FER2013 faces, 150 pixels wide, in frames of 320×240 that their border fills."""
    path = DATA / "face" / "fer2013.npz"
    if not path.exists():
        return
    with np.load(path) as stored:
        known = np.flatnonzero((stored["usage"] == "PublicTest") & ~stored["blank"])
        chosen = np.random.default_rng(0).choice(known, 2 * EACH, replace=False)
        faces = np.cumsum(stored["images_dx"], axis=2, dtype=np.uint8)[chosen]
    scale = 48 / 150
    window = Window(-85 * scale, -45 * scale, 320 * scale, 240 * scale)
    for face in faces:
        yield sample(face, window, width=320, height=240)


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))

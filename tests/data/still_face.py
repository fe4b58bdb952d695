"""Write still_face.json: what the shipped model reads of a face that keeps still, before a webcam.

    python tests/data/still_face.py

Run it after a change of the shipped face model. A drawn face sways as people do who sit still, in a
light that is not quite steady, with a sensor's noise; then its expression changes. The tests of the
page make the one mood of it, those of the package look whether the model still says the same.
"""

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibelux.face.reading import FaceReader
from vibelux.face.tracker import FaceTracker

DATA = Path(__file__).resolve().parent
GOLDEN = DATA / "still_face.json"

FPS = 10
STILL_SECONDS, CHANGED_SECONDS = 60, 8

WARM_UP = 20
"""Frames after which it hardly matters any more where a face was first seen."""

_DRAWN = runpy.run_path(str(DATA.parent / "face" / "drawn_face.py"))
_NOISE = 6.0  # standard deviation in levels of 255: a webcam in a living room
_SWAY = 4.0  # pixels of 640
_FLICKER = 0.02


def frames(count: int, *, start: int = 0) -> list[NDArray[np.uint8]]:
    """Return frames [shape=(480, 640), dtype=uint8] of the drawn face, from a number on."""
    found = []
    for number in range(start, start + count):
        rng, time = np.random.default_rng(number), number / FPS
        changed = number >= FPS * STILL_SECONDS
        look = _DRAWN["Look"](skin=0.35, hair=0.3, smile=0.0 if changed else 1.5)
        left = 200 + _SWAY * np.sin(2 * np.pi * time / 7) + rng.normal(0, 0.6)
        top = 110 + _SWAY / 2 * np.sin(time)
        grey = _DRAWN["draw_frame"]((round(left), round(top), 230), look=look).astype(float)
        grey *= 1 + _FLICKER * np.sin(2 * np.pi * time / 5)
        grey += rng.normal(0, _NOISE, grey.shape)
        found.append(np.clip(grey, 0, 255).astype(np.uint8))
    return found


def moods(count: int, *, start: int = 0) -> list[list[float]]:
    """Return each frame's own mood, rounded, of a face that has been followed for a while."""
    tracker = FaceTracker(FaceReader.load())
    begun = max(0, start - WARM_UP)
    seen = frames(count + start - begun, start=begun)
    read = [tracker.read(frame, time=n / FPS).own for n, frame in enumerate(seen, begun)]
    own = read[start - begun :]
    return [np.round(mood.astype(float), 3).tolist() for mood in own if mood is not None]


def main() -> None:
    """Write the file."""
    still = FPS * STILL_SECONDS
    golden: dict[str, Any] = {
        "fps": FPS,
        "still": moods(still),
        "changed": moods(FPS * CHANGED_SECONDS, start=still),
    }
    GOLDEN.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()

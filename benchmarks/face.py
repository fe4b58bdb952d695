"""How long one 640×480 frame takes on one thread: find, crop and classify the faces.

Also how long the detector's graph alone takes for an input of 320×240. The frames come from the
webcam clips of the research data; without these, a face is drawn.
"""

import json
import os
import runpy
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibelux.face.box import Box
from vibelux.face.detector import FaceDetector
from vibelux.face.expression import crop_face
from vibelux.face.reading import FaceReader, as_grey
from vibelux.face.sampling import Window, sample
from vibelux.face.video import video_frames

ROOT = Path(__file__).resolve().parent.parent
FRAMES = 100
ROUNDS = 3


def measure() -> dict[str, float]:
    """Return the median and 95th percentile in milliseconds of each step and of all."""
    reader = FaceReader.load()  # ONNX Runtime with one thread
    graph = FaceDetector.load().model
    scale = reader.expression.crop_scale
    frames = [np.dstack([grey] * 3) for grey in _frames()]
    for frame in frames[:5]:
        reader.read(frame)

    steps = ("total", "detect", "crop", "classify", "detector")
    taken: dict[str, list[float]] = {step: [] for step in steps}
    for _ in range(ROUNDS):
        for frame in frames:
            begun = time.perf_counter()
            grey = as_grey(frame)
            boxes = reader.detector.detect(grey)
            found = time.perf_counter()
            # A frame without a face pays for one anyway, so that it does not look fast.
            faces = boxes or [Box(270, 190, 100, 125, 0.0)]
            crops = np.stack([crop_face(grey, box, scale=scale) for box in faces])
            cut = time.perf_counter()
            reader.expression.predict(crops)
            done = time.perf_counter()
            small = sample(grey, Window(0, 0, 640, 480), width=320, height=240)[None]
            given = time.perf_counter()
            graph.run(small)
            alone = time.perf_counter() - given
            again = time.perf_counter()
            reader.read(frame)  # everything, including which way up each face is
            whole = time.perf_counter() - again
            for name, seconds in zip(
                steps, (whole, found - begun, cut - found, done - cut, alone), strict=True
            ):
                taken[name].append(1000 * seconds)
    return {
        f"face_{name}_{word}_ms": round(float(np.percentile(values, share)), 2)
        for name, values in taken.items()
        for word, share in (("median", 50), ("p95", 95))
    }


def _frames() -> list[NDArray[np.uint8]]:
    """Return grey 640×480 frames with one face each."""
    data = Path(os.environ.get("VIBELUX_DATA") or ROOT.parent / "shared" / "data")
    clips = sorted((data / "media").glob("*.mkv"))
    frames = [frame.grey for clip in clips for frame in video_frames(clip, rate=10)]
    if frames:
        return frames[:: max(1, len(frames) // FRAMES)][:FRAMES]
    draw_frame = runpy.run_path(str(ROOT / "tests" / "face" / "drawn_face.py"))["draw_frame"]
    noise = np.random.default_rng(0)
    drawn = []
    for left in range(40, 440, 20):
        frame = draw_frame((left, 140, 160)).astype(np.float64) + noise.normal(0, 6, (480, 640))
        drawn.append(frame.clip(0, 255).astype(np.uint8))
    return drawn


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))

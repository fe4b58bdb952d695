"""How steady the mood of a stream is, and how soon it follows a change.

On the webcam clips of the research data: changes of the strongest emotion per second, of single
frames and smoothed. On FER2013's PublicTest: faces held still in front of a camera (each frame is
cropped anew, with a trembling box (1.2 pixels of 48, 3 % of the size) and sensor noise (4 grey
levels)), and steps from one such face to another. A single exponential filter with the same delay
is measured for comparison. Without the data, only the step between two pure moods is measured.

On portraits that the detector has not learnt from, each shown for some seconds as by a webcam: they
sway as people do who sit still, with a sensor's noise. How far the smoothed mood is from its own
mean, if each frame's face is read where the detector finds it, and as `FaceTracker` does. Both have
the same delay.
"""

import json
import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data import DATA
from vibelux.datasets.face_box_split import split_boxes
from vibelux.datasets.face_boxes import read_face_boxes
from vibelux.emotions import EMOTIONS, Mood
from vibelux.face.expression import ExpressionModel
from vibelux.face.image import read_image
from vibelux.face.reading import FaceReader
from vibelux.face.sampling import Window, sample
from vibelux.face.sources import moments_of_video
from vibelux.face.tracker import FaceTracker, SmoothMood

TIME_CONSTANT = 0.5  # the default of FaceTracker
SINGLE = 0.56  # of a single filter that takes as long to follow, on average
RATE = 15
SECONDS = 3
PORTRAITS = 24
HELD_SECONDS = 4
SWAY = 4.0  # pixels
SENSOR = 6.0  # standard deviation in levels of 255
FACES = 400
PAIRS = 200

Smooth = Callable[[NDArray[np.float32]], NDArray[np.float64]]


def measure() -> dict[str, float]:
    """Return changes per second and delays in seconds."""
    figures = _pure_step()
    clips = sorted((DATA / "media").glob("*.mkv"))
    if clips:
        figures |= _clips(clips)
    boxes = DATA / "facedet" / "boxes.csv"
    if boxes.exists():
        figures |= _portraits(boxes)
    if (DATA / "face" / "fer2013.npz").exists():
        figures |= _faces(DATA / "face" / "fer2013.npz")
    return {name: round(value, 3) for name, value in figures.items()}


def _pure_step() -> dict[str, float]:
    """Return how long our filter takes from one pure mood to another."""
    old, new = np.eye(len(EMOTIONS), dtype=np.float32)[[3, 5]]
    smooth = SmoothMood(TIME_CONSTANT)
    smooth.begin(old, 0.0)
    shares = np.array([smooth.step(new, number / 1000)[5] for number in range(1, 2001)])
    return {
        f"steady_step_{name}_s": (np.argmax(shares >= share) + 1) / 1000
        for name, share in (("half", 0.5), ("63", 1 - math.exp(-1)), ("90", 0.9))
    }


def _clips(clips: Sequence[Path]) -> dict[str, float]:
    before = after = 0
    seconds = 0.0
    for clip in clips:
        moments = list(moments_of_video(clip))
        before += changes([moment.own for moment in moments])
        after += changes([moment.reading.mood for moment in moments])
        seconds += moments[-1].time
    return {"steady_clips_before": before / seconds, "steady_clips_after": after / seconds}


def _portraits(boxes: Path) -> dict[str, float]:
    """Return how far smoothed moods of still faces are from their mean (total variation)."""
    held = [image for image in split_boxes(read_face_boxes(boxes)).held if image.dataset == "helen"]
    reader = FaceReader.load()
    random = np.random.default_rng(0)
    away: dict[str, list[float]] = {"alone": [], "followed": []}
    for image in held[:PORTRAITS]:
        picture = read_image(image.path).grey
        height, width = picture.shape
        tracker, smooth = FaceTracker(reader), SmoothMood(TIME_CONSTANT)
        moods: dict[str, list[Mood]] = {"alone": [], "followed": []}
        for number in range(RATE * HELD_SECONDS):
            time = number / RATE
            x = SWAY * math.sin(2 * math.pi * time / 7) + random.normal(0, 0.6)
            y = SWAY / 2 * math.sin(time)
            moved = sample(picture, Window(x, y, width, height), width=width, height=height)
            noisy = (moved + random.normal(0, SENSOR, moved.shape)).clip(0, 255).astype(np.uint8)
            alone = reader.read(noisy).mood
            if alone is not None:
                moods["alone"].append(smooth.step(alone, time))
            followed = tracker.read(noisy, time=time).reading.mood
            if followed is not None:
                moods["followed"].append(followed)
        if min(map(len, moods.values())) < RATE * HELD_SECONDS / 2:
            continue  # neither way is there much of a mood
        for name, found in moods.items():
            settled = np.stack(found[RATE:])
            away[name].append(np.abs(settled - settled.mean(axis=0)).sum(axis=1).mean() / 2)
    return {f"steady_portraits_{name}": float(np.mean(each)) for name, each in away.items()}


def _faces(path: Path) -> dict[str, float]:
    """Return the figures of still faces and of steps between them."""
    random = np.random.default_rng(0)
    with np.load(path) as data:
        test = np.flatnonzero((data["usage"] == "PublicTest") & ~data["blank"])
        chosen = random.choice(test, FACES, replace=False)
        pictures = np.cumsum(data["images_dx"], axis=2, dtype=np.uint8)[chosen]
    model = ExpressionModel.load()
    moods = np.stack([model.predict(_still(face, random)).moods for face in pictures])
    figures = {"steady_still_before": np.mean([changes(list(one)) for one in moods]) / SECONDS}

    means = moods.mean(axis=1)
    pairs = [random.choice(FACES, 2, replace=False) for _ in range(20 * PAIRS)]
    pairs = [pair for pair in pairs if np.ptp(means[pair].argmax(axis=1))][:PAIRS]
    for name, smooth in (("after", ours), ("single", single)):
        still = np.mean([changes(list(smooth(one))) for one in moods])
        figures[f"steady_still_{name}"] = still / SECONDS
        delays = np.array([_delays(smooth, moods[old], moods[new]) for old, new in pairs])
        named, gone = delays.T
        figures |= {
            f"steady_faces_{name}_mean_s": named.mean(),
            f"steady_faces_{name}_median_s": np.median(named),
            f"steady_faces_{name}_p90_s": np.quantile(named, 0.9),
            f"steady_faces_{name}_63_s": np.median(gone),
        }
    return {key: float(value) for key, value in figures.items()}


def _still(face: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Return one crop per frame [shape=(k, 48, 48)] of a face that holds still."""
    crops = []
    for _ in range(RATE * SECONDS):
        side, (right, down) = 48 / (1 + random.normal(0, 0.03)), random.normal(0, 1.2, 2)
        box = Window(24 - side / 2 + right, 24 - side / 2 + down, side, side)
        moved = sample(face, box, width=48, height=48)
        noisy = moved + random.normal(0, 4, moved.shape)
        crops.append(noisy.clip(0, 255).astype(np.uint8))
    return np.stack(crops)


def ours(moods: NDArray[np.float32]) -> NDArray[np.float64]:
    """Smooth moods [shape=(k, 7)] as `FaceTracker` does."""
    smooth = SmoothMood(TIME_CONSTANT)
    return np.stack([smooth.step(mood, number / RATE) for number, mood in enumerate(moods)])


def single(moods: NDArray[np.float32]) -> NDArray[np.float64]:
    """Smooth moods [shape=(k, 7)] by one exponential filter."""
    smoothed = [moods[0].astype(np.float64)]
    for mood in moods[1:]:
        smoothed.append(smoothed[-1] - math.expm1(-1 / RATE / SINGLE) * (mood - smoothed[-1]))
    return np.stack(smoothed)


def _delays(
    smooth: Smooth, old: NDArray[np.float32], new: NDArray[np.float32]
) -> tuple[float, float]:
    """Return when the new face's emotion is the strongest, and when 63 % of the step is done."""
    after = smooth(np.concatenate([old, new]))[len(old) :]
    begun, end = old.mean(axis=0), new.mean(axis=0)
    way = (after - begun) @ (end - begun) / ((end - begun) @ (end - begun))
    named = after.argmax(axis=1) == end.argmax()
    first, gone = (
        np.argmax(reached) if reached.any() else len(after)
        for reached in (named, way >= 1 - math.exp(-1))
    )
    return (first + 1) / RATE, (gone + 1) / RATE


def changes(moods: Sequence[Mood | None]) -> int:
    """Return how often the strongest emotion changes from one mood to the next, ignoring gaps."""
    strongest = [None if mood is None else int(np.argmax(mood)) for mood in moods]
    return sum(
        before is not None and after is not None and before != after
        for before, after in pairwise(strongest)
    )


if __name__ == "__main__":
    print(json.dumps(measure(), indent=2))

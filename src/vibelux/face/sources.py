"""The mood of a picture, a video or the camera. Nothing that is seen is written anywhere."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibelux.emotions import as_mood
from vibelux.face.camera import Camera
from vibelux.face.detector import HaarDetector
from vibelux.face.image import read_image
from vibelux.face.reading import FaceReader, FaceReading, State
from vibelux.face.tracker import MainFace
from vibelux.face.video import video_frames

PICTURE_SIDE = 800
"""Pixels to which a picture's longer side is reduced for the detector; one picture may take
longer than one frame of a stream."""

CAMERA_SECONDS = 2.0


def mood_of_image(path: Path, *, model_path: Path | None = None) -> FaceReading:
    """Read the most prominent face of an image file.

    Args:
        path: the picture; boxes of the result are in its (upright) pixels.
        model_path: an ONNX file used instead of the shipped one.

    Raises:
        ImageError: as `vibelux.face.image.read_image`.
        ModelError: as `vibelux.models.load_model`.

    """
    picture = read_image(path)
    detector = HaarDetector(working_side=PICTURE_SIDE, patient=True)
    reader = FaceReader.load(model_path, detector=detector)
    return reader.read(picture.grey).scaled(picture.reduction)


def mood_of_video(path: Path, *, model_path: Path | None = None) -> FaceReading:
    """Average the main face's mood over a video file.

    Raises:
        VideoError: as `vibelux.face.video.video_frames`.
        ModelError: as `vibelux.models.load_model`.

    """
    frames = ((frame.time, frame.grey) for frame in video_frames(path))
    return average(frames, FaceReader.load(model_path))


def mood_of_camera(
    device: int = 0, *, seconds: float = CAMERA_SECONDS, model_path: Path | None = None
) -> FaceReading:
    """Average the main face's mood over a moment before the camera.

    Raises:
        CameraError: as `vibelux.face.camera.Camera`.
        ModelError: as `vibelux.models.load_model`.

    """
    reader = FaceReader.load(model_path)
    with Camera(device) as camera:
        return average(_until(camera.frames(), seconds), reader)


def average(frames: Iterable[tuple[float, NDArray[np.uint8]]], reader: FaceReader) -> FaceReading:
    """Average the main face's mood over frames.

    Args:
        frames: (time in seconds, frame as of `FaceReader.read`), at least one.
        reader: reads each frame.

    Returns:
        the reading of the frame whose mood is nearest to the average, with the average as its
        mood; if no frame is ``ok``, the last frame of the state that was met most often.

    """
    main = MainFace()
    read: list[FaceReading] = []
    other: dict[State, list[FaceReading]] = {}
    for time, frame in frames:
        known = main.box(time)
        reading = reader.read(frame, near=known)
        same = main.follow(reading, time)
        if reading.mood is None:
            other.setdefault(reading.state, []).append(reading)
        elif same or known is None:  # not somebody else while the main face is away for a moment
            read.append(reading)
    if not read:
        return max(other.values(), key=len)[-1]
    moods = np.stack([reading.mood for reading in read if reading.mood is not None])
    mean = moods.mean(axis=0, dtype=np.float64)
    typical = read[int(np.argmin(np.abs(moods - mean).sum(axis=1)))]
    mood = as_mood(mean)
    return replace(typical, mood=mood, faces=((typical.faces[0][0], mood), *typical.faces[1:]))


def _until(
    frames: Iterator[tuple[float, NDArray[np.uint8]]], seconds: float
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Yield frames for some seconds, at least one."""
    end = None
    for time, frame in frames:
        end = time + seconds if end is None else end
        yield time, frame
        if time >= end:
            return

"""The mood of a picture, a video or the camera. No picture is ever written anywhere."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from vibelux.emotions import Mood, as_mood
from vibelux.face.camera import Camera
from vibelux.face.detector import FaceDetector
from vibelux.face.image import read_image
from vibelux.face.reading import FaceReader, FaceReading, State
from vibelux.face.tracker import FaceTracker, Moment
from vibelux.face.video import video_frames

PICTURE_LOOKS = 3
"""Sizes at which faces are looked for in a picture, 320 to 1280 pixels: one picture may take longer
than one frame of a stream."""

GROUP_LOOKS = 2
"""Sizes at which the faces of a group are looked for in a stream: who stands behind the others is
found by one more look."""

CAMERA_SECONDS = 2.0

VIDEO_RATE = 10.0
"""Frames per second of a video that are analysed."""

VIDEO_FRAMES = 600
"""Most frames of a video that are analysed; one longer than a minute is sampled evenly."""


def mood_of_image(
    path: Path, *, model_path: Path | None = None, group: bool = False
) -> FaceReading:
    """Read the faces of an image file.

    Args:
        path: the picture; boxes of the result are in its (upright) pixels.
        model_path: an ONNX file used instead of the shipped one.
        group: whether the mood is the average of all faces that can be read instead of the most
            prominent one's.

    Raises:
        ImageError: as `vibelux.face.image.read_image`.
        ModelError: as `vibelux.models.load_model`.

    """
    picture = read_image(path)
    reader = FaceReader.load(model_path, detector=FaceDetector.load(looks=PICTURE_LOOKS))
    reading = reader.read(picture.grey).scaled(picture.reduction)
    return reading.grouped() if group else reading


def mood_of_video(
    path: Path, *, model_path: Path | None = None, group: bool = False
) -> FaceReading:
    """Average the mood over a video file.

    Args:
        path: the video.
        model_path: see `mood_of_image`.
        group: see `mood_of_image`.

    Raises:
        VideoError: as `vibelux.face.video.video_frames`.
        ModelError: as `vibelux.models.load_model`.

    """
    return average(moments_of_video(path, model_path=model_path, group=group), group=group)


def mood_of_camera(
    device: int = 0,
    *,
    seconds: float = CAMERA_SECONDS,
    model_path: Path | None = None,
    group: bool = False,
) -> FaceReading:
    """Average the mood over some seconds before the camera.

    Args:
        device: the camera's number.
        seconds: from the first frame to the last.
        model_path: see `mood_of_image`.
        group: see `mood_of_image`.

    Raises:
        CameraError: as `vibelux.face.camera.Camera`.
        ModelError: as `vibelux.models.load_model`.

    """
    with closing(moments_of_camera(device, model_path=model_path, group=group)) as moments:
        return average(_until(moments, seconds), group=group)


def moments_of_video(
    path: Path, *, model_path: Path | None = None, group: bool = False
) -> Generator[Moment, None, None]:
    """Yield what a video shows, frame by frame, with the mood smoothed over time.

    Raises:
        VideoError: as `vibelux.face.video.video_frames`.
        ModelError: as `vibelux.models.load_model`.

    """
    tracker = _tracker(model_path, group=group)
    for frame in video_frames(path, rate=VIDEO_RATE, limit=VIDEO_FRAMES):
        yield tracker.read(frame.grey, time=frame.time)


def moments_of_camera(
    device: int = 0, *, model_path: Path | None = None, group: bool = False
) -> Generator[Moment, None, None]:
    """Yield what the camera sees, without end, with the mood smoothed over time.

    Each moment is of the newest frame; frames that arrive meanwhile are dropped. Close the
    generator to release the camera. Times count from the first frame.

    Raises:
        CameraError: as `vibelux.face.camera.Camera`.
        ModelError: as `vibelux.models.load_model`.

    """
    tracker = _tracker(model_path, group=group)
    with Camera(device) as camera:
        begun = None
        for time, frame in camera.frames():
            begun = time if begun is None else begun
            yield tracker.read(frame, time=time - begun)


def _tracker(model_path: Path | None, *, group: bool) -> FaceTracker:
    detector = FaceDetector.load(looks=GROUP_LOOKS if group else 1)
    return FaceTracker(FaceReader.load(model_path, detector=detector), group=group)


def average(moments: Iterable[Moment], *, group: bool = False) -> FaceReading:
    """Average the mood over moments.

    Args:
        moments: at least one.
        group: whether their mood is a group's.

    Returns:
        the reading of the frame whose own mood is nearest to the average of all, with that average
        as its mood; if no frame has a mood, the last frame of the commonest state.

    """
    read: list[FaceReading] = []
    moods: list[Mood] = []
    other: dict[State, list[FaceReading]] = {}
    for moment in moments:
        if moment.own is not None:
            read.append(moment.frame)
            moods.append(moment.own)
        elif not moment.held:
            other.setdefault(moment.frame.state, []).append(moment.frame)
    if not read:
        return max(other.values(), key=len)[-1]
    mean = np.mean(moods, axis=0, dtype=np.float64)
    typical = read[int(np.argmin(np.abs(np.stack(moods) - mean).sum(axis=1)))]
    return typical.with_mood(as_mood(mean), group=group)


def _until(moments: Iterator[Moment], seconds: float) -> Iterator[Moment]:
    """Yield moments for some seconds, at least one."""
    for moment in moments:
        yield moment
        if moment.time >= seconds:
            return

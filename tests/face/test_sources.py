from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from vibelux.errors import CameraError, ImageError, VideoError
from vibelux.face.box import Box
from vibelux.face.detector import FaceDetector
from vibelux.face.reading import FaceReader, FaceReading
from vibelux.face.sources import (
    average,
    moments_of_camera,
    moments_of_video,
    mood_of_camera,
    mood_of_image,
    mood_of_video,
)
from vibelux.face.tracker import FaceTracker

DrawFrame = Callable[..., np.ndarray]
FRAME = np.random.default_rng(0).integers(0, 256, (480, 640), np.uint8)
HERE = Box(200, 150, 120, 120, 0.9)
THERE = Box(480, 300, 60, 60, 0.9)
HAPPY, SAD = np.eye(7)[3], np.eye(7)[5]


def _average(count: int, reader: FaceReader, *, group: bool = False) -> FaceReading:
    tracker = FaceTracker(reader, group=group)
    moments = (tracker.read(FRAME, time=number / 5) for number in range(count))
    return average(moments, group=group)


def test_average_of_the_main_face(known_reader: FaceReader, known_model) -> None:
    known_model.moods = [HAPPY, HAPPY, HAPPY, SAD]
    reading = _average(4, known_reader)
    assert reading.state == "ok"
    assert reading.require()[[3, 5]] == pytest.approx([0.75, 0.25])
    assert reading.face == HERE
    assert reading.faces[0] == (HERE, reading.mood)


def test_frames_without_the_face_do_not_count(
    known_reader: FaceReader, known_detector, known_model
) -> None:
    known_detector.boxes = [[HERE], [], [THERE], [HERE], [THERE, HERE]]
    known_model.moods = [HAPPY, SAD, HAPPY]  # one call for each frame with a face
    reading = _average(5, known_reader)
    assert reading.require()[3] == pytest.approx(1)
    assert reading.face == HERE


def test_without_any_face_the_commonest_state(known_reader: FaceReader, known_detector) -> None:
    small = Box(10, 10, 20, 20, 0.9)
    known_detector.boxes = [[], [small], [small], []]
    reading = _average(3, known_reader)
    assert reading.state == "too_small"
    assert reading.mood is None
    assert reading.face == small


def test_image(tmp_path: Path, draw_frame: DrawFrame) -> None:
    path = tmp_path / "face.png"
    Image.fromarray(draw_frame((200, 100, 220), (20, 20, 120))).save(path)
    reading = mood_of_image(path)
    assert reading.state == "ok"
    assert reading.face is not None
    assert abs(reading.face.centre[0] - 310) < 20
    assert len(reading.faces) == 2
    assert list(tmp_path.iterdir()) == [path]


def test_boxes_are_in_the_pixels_of_the_file(
    tmp_path: Path, draw_face: Callable[[int], np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = np.full((960, 1280), 120, np.uint8)
    picture[300:700, 600:1000] = draw_face(400)
    Image.fromarray(picture).save(tmp_path / "face.jpg", quality=95)
    monkeypatch.setattr("vibelux.face.image.MEMORY", 2 * picture.size)
    face = mood_of_image(tmp_path / "face.jpg").face
    assert face is not None
    assert np.abs(np.subtract(face.centre, (800, 500))).max() < 25
    assert 240 < face.w < 350


def test_image_without_a_face(tmp_path: Path) -> None:
    Image.new("L", (640, 480), 180).save(tmp_path / "wall.png")
    reading = mood_of_image(tmp_path / "wall.png")
    assert (reading.state, reading.mood, reading.faces) == ("no_face", None, ())


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch, known_reader: FaceReader) -> FaceReader:
    """The reader that every source uses: known answers instead of the shipped models."""
    monkeypatch.setattr(FaceReader, "load", lambda *_, **__: known_reader)
    return known_reader


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A second of video at 20 frames per second."""
    path = tmp_path / "clip.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=20)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        stream.bit_rate = 3_000_000
        for _ in range(20):
            frame = av.VideoFrame.from_ndarray(np.dstack([FRAME] * 3), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def test_group_average(known_reader: FaceReader, known_detector, known_model) -> None:
    known_detector.boxes = [[HERE, THERE], [THERE], []]
    known_model.moods = [HAPPY, SAD]
    reading = _average(3, known_reader, group=True)
    assert reading.require()[[3, 5]] == pytest.approx([0.5, 0.5])
    assert reading.faces[0][1] is not None
    assert reading.faces[0][1].max() == 1  # of the face, not of the group


def test_moments_of_a_video(clip: Path, known: FaceReader, known_model) -> None:
    known_model.moods = [HAPPY, SAD]
    moments = list(moments_of_video(clip))
    assert [moment.time for moment in moments] == pytest.approx(np.arange(10) / 10)
    shares = [moment.reading.require()[5] for moment in moments]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert 0.8 < shares[-1] < 1
    assert mood_of_video(clip).state == "ok"
    assert [path.name for path in clip.parent.iterdir()] == [clip.name]


def test_video_average_is_of_the_frames_own_moods(
    clip: Path, known: FaceReader, known_model
) -> None:
    known_model.moods = [HAPPY] * 7 + [SAD]
    assert mood_of_video(clip).require()[5] == pytest.approx(0.3)


def test_group_of_a_video(clip: Path, known: FaceReader, known_detector) -> None:
    known_detector.boxes = [[THERE], [HERE]]  # somebody else from the second frame on
    alone = [moment.own is None for moment in moments_of_video(clip)]
    assert alone == [False, *[True] * 9]
    known_detector.boxes = [[THERE], [HERE]]
    assert all(moment.own is not None for moment in moments_of_video(clip, group=True))


def test_a_group_is_looked_at_once_more(
    clip: Path, known_reader: FaceReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []

    def load(_path: Path | None, *, detector: FaceDetector) -> FaceReader:
        looks.append(detector.looks)
        return known_reader

    monkeypatch.setattr(FaceReader, "load", load)
    for group in (False, True):
        next(moments_of_video(clip, group=group))
    assert looks == [1, 2]


def test_image_of_a_group(tmp_path: Path, known: FaceReader, known_detector) -> None:
    Image.fromarray(FRAME).save(tmp_path / "face.png")
    known_detector.boxes = [[Box(10, 10, 20, 20, 0.9), HERE]]
    assert mood_of_image(tmp_path / "face.png").state == "too_small"
    assert mood_of_image(tmp_path / "face.png", group=True).require()[3] == pytest.approx(0.6)


def test_camera(camera, known: FaceReader) -> None:
    camera.frames, camera.interval = [np.dstack([FRAME] * 3)] * 500, 0.01
    reading = mood_of_camera(1, seconds=0.1)
    assert reading.state == "ok"
    assert camera.made[0].device == 1
    assert camera.made[0].released


def test_moments_of_the_camera_begin_at_zero_and_release_it(camera, known: FaceReader) -> None:
    camera.frames, camera.interval = [np.dstack([FRAME] * 3)] * 500, 0.01
    moments = moments_of_camera(0)
    first, second = next(moments), next(moments)
    assert first.time == 0 < second.time
    assert not camera.made[0].released
    moments.close()
    assert camera.made[0].released


def test_errors_name_the_source(tmp_path: Path, camera) -> None:
    with pytest.raises(ImageError):
        mood_of_image(tmp_path / "none.png")
    with pytest.raises(VideoError):
        mood_of_video(tmp_path / "none.mkv")
    camera.opens = False
    with pytest.raises(CameraError):
        mood_of_camera(0)


def test_clips_of_people(shared_data: Path) -> None:
    clips = sorted((shared_data / "media").glob("*.mkv"))
    if not clips:
        pytest.skip(f"no clips in {shared_data / 'media'}")
    for clip in clips:
        assert mood_of_video(clip).state in ("ok", "unsure"), clip.name

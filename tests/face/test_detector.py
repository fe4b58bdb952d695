from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vibelux.face.detector import Box, HaarDetector, stretched
from vibelux.face.video import video_frames

DrawFrame = Callable[..., np.ndarray]


@pytest.fixture(scope="module")
def detector() -> HaarDetector:
    return HaarDetector()


def _is_at(box: Box, left: float, top: float, side: float) -> bool:
    """Whether a box lies on the drawn face: a Haar box takes 0.86 of the drawing's side."""
    x, y = box.centre
    near = abs(x - left - side / 2) < 0.12 * side and abs(y - top - side / 2) < 0.12 * side
    return near and 0.6 < box.w / side < 0.85


@pytest.mark.parametrize(
    ("left", "top", "side"), [(30, 40, 80), (300, 200, 130), (200, 60, 300), (90, 5, 460)]
)
def test_finds_a_face_of_any_size(
    detector: HaarDetector, draw_frame: DrawFrame, left: int, top: int, side: int
) -> None:
    (box,) = detector.detect(draw_frame((left, top, side)))
    assert _is_at(box, left, top, side)
    assert 0.5 < box.score <= 1


def test_finds_several_the_most_prominent_first(
    detector: HaarDetector, draw_frame: DrawFrame
) -> None:
    boxes = detector.detect(draw_frame((30, 250, 110), (300, 60, 250), (40, 30, 160)))
    assert _is_at(boxes[0], 300, 60, 250)
    assert _is_at(boxes[1], 40, 30, 160)
    assert _is_at(boxes[2], 30, 250, 110)


def test_finds_nothing_where_nothing_is(detector: HaarDetector) -> None:
    assert detector.detect(np.zeros((480, 640), np.uint8)) == []
    assert detector.detect(np.full((480, 640), 200, np.uint8)) == []
    ramp = np.tile(np.linspace(0, 255, 640).astype(np.uint8), (480, 1))
    assert detector.detect(ramp) == []
    assert HaarDetector(patient=True).detect(ramp) == []


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (23, 23), (5, 4000)])
def test_any_shape_is_fine(shape: tuple[int, int]) -> None:
    assert HaarDetector(patient=True).detect(np.full(shape, 90, np.uint8)) == []


def test_finds_a_face_in_dim_light(detector: HaarDetector, draw_frame: DrawFrame) -> None:
    dim = draw_frame((200, 100, 200)) // 12
    assert dim.max() < 20
    (box,) = detector.detect(dim)
    assert _is_at(box, 200, 100, 200)


def test_patience_finds_a_face_that_fills_the_picture(
    draw_face: Callable[[int], np.ndarray],
) -> None:
    tight = draw_face(200)[30:170, 30:170]
    assert HaarDetector().detect(tight) == []
    (box,) = HaarDetector(patient=True).detect(tight)
    assert _is_at(box, -30, -30, 200)


def test_large_pictures_are_searched_reduced(draw_face: Callable[[int], np.ndarray]) -> None:
    picture = np.full((3000, 4000), 120, np.uint8)
    picture[1000:2200, 1500:2700] = draw_face(1200)
    (box,) = HaarDetector(working_side=800).detect(picture)
    assert _is_at(box, 1500, 1000, 1200)


def test_boxes_scale_with_the_picture() -> None:
    assert Box(-3, 10, 20, 20, 0.5).scaled(4) == Box(-12, 40, 80, 80, 0.5)
    assert Box(1, 2.26, 3, 4, 0.123456).as_json() == {
        "x": 1,
        "y": 2.3,
        "w": 3,
        "h": 4,
        "score": 0.1235,
    }


def test_only_flat_pictures_are_stretched() -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (64, 1))
    assert stretched(ramp) is ramp
    flat = np.full((64, 64), 7, np.uint8)
    assert stretched(flat) is flat
    spread = stretched(50 + ramp // 8)
    assert (spread.min(), spread.max()) == (0, 255)
    assert np.all(np.diff(spread[0].astype(int)) >= 0)


def test_finds_the_faces_of_webcam_clips(detector: HaarDetector, shared_data: Path) -> None:
    clips = sorted((shared_data / "media").glob("*.mkv"))
    if not clips:
        pytest.skip(f"no clips in {shared_data / 'media'}")
    frames = [frame for clip in clips for frame in video_frames(clip, rate=3)]
    found = [frame for frame in frames if detector.detect(frame.grey)]
    assert len(found) >= 0.75 * len(frames)

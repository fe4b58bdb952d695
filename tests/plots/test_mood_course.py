from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vibelux.errors import InvalidInput, VibeluxError
from vibelux.plots.mood_course import clock, draw_course

TIMES = np.arange(40) / 10
AXES = (slice(90, 550), slice(115, 1160))  # rows and columns of the curves' area


def _draw(path: Path, moods: np.ndarray, states: list[str] | None = None) -> np.ndarray:
    times = np.arange(len(moods)) / 10
    draw_course(
        path,
        times=times,
        moods=moods,
        states=states or ["ok"] * len(moods),
        mean=np.array([0, 0, 0, 0.8, 0.2, 0, 0]),
        title="5$ $x^2$ 写真.mkv",
        model="face-1.0-1234abcd",
    )
    picture = np.array(Image.open(path).convert("RGB"))
    assert picture.shape == (690, 1500, 3)
    return picture


def _coloured(picture: np.ndarray) -> np.ndarray:
    return np.ptp(picture.astype(int), axis=2) > 60


def _moods(happy: float = 0.8) -> np.ndarray:
    moods = np.zeros((40, 7))
    moods[:, 3], moods[:, 4] = happy, 1 - happy
    return moods


def test_curves_have_the_height_of_the_shares(tmp_path: Path) -> None:
    def height(happy: float) -> float:
        picture = _draw(tmp_path / "course.png", _moods(happy))
        area = picture[AXES][:400].astype(int)  # without the line along zero
        yellow = (area[..., 0] > 200) & (area[..., 2] < 120)
        return float(np.argwhere(yellow)[:, 0].mean())

    assert height(0.4) - height(0.8) == pytest.approx(0.4 * 0.69 * 690, abs=3)


def test_gaps_where_the_mood_is_withheld(tmp_path: Path) -> None:
    moods = _moods()
    moods[10:30] = np.nan
    states = ["ok"] * 10 + ["no_face"] * 20 + ["ok"] * 10
    coloured = _coloured(_draw(tmp_path / "course.png", moods, states)[AXES]).any(axis=0)
    width = len(coloured)
    assert coloured[: width // 5].all()
    assert not coloured[width // 3 : 2 * width // 3].any()
    assert coloured[-width // 5 :].all()


def test_a_single_moment_is_seen(tmp_path: Path) -> None:
    moods = _moods()
    moods[:20] = moods[21:] = np.nan
    states = ["unsure"] * 40
    states[20] = "ok"
    assert _coloured(_draw(tmp_path / "course.png", moods, states)[AXES]).sum() > 30
    assert _coloured(_draw(tmp_path / "course.png", _moods()[:1])[AXES]).any()


def test_nothing_but_gaps(tmp_path: Path) -> None:
    picture = _draw(tmp_path / "course.png", np.full((4, 7), np.nan), ["too_dark"] * 4)
    assert not _coloured(picture[AXES]).any()


def test_refuses_what_does_not_fit(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="do not fit"):
        _draw(tmp_path / "course.png", _moods()[:, :6])
    with pytest.raises(InvalidInput, match="do not fit"):
        _draw(tmp_path / "course.png", np.zeros((0, 7)))
    with pytest.raises(VibeluxError, match="cannot write the picture"):
        _draw(tmp_path / "none" / "course.png", _moods())


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (65, "1:05"), (2.5, "0:02.5"), (59.96, "1:00")]
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text

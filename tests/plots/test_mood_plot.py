import errno
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from vibelux.errors import VibeluxError
from vibelux.plots.mood import draw_mood
from vibelux.plots.picture import save

MOOD = np.array([0.05, 0.0, 0.05, 0.8, 0.1, 0.0, 0.0], np.float32)
CROP = np.tile(np.linspace(0, 255, 48).astype(np.uint8), (48, 1))


def _draw(path: Path, mood: np.ndarray = MOOD, title: str = "photo.jpg") -> np.ndarray:
    draw_mood(path, mood=mood, crop=CROP, title=title, model="face-1.0-1234abcd")
    return np.array(Image.open(path).convert("RGB"))


def _coloured(picture: np.ndarray) -> int:
    """Count the pixels of strong colour: those of the bars."""
    return int((np.ptp(picture.astype(int), axis=2) > 60).sum())


def test_shows_the_crop_and_the_bars(tmp_path: Path) -> None:
    picture = _draw(tmp_path / "mood.png")
    height, width = picture.shape[:2]
    assert (width, height) == (1350, 630)
    face = picture[:, : int(0.38 * width)]
    assert _coloured(face) == 0
    levels = np.unique(face[height // 2, int(0.05 * width) : int(0.37 * width), 0])
    assert len(levels) == 48  # each pixel of the crop, none invented
    assert _coloured(picture[:, int(0.5 * width) :]) > 10_000


def test_bars_have_the_length_of_the_shares(tmp_path: Path) -> None:
    def bars(share: float) -> int:
        mood = np.full(7, 0.0)
        mood[3], mood[4] = share, 1 - share  # neutral's bar is grey
        return _coloured(_draw(tmp_path / "mood.png", mood))

    assert bars(0.8) / bars(0.4) == pytest.approx(2, rel=0.03)


def test_any_name_may_be_the_title(tmp_path: Path) -> None:
    for title in ("$x^2$ 5$.png", "写真 😀.png", "x" * 300, r"\frac{a}{b}"):
        _draw(tmp_path / "mood.png", title=title)


def test_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(VibeluxError, match="cannot write the picture"):
        _draw(tmp_path / "none" / "mood.png")


def test_a_picture_that_cannot_be_finished_leaves_the_one_before(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    path.write_bytes(b"before")

    def full(_figure, part, **_):
        part.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", full)
    with pytest.raises(VibeluxError, match=r"cannot write the picture .*: No space left on device"):
        save(Figure(), path)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]

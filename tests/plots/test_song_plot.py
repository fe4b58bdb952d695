from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vibelux.errors import VibeluxError
from vibelux.music.emotion import Moment, SongAnalysis
from vibelux.music.spectrogram import MelSettings
from vibelux.plots.song import clock, draw_song, spread, summary_of

SETTINGS = MelSettings()


def song(starts: list[float], duration: float) -> SongAnalysis:
    moods = np.random.default_rng(0).dirichlet(np.ones(7), len(starts)).astype(np.float32)
    course = tuple(
        Moment(start, mood, 0.3, -0.4) for start, mood in zip(starts, moods, strict=True)
    )
    return SongAnalysis(
        mood=moods.mean(axis=0),
        valence=0.3,
        arousal=-0.4,
        quadrant=np.full(4, 0.25, np.float32),
        embedding=np.eye(8, dtype=np.float32)[0],
        duration=duration,
        course=course,
        model="music-1-abc",
    )


def test_the_emotion_is_the_one_that_the_song_counts_as() -> None:
    mood = np.array([0.3, 0, 0, 0.4, 0.3, 0, 0], np.float32)
    metal = replace(song([0.0], 70.0), mood=mood, valence=-0.5, arousal=0.9)
    assert summary_of(metal) == "1:10   mostly angry (30 %)   valence −0.50   arousal +0.90"


def levels(k: int) -> np.ndarray:
    """Window i is flat at −10·i dB, so that each column tells its window."""
    return np.broadcast_to(-10.0 * np.arange(k)[:, None, None], (k, 96, 313)).astype(np.float32)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (59.6, "1:00"),
        (222, "3:42"),
        (3599, "59:59"),
        (3600, "1:00:00"),
        (9e3, "2:30:00"),
    ],
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_windows_are_laid_over_their_time() -> None:
    starts = [0.0, 10.0, 20.0, 30.0]
    picture = spread(levels(4), song(starts, 40.0).course, 40.0, 10.0)
    assert picture.shape == (96, 1200)
    for i in range(4):
        np.testing.assert_allclose(
            picture[:, 300 * i + 10 : 300 * (i + 1) - 10], -10.0 * i, atol=1e-3
        )


def test_a_long_songs_windows_stand_for_the_time_around_them() -> None:
    starts = [595.0, 1795.0, 2995.0]
    picture = spread(levels(3), song(starts, 3600.0).course, 3600.0, 10.0)
    np.testing.assert_allclose(picture[0, [5, 308, 318, 620, 631, 933]], [0, 0, -10, -10, -20, -20])


def test_silence_that_was_left_out_stays_dark() -> None:
    starts = [0.0, 10.0, 50.0, 60.0, 70.0]
    picture = spread(levels(5), song(starts, 80.0).course, 80.0, 10.0)
    np.testing.assert_allclose(picture[0, 525:675], -40.0)  # 35 to 45 s
    assert picture[0, 100] == 0.0


def test_the_repetition_of_a_short_song_is_not_shown() -> None:
    rising = np.broadcast_to(np.linspace(-60, 0, 313), (1, 96, 313)).astype(np.float32)
    picture = spread(rising, song([0.0], 5.0).course, 5.0, 10.0)
    assert picture[0, 0] == pytest.approx(-60, abs=1)
    assert picture[0, -1] == pytest.approx(-30, abs=1)


@pytest.mark.parametrize(
    ("starts", "duration"),
    [([0.0], 1.0), ([0.0, 10.0, 20.0], 30.0), ([1795.0, 5395.0, 8995.0], 10800.0)],
)
def test_a_picture_is_written(tmp_path: Path, starts: list[float], duration: float) -> None:
    log_mel = np.random.default_rng(1).uniform(-90, 10, (len(starts), 96, 313)).astype(np.float32)
    analysis = song(starts, duration)
    path = tmp_path / "song.png"
    draw_song(
        path,
        title="$a_b^ " + "long name " * 20,
        song=analysis,
        course=analysis.course,
        log_mel=log_mel,
        settings=SETTINGS,
        window_seconds=10.0,
    )
    pixels = np.array(Image.open(path).convert("RGB"))
    assert pixels.shape == (960, 1500, 3)
    assert len(np.unique(pixels[::8, ::8].reshape(-1, 3), axis=0)) > 100
    white = (pixels == 255).all(axis=2)
    assert white[:, :3].all()  # nothing runs out of the picture
    assert white[:, -3:].all()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    analysis = song([0.0], 10.0)
    with pytest.raises(VibeluxError, match=r"cannot write the picture .*a\.png"):
        draw_song(
            tmp_path / "no" / "a.png",
            title="a",
            song=analysis,
            course=analysis.course,
            log_mel=levels(1),
            settings=SETTINGS,
            window_seconds=10.0,
        )

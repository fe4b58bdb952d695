"""The same question gets the same order, wherever it is asked."""

import json
import os
import runpy
import subprocess
from pathlib import Path

import httpx
import numpy as np
import pytest
from PIL import Image

from vibelux.circumplex import affect_of
from vibelux.emotions import EMOTIONS, as_mood, mood_dict
from vibelux.evaluation.matching import DEFAULT, METHODS, MatchingData
from vibelux.model_statistics import ModelStatistics

from . import songs
from .listening import mix, titles
from .serving import START, served

HAPPY = as_mood(np.eye(7)[EMOTIONS.index("happy")])

SHARES = (0.95, 0.62, 0.36, 0.05)
"""Of happiness in each song, the rest is anger: no song fits a happy mood so nearly as well as the
one before it that variety may let it pass."""


@pytest.fixture(scope="module")
def service(page_folder, tmp_path_factory):
    """A service whose songs are not in the order of their fit, with nothing learnt."""
    home = tmp_path_factory.mktemp("same-order")
    rng = np.random.default_rng(5)
    rows = []
    for number in rng.permutation(len(SHARES)).tolist():
        mood = np.zeros(len(EMOTIONS))
        mood[EMOTIONS.index("happy")] = SHARES[number]
        mood[EMOTIONS.index("angry")] = 1 - SHARES[number]
        path = home / f"{number}.mp3"
        path.touch()
        more = {"title": f"Song {number}", "artist": f"Artist {number}", "duration": 100.0}
        rows.append(songs.row(path, mood, rng, **more, content_hash=bytes([number]) * 20))
    songs.write(home, rows)
    with served(home, home) as service:
        yield service


def by_command(home: Path, *arguments: str) -> tuple[dict, list[str]]:
    """Return the mood that was read and the titles of `vibelux recommend`."""
    clean = {name: v for name, v in os.environ.items() if not name.startswith("VIBELUX_")}
    done = subprocess.run(
        [*START, "recommend", *arguments, "--json"],
        env={**clean, "VIBELUX_HOME": str(home)},
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(done.stdout)
    return found["mood"], [song["title"] for song in found["songs"]]


def by_api(url: str, mood: dict, source: str) -> list[str]:
    ordering = {"strength": 1.0, "diversity": 0, "personal": 0}
    answer = httpx.post(
        f"{url}api/v1/recommendations",
        json={"mood": [mood[name] for name in EMOTIONS], "source": source, "n": 20, **ordering},
        timeout=None,
    )
    return [pick["song"]["title"] for pick in answer.raise_for_status().json()["songs"]]


def by_evaluation(method: str, mood: dict) -> list[str]:
    """Return the titles by the formula whose precision `vibelux evaluate match` tells."""
    moods = np.zeros((len(SHARES), len(EMOTIONS)))
    moods[:, EMOTIONS.index("happy")] = SHARES
    moods[:, EMOTIONS.index("angry")] = 1 - np.array(SHARES)
    nothing = np.zeros(len(moods), np.int64)
    face = np.array([[mood[name] for name in EMOTIONS]])
    statistics = ModelStatistics()
    affect = affect_of(moods, statistics.songs.affect)
    data = MatchingData(face, nothing[:1], moods, affect, nothing, nothing.astype(str), statistics)
    (scores,) = METHODS[method](face, data)
    return [f"Song {number}" for number in np.argsort(-scores)]


def test_a_mood_that_is_named(service, open_page):
    mood, ranked = by_command(service.home, "--mood", "happy=1", "--order", "ranking")
    assert mood == mood_dict(HAPPY)
    assert ranked == [f"Song {number}" for number in range(len(SHARES))]
    assert by_api(service.url, mood, "chosen") == ranked
    assert by_evaluation("the fit", mood) == ranked
    page = open_page(service.url).page
    mix(page, happy=100)
    page.get_by_label("How closely the music fits").fill("100")
    page.wait_for_function(
        """(wanted) => {
          const rows = [...document.querySelectorAll(".queue .queue-title")];
          return rows.map((row) => row.textContent).join() === wanted;
        }""",
        arg=",".join(ranked),
    )
    assert titles(page) == ranked


def test_a_face_that_is_read(service, tmp_path):
    drawn = runpy.run_path(str(Path(__file__).parents[1] / "face" / "drawn_face.py"))
    picture = tmp_path / "face.png"
    Image.fromarray(drawn["draw_frame"]((200, 100, 220))).save(picture)
    mood, ranked = by_command(service.home, "--image", str(picture), "--order", "ranking")
    assert len(ranked) == len(SHARES)
    assert by_api(service.url, mood, "face") == ranked
    assert by_evaluation(DEFAULT, mood) == ranked

"""Simulated listeners of known taste: how well five ways of choosing songs serve them.

``python benchmarks/listening.py`` writes the table of docs/listening.md. This is what is simulated,
and how the listeners differ from what the recommender assumes:

- A library of 1,000 songs by 120 artists in 8 styles. Each song has a true valence and arousal.
  The recommender sees noisier values: moods, valence and arousal of a model that gets the half of
  arousal right for 88 and that of valence for 73 of 100 songs, and embeddings that mix sound, style
  and artist.
- Listeners want a point of the circumplex that depends on their mood: for 40 of 100 it is where
they are, for the others it is more pleasant, calmer or livelier, each with an individual deviation.
How much a song pleases is a Gaussian around that point, plus their opinion of its artist and style,
minus weariness of recently played songs. None of this is linear in anything that the recommender
sees, and it is never told which kind of listener it has.
- A session has 20 songs. The mood behind it is read from a face, with noise. A song is skipped with
  a probability that falls with how much it pleases.

nDCG@20 grades a song by the probability that it is not skipped, without weariness; the ideal list
has the best 20 songs of the library. Diversity is 1 − cosine over pairs of embeddings in a list,
freshness the share of songs that were not played in the three sessions before. 95 % intervals come
from 2,000 resamples of the listeners. No constant of the recommender was chosen by these figures.
"""

import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import insert

from vibelux.circumplex import RUSSELL_MEHRABIAN
from vibelux.emotions import as_mood
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import EMBEDDING, vector_blob
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.diversity import intra_list_diversity
from vibelux.recommend.listener.listener import Listener
from vibelux.recommend.session import Session
from vibelux.recommend.shuffle import Traits, mood_shuffle

PAGE = Path(__file__).resolve().parent.parent / "docs" / "listening.md"
SEEDS = (101, 102, 103)
LISTENERS = 10  # of each seed
SESSIONS = 10
LENGTH = 20
SONGS, ARTISTS, STYLES, WIDTH = 1000, 120, 8, 32
DAY = 86_400.0

PLACES = RUSSELL_MEHRABIAN  # not the recommender's numbers
OFTEN = np.array([0.1, 0.02, 0.05, 0.3, 0.33, 0.15, 0.05])  # moods of people in front of a camera


@dataclass(frozen=True)
class Library:
    """Songs as they are, and as a model analyses them."""

    true: np.ndarray  # (n, 2)
    artist: np.ndarray
    style: np.ndarray
    mood: np.ndarray  # (n, 7), of the model
    affect: np.ndarray  # (n, 2), of the model
    embedding: np.ndarray  # (n, d)

    def store(self, folder: Path) -> Catalogue:
        """Write the songs into a catalogue; row i becomes id i + 1."""
        catalogue = Catalogue(folder / "catalogue.sqlite")
        rows = [
            {
                "path": path_bytes(folder / f"{i}.mp3"),
                "content_hash": i.to_bytes(20, "big"),
                "title": f"Song {i}",
                "artist": f"Artist {self.artist[i]}",
                "album": f"Album {i % 300}",
                "duration": 200.0,
                "mood": vector_blob(self.mood[i]),
                "valence": float(self.affect[i, 0]),
                "arousal": float(self.affect[i, 1]),
                "embedding": vector_blob(self.embedding[i], EMBEDDING),
                "state": "ok",
            }
            for i in range(SONGS)
        ]
        with catalogue.writing() as connection:
            connection.execute(insert(songs), rows)
        return catalogue


def make_library(rng: np.random.Generator) -> Library:
    weights = 1 / np.arange(1, ARTISTS + 1) ** 0.7
    artist = rng.choice(ARTISTS, SONGS, p=weights / weights.sum())
    style = rng.integers(0, STYLES, ARTISTS)[artist]
    centre = rng.uniform(-0.7, 0.7, (ARTISTS, 2))
    true = np.clip(centre[artist] + rng.normal(0, 0.5, (SONGS, 2)), -1, 1)
    heard = true + rng.normal(0, 1, (SONGS, 2)) * [0.75, 0.3]
    near = ((heard[:, None, :] - PLACES) ** 2).sum(axis=2)
    logits = -near / 0.7 + rng.normal(0, 0.35, (SONGS, 7)) + np.log([1, 0.3, 0.6, 1.3, 1.3, 1, 0.4])
    mood = np.exp(logits)
    sound = [
        heard @ rng.normal(0, 1, (2, WIDTH)),
        rng.normal(0, 1.2, (STYLES, WIDTH))[style],
        rng.normal(0, 0.8, (ARTISTS, WIDTH))[artist],
        rng.normal(0, 0.8, (SONGS, WIDTH)),
    ]
    embedding = np.sum(sound, axis=0)
    return Library(
        true=true,
        artist=artist,
        style=style,
        mood=mood / mood.sum(axis=1, keepdims=True),
        affect=np.tanh(0.8 * heard),
        embedding=embedding / np.linalg.norm(embedding, axis=1, keepdims=True),
    )


class Person:
    """A listener of known taste."""

    def __init__(self, library: Library, rng: np.random.Generator) -> None:
        self.library = library
        moves = [(0, 0), (0.5, 0), (0.2, -0.6), (0.2, 0.6)]
        self.move = np.array(moves[rng.choice(4, p=[0.4, 0.2, 0.2, 0.2])])
        self.move = self.move + rng.normal(0, 0.15, 2)
        self.own = rng.normal(0, 0.3, ARTISTS)[library.artist]
        self.own = self.own + rng.normal(0, 0.3, STYLES)[library.style]
        self.heard = np.full(SONGS, -np.inf)  # when, counted in songs
        self.songs = 0

    def pleases(self, mood: np.ndarray) -> np.ndarray:
        """Return the probability that each song is not skipped, without weariness."""
        return 1 / (1 + np.exp(-(self._utility(mood) - 0.5) / 0.2))

    def skips(self, song: int, mood: np.ndarray, rng: np.random.Generator) -> bool:
        """Listen to a song and return whether it was skipped."""
        weary = 0.8 * 2.0 ** (-(self.songs - self.heard[song]) / 60)
        chance = 1 / (1 + np.exp(-(self._utility(mood)[song] - weary - 0.5) / 0.2))
        self.heard[song] = self.songs
        self.songs += 1
        return bool(rng.random() > chance)

    def _utility(self, mood: np.ndarray) -> np.ndarray:
        wanted = np.clip(mood @ PLACES + self.move, -1, 1)
        far = ((self.library.true - wanted) ** 2).sum(axis=1)
        pleasing: np.ndarray = np.exp(-far / (2 * 0.45**2)) + self.own
        return pleasing


# (library, mood as read, random generator) -> the 20 songs of a session
Lists = Callable[[Library, np.ndarray, np.random.Generator], np.ndarray]


def by_chance(_library: Library, _mood: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.permutation(SONGS)[:LENGTH]


def by_strongest(library: Library, mood: np.ndarray, _: np.random.Generator) -> np.ndarray:
    strongest = int(mood.argmax())
    same = library.mood.argmax(axis=1) == strongest
    return np.lexsort((-library.mood[:, strongest], ~same))[:LENGTH]


def by_cosine(library: Library, mood: np.ndarray, _: np.random.Generator) -> np.ndarray:
    lengths = np.linalg.norm(library.mood, axis=1)
    return np.argsort(-(library.mood @ mood) / lengths, kind="stable")[:LENGTH]


# Three give lists; the others are the arguments of a `Session`.
WAYS: dict[str, Lists | dict[str, Any]] = {
    "random": by_chance,
    "strongest emotion": by_strongest,
    "plain cosine, the original": by_cosine,
    "match, nothing learnt": {"personal": 0.0},
    "match, learning": {},
}


def simulate(way: Lists | dict[str, Any], seed: int, sessions: int = SESSIONS) -> np.ndarray:
    """Return nDCG@20, skip rate, diversity and freshness of each listener [shape=(listeners, 4)].

    Listeners, their moods and the readings of their faces are the same for every way.
    """
    library = make_library(np.random.default_rng([seed, 0]))
    results = []
    with tempfile.TemporaryDirectory() as folder, library.store(Path(folder)) as catalogue:
        for number in range(LISTENERS):
            life = np.random.default_rng([seed, 1, number])
            person = Person(library, life)
            days = []
            for _ in range(sessions):
                mood = life.dirichlet(0.3 + 4 * np.eye(7)[life.choice(7, p=OFTEN)])
                days.append((mood, as_mood(life.dirichlet(0.05 + 12 * mood))))
            chance = np.random.default_rng([seed, 2, number])
            with Listener.at(None) as listener:
                results.append(_live(way, library, catalogue, listener, person, days, chance))
    return np.array(results)


def _live(
    way: Lists | dict[str, Any],
    library: Library,
    catalogue: Catalogue,
    listener: Listener,
    person: Person,
    days: list[tuple[np.ndarray, np.ndarray]],
    rng: np.random.Generator,
) -> np.ndarray:
    figures = []
    earlier: list[list[int]] = []
    for day, (mood, reading) in enumerate(days):
        grades = person.pleases(mood)
        if callable(way):
            played = way(library, reading, rng).tolist()
            skips = [person.skips(song, mood, rng) for song in played]
        else:
            played, skips = _session(way, catalogue, listener, person, day, mood, reading, rng)
        discount = 1 / np.log2(np.arange(LENGTH) + 2)
        ideal = np.sort(grades)[::-1][:LENGTH] @ discount
        recent = {song for past in earlier[-3:] for song in past}
        figures.append(
            (
                grades[played] @ discount / ideal,
                float(np.mean(skips)),
                intra_list_diversity(library.embedding[played]),
                np.mean([song not in recent for song in played]),
            )
        )
        earlier.append(played)
    mean: np.ndarray = np.array(figures).mean(axis=0)
    return mean


def _session(
    values: dict[str, Any],
    catalogue: Catalogue,
    listener: Listener,
    person: Person,
    day: int,
    mood: np.ndarray,
    reading: np.ndarray,
    rng: np.random.Generator,
) -> tuple[list[int], list[bool]]:
    session = Session(
        catalogue,
        listener,
        seed=int(rng.integers(1 << 31)),
        available=lambda songs: [True] * len(songs),
        clock=lambda: 1.7e9 + day * DAY,
        **values,
    )
    played, skips = [], []
    for _ in range(LENGTH):
        pick = session.next(reading)
        assert pick is not None
        song = pick.song.id - 1
        played.append(song)
        skips.append(person.skips(song, mood, rng))
        if skips[-1]:
            session.skipped(pick.song, after_seconds=15)
        else:
            session.played(pick.song)
    return played, skips


def interval(values: np.ndarray) -> tuple[float, float, float]:
    """Return the mean over listeners with its 95 % interval (bootstrap)."""
    rng = np.random.default_rng(0)
    means = values[rng.integers(0, len(values), (2000, len(values)))].mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return float(values.mean()), float(low), float(high)


def shuffle_ms(repeats: int = 30) -> float:
    """Return the median time to order 20 of 100,000 songs, all rules in force, in milliseconds."""
    rng = np.random.default_rng(0)
    n = 100_000
    traits = Traits(
        artists=rng.integers(0, 8000, n),
        albums=rng.integers(0, 16000, n),
        works=np.arange(n),
        embeddings=rng.normal(size=(n, 96)).astype(np.float16),
        moods=rng.dirichlet(np.ones(7), n).astype(np.float32),
        near_duplicate=ModelStatistics().songs.near_duplicate,
    )
    scores, freshness = rng.random(n, dtype=np.float32), rng.uniform(0.1, 1, n)
    times = []
    for seed in range(repeats):
        began = time.perf_counter()
        mood_shuffle(
            *(scores, 20),
            strength=0.7,
            seed=seed,
            freshness=freshness,
            traits=traits,
            diversity=0.3,
        )
        times.append(1000 * (time.perf_counter() - began))
    return float(np.median(times))


NAMES = ("nDCG@20", "skip rate", "diversity", "freshness")


def compare() -> dict[str, np.ndarray]:
    """Return the figures of every listener, for each way [shape=(listeners, 4)]."""
    return {
        name: np.concatenate([simulate(way, seed) for seed in SEEDS]) for name, way in WAYS.items()
    }


def measure() -> dict[str, float]:
    """Return what benchmarks.md shows: the time of an order, and the figures of two ways."""
    ways = {name: WAYS[name] for name in ("plain cosine, the original", "match, learning")}
    figures = {"shuffle_ms": shuffle_ms()}
    for short, way in zip(("cosine", "learning"), ways.values(), strict=True):
        results = simulate(way, SEEDS[0])  # all of them: docs/listening.md
        for name, value in zip(("ndcg", "skips"), results.mean(axis=0)[:2], strict=True):
            figures[f"listening_{short}_{name}"] = float(value)
    return figures


def table(results: dict[str, np.ndarray]) -> str:
    """Return the table of docs/listening.md."""
    lines = [f"| way | {' | '.join(NAMES)} |", "| --- | --- | --- | --- | --- |"]
    for name, figures in results.items():
        cells = []
        for column in figures.T:
            mean, low, high = interval(column)
            cells.append(f"{mean:.3f} ({low:.3f} – {high:.3f})")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    full, plain = results["match, learning"], results["plain cosine, the original"]
    differences = [interval(a - b) for a, b in zip(full.T, plain.T, strict=True)]
    cells = [f"{mean:+.3f} ({low:+.3f} – {high:+.3f})" for mean, low, high in differences]
    lines.append(f"| *learning minus cosine, paired* | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    """Simulate everything and write the table into the page, between two marks."""
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    written = table(compare())
    PAGE.write_text(f"{head}{BEGIN}\n\n{written}\n\n{END}{tail}", encoding="utf-8")
    print(written)
    print(json.dumps({"shuffle_ms": round(shuffle_ms(), 2)}))


BEGIN, END = "<!-- written by benchmarks/listening.py -->", "<!-- end of what it writes -->"

if __name__ == "__main__":
    main()

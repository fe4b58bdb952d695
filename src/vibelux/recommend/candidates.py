"""The songs of a large library that an order is drawn from.

Of a million songs nearly all have no chance: a song that fits worse than ten thousand others comes
once in many thousand lists. So an order is drawn from the songs that fit best and from some others,
taken by chance, each of which stands for many: it has the luck of the luckiest of them, so that all
of them together come as often as they would (the largest of m numbers from the standard Gumbel
distribution is one of them plus ln m).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vibelux.emotions import Mood
from vibelux.recommend.fit import SongFit
from vibelux.recommend.row_set import RowSet

_BEST = 10_000
"""Songs that fit best, of all moods of a path together."""

_OTHERS = 5_000
"""Songs taken by chance."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """Songs to draw from.

    Attributes:
        rows: [shape=(k,), dtype=int64] each once.
        fit: of these.
        stand_for: [shape=(k,), dtype=float32] how many songs each stands for, itself included.

    """

    rows: NDArray[np.int64]
    fit: SongFit
    stand_for: NDArray[np.float32]


def candidates_of(
    fit: SongFit,
    path: Sequence[Mood] | NDArray[np.float32],
    *,
    left_out: RowSet,
    rng: np.random.Generator,
) -> Candidates | None:
    """Return the songs to draw from, or None where that are all.

    Args:
        fit: of n songs.
        path: moods that are looked for.
        left_out: songs that must not come.
        rng: chance.

    """
    divided = fit.divided
    if divided is None or not len(path):
        return None
    cells = divided.cells
    of_cells = fit.of_points(cells.centres)
    chosen: set[int] = set()
    for mood in path:
        nearest = np.argsort(-of_cells.to(mood), kind="stable")
        chosen.update(cells.first(nearest, _BEST // len(path)))
    spans = cells.spans(sorted(chosen))
    best = [cells.rows[span] for span in spans]
    size = sum(map(len, best))
    by_chance = _others(len(cells), spans, rng)
    rows = np.concatenate([*best, cells.rows[by_chance]]).astype(np.int64)
    stay = ~left_out.among(rows)
    if divided.changed.size:
        stay &= ~np.isin(rows, divided.changed)
    few, others = np.count_nonzero(stay[:size]), np.count_nonzero(stay[size:])
    if few < _BEST // 2 or not others:
        return None  # most of those that fit have been played, or are gone
    changed = divided.changed[~left_out.among(divided.changed)]
    found = np.concatenate([rows[stay], changed])
    of_best = [divided.points[span] for span in spans]
    points = np.concatenate([*of_best, divided.points[by_chance]])[stay]
    points = np.concatenate([points, fit.points(changed)])
    stand_for = np.ones(found.size, np.float32)
    stand_for[few : few + others] = max(1.0, (left_out.others - few - changed.size) / others)
    return Candidates(found, fit.of_points(points), stand_for)


def _others(number: int, spans: Sequence[slice], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return some numbers below ``number`` that lie in no span, each once."""
    begins = np.array([span.start for span in spans])
    lengths = np.array([span.stop - span.start for span in spans])
    outside = number - int(lengths.sum())
    drawn = rng.choice(outside, min(_OTHERS, outside), replace=False, shuffle=False)
    # As many places further on as spans lie before it.
    before = np.concatenate([[0], np.cumsum(lengths)])
    after = np.searchsorted(begins - before[:-1], drawn, side="right")
    places: NDArray[np.int64] = drawn + before[after]
    return places

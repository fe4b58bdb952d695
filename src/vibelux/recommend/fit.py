"""How well songs suit a mood: one number in [0, 1], computed here and nowhere else.

Rankings, sessions, the API and the evaluation call this. A song's fit is

    fit = (1 − c) · alike + c · near

``alike`` is the cosine of the two moods in a scalar product in which emotions of one family are not
at right angles (`kinship`): 1 for the same mixture, 0 for moods of no common family. ``near`` is
the closeness of valence and arousal (`vibelux.circumplex.closeness`). Emotions that music hardly
tells apart so answer for each other. docs/matching.md has the formulas that were compared.

A face's mood is first read by what stands out in it (`standing_out`).
"""

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.circumplex import affect_of, closeness
from vibelux.emotions import EMOTIONS, Mood, as_mood
from vibelux.errors import InvalidInput
from vibelux.library.cells import PARTS as CELLS
from vibelux.library.cells import Cells
from vibelux.library.mapped_array import MappedArray
from vibelux.library.song_columns import SongColumns
from vibelux.model_statistics import FaceStatistics, SongStatistics

DARK = ("angry", "disgust", "fear")
"""Emotions of one quadrant of the circumplex (Russell 1980): music hardly tells them apart."""

_FAMILIES = (DARK, ("happy", "surprise"))
"""Emotions that are akin because they share a quadrant."""

_DOUBT = 0.05
"""Added to the usual shares, so that a trace of a rare emotion does not stand out."""

_ROUNDING = np.float32(4e-6)
"""More than float32 can err in a fit."""

_PREPARED = ("columns", "affect", "usable")

_CELLS_FROM = 200_000
"""Songs from which on they are divided into cells: the fit to all of fewer takes 2 ms."""

_AT_ONCE = 1 << 16
"""Rows normalised together: bounds the memory that is needed beside the matrix."""


@dataclass(frozen=True)
class Formula:
    """The numbers of the formula.

    Attributes:
        kinship: cosine between emotions of one family, in [0, 1).
        circumplex: c, the part of the fit that valence and arousal make up, in [0, 1].

    """

    kinship: float = 0.7
    circumplex: float = 0.25


SHIPPED = Formula()
"""What everything but `vibelux.evaluation` uses."""


@dataclass(frozen=True, eq=False)
class Divided:
    """Songs that have a mood, divided into cells by all that a fit depends on.

    Attributes:
        cells: of n songs.
        points: [shape=(n, 9), dtype=float32] as of `SongFit.points`, in the order of the cells.
        changed: [shape=(k,)] rows of the songs that have another point now, ascending.

    """

    cells: Cells
    points: NDArray[np.float32]
    changed: NDArray[np.int64]


class SongFit:
    """Songs, prepared once, that can be asked for their fit again and again.

    Args:
        moods: [shape=(n, 7)] one row a song, in the order of `EMOTIONS`; n may be 0. A row that is
            all zero or holds a number that is not finite fits nothing and is never found.
        affect: [shape=(n, 2)] valence and arousal of the songs in [-1, 1]; None: those that their
            moods have.
        statistics: of the music model: where the emotions lie.
        formula: `SHIPPED`, but for comparisons.

    Attributes:
        divided: the songs in cells; None where they are few, or not in files.

    Raises:
        InvalidInput: the shapes do not fit.

    """

    def __init__(
        self,
        moods: ArrayLike,
        affect: ArrayLike | None = None,
        *,
        statistics: SongStatistics,
        formula: Formula = SHIPPED,
    ) -> None:
        rows = np.asarray(moods, dtype=np.float32)
        if rows.size == 0:
            rows = rows.reshape(0, len(EMOTIONS))
        if rows.ndim != 2 or rows.shape[1] != len(EMOTIONS):
            raise InvalidInput(f"moods must have shape (n, {len(EMOTIONS)}), got {rows.shape}")
        self._statistics = statistics
        points = (
            affect_of(rows, self._statistics.affect)
            if affect is None
            else np.asarray(affect, dtype=np.float32)
        )
        if points.shape != (len(rows), 2):
            raise InvalidInput(f"affect must have shape ({len(rows)}, 2), got {points.shape}")
        # The largest number first: squares of tiny or huge ones would leave float32's range.
        largest = np.abs(rows).max(axis=1, initial=0.0)
        usable = np.isfinite(largest) & (largest > 0)
        self._space = space(formula.kinship).astype(np.float32)
        # Columns lie together in memory: seven passes over them are faster than n short products.
        columns = np.zeros((len(EMOTIONS), len(rows)), np.float32)
        for first in range(0, len(rows), _AT_ONCE):
            some = np.flatnonzero(usable[first : first + _AT_ONCE]) + first
            unit = (rows[some] / largest[some, None]) @ self._space
            unit /= np.linalg.norm(unit, axis=1, keepdims=True)
            columns[:, some] = unit.T
        self._formula = formula
        self.divided: Divided | None = None
        affect_columns = np.ascontiguousarray(np.nan_to_num(points).T)
        prepared = {"columns": columns, "affect": affect_columns, "usable": usable}
        self._take({part: MappedArray(prepared[part], axis=-1) for part in _PREPARED})

    @classmethod
    def of(cls, songs: SongColumns, statistics: SongStatistics) -> "SongFit":
        """Return songs with the columns ``moods`` and ``affect``.

        Of songs in files they are prepared only once.

        Args:
            songs: n of them.
            statistics: as of the class.

        """
        base = songs.base

        def prepare() -> Mapping[str, NDArray[np.generic]]:
            made = cls(base.moods, base.affect, statistics=statistics)
            return {part: made._prepared[part].array for part in _PREPARED}

        fit = cls(np.empty((0, len(EMOTIONS))), statistics=statistics)
        fit._take(base.kept(f"fit-1-{SHIPPED.kinship}", _PREPARED, prepare))
        if base.in_files and len(base) >= _CELLS_FROM:
            divided = base.kept(f"fit-cells-1-{SHIPPED.kinship}", (*CELLS, "points"), fit._divide)
            cells = Cells(*(divided[part].array for part in CELLS))
            fit.divided = Divided(cells, divided["points"].array, np.empty(0, np.int64))
        rows = songs.rows_changed(base, "moods", "affect")
        return fit.updated(rows, songs.moods[rows], songs.affect[rows]) if rows.size else fit

    def _take(self, prepared: Mapping[str, MappedArray]) -> None:
        """Take over songs that are prepared."""
        self._prepared = dict(prepared)
        self._columns: NDArray[np.float32] = prepared["columns"].array
        self._affect: NDArray[np.float32] = prepared["affect"].array.T
        self._usable: NDArray[np.bool_] = prepared["usable"].array
        self._complete = bool(self._usable.all())

    def updated(
        self, rows: NDArray[np.int64], moods: ArrayLike, affect: ArrayLike | None = None
    ) -> "SongFit":
        """Return the songs with other moods in some rows, as if all were prepared anew.

        Args:
            rows: [shape=(k,)] of the songs that have changed.
            moods: [shape=(k, 7)] of these, as of the class.
            affect: [shape=(k, 2)] of these, as of the class.

        Raises:
            InvalidInput: the shapes do not fit.

        """
        some = SongFit(moods, affect, statistics=self._statistics, formula=self._formula)
        songs = copy(self)
        if self.divided is not None:
            changed = np.union1d(self.divided.changed, rows)
            songs.divided = replace(self.divided, changed=changed)
        songs._take(
            {
                part: array.with_rows(rows, some._prepared[part].array)
                for part, array in self._prepared.items()
            }
        )
        return songs

    def points(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return all that a fit depends on [shape=(k, 9)]: see `of_points`."""
        return np.hstack([self._columns[:, rows].T, self._affect[rows]])

    def of_points(self, points: NDArray[np.float32]) -> "SongFit":
        """Return some songs that have a mood.

        Args:
            points: [shape=(k, 9), dtype=float32] of `points`, of these songs or others.

        """
        prepared = {
            "columns": points[:, : len(EMOTIONS)].T,
            "affect": points[:, len(EMOTIONS) :].T,
            "usable": np.ones(len(points), bool),
        }
        songs = copy(self)
        songs.divided = None
        songs._take({part: MappedArray(array, axis=-1) for part, array in prepared.items()})
        return songs

    def _divide(self) -> Mapping[str, NDArray[np.generic]]:
        """Divide the songs that have a mood into cells."""
        cells = Cells.of(self.points, np.flatnonzero(self._usable))
        points = self.points(cells.rows.astype(np.int64))
        return {**cells.arrays(), "points": points}

    def __len__(self) -> int:
        """Return the number of songs."""
        return int(self._columns.shape[1])

    def to(self, mood: ArrayLike, *, rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Return the fit of every song, or of some, to a mood.

        Args:
            mood: [shape=(7,)] that is looked for; of a face as in `standing_out`.
            rows: [shape=(k,)] of the songs; None for all.

        Returns:
            [shape=(k,), dtype=float32] in [0, 1].

        Raises:
            InvalidMood: as `vibelux.emotions.as_mood`.

        """
        direction, point = self._sought(mood)
        columns = self._columns if rows is None else self._columns[:, rows]
        affect = self._affect if rows is None else self._affect[rows]
        # Not direction @ columns: on a busy machine the threads of BLAS wait for each other a
        # hundred times longer than the product takes.
        fit = self._mixed(np.einsum("i,ij->j", direction, columns), affect, point)
        if not self._complete:
            fit[~(self._usable if rows is None else self._usable[rows])] = 0
        return fit

    def best(
        self, mood: ArrayLike, n: int, *, first: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the n songs that fit a mood best.

        Args:
            mood: see `to`.
            n: the most to return, >= 0.
            first: [shape=(songs,)] true for songs that come before all others; None: none do.

        Returns:
            rows [shape=(k,), dtype=int64], the best first, equal ones by row; k = min(n, songs
            that have a mood).
            fits [shape=(k,), dtype=float32] in [0, 1], falling; of songs that come first and of
            the others, each for themselves.

        Raises:
            InvalidMood: as `vibelux.emotions.as_mood`.
            InvalidInput: n is negative.

        """
        if n < 0:
            raise InvalidInput(f"n={n} must not be negative")
        n = min(n, int(np.count_nonzero(self._usable)))
        if n == 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        rough = self.to(mood)
        if first is not None:
            rough += first
        if not self._complete:
            rough[~self._usable] = -1
        near = np.flatnonzero(rough >= nth_largest(rough, n) - 2 * _ROUNDING)
        # The rough products of equal rows may differ in the last bit by their place in memory;
        # these do not, so that equal songs keep their order.
        direction, point = self._sought(mood)
        alike = (self._columns[:, near] * direction[:, None].astype(np.float64)).sum(axis=0)
        fits = self._mixed(alike, self._affect[near], point)
        places = fits if first is None else fits + first[near].astype(np.float64)
        order = np.argsort(-places, kind="stable")[:n]
        return near[order], fits[order]

    def _sought(self, mood: ArrayLike) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        shares = as_mood(mood)
        direction = shares @ self._space
        unit: NDArray[np.float32] = direction / np.linalg.norm(direction)
        return unit, affect_of(shares, self._statistics.affect)

    def _mixed(
        self,
        alike: NDArray[np.floating],
        affect: NDArray[np.float32],
        point: NDArray[np.float32],
    ) -> NDArray[np.float32]:
        part = np.float32(self._formula.circumplex)
        fit: NDArray[np.float32] = np.clip(alike, 0, 1).astype(np.float32, copy=False)
        if part:
            fit *= 1 - part
            near = closeness(affect, point)
            near *= part
            fit += near
        return fit


def kinship(kin: float = SHIPPED.kinship) -> NDArray[np.float64]:
    """Return how akin the emotions are [shape=(7, 7)]: symmetric, 1 on the diagonal."""
    akin = np.eye(len(EMOTIONS))
    for family in _FAMILIES:
        for one in family:
            for other in family:
                if one != other:
                    akin[EMOTIONS.index(one), EMOTIONS.index(other)] = kin
    return akin


def space(kin: float = SHIPPED.kinship) -> NDArray[np.float64]:
    """Return the matrix S [shape=(7, 7)] with S Sᵀ = `kinship`: cos(a S, b S) compares moods."""
    return np.asarray(np.linalg.cholesky(kinship(kin)), np.float64)


def standing_out(face: ArrayLike, statistics: FaceStatistics) -> Mood:
    """Return a face's mood relative to what faces usually show.

    A fifth of sadness beside three fifths of neutral is a sad face: faces are mostly neutral or
    happy, so the rarer emotions are what it tells.

    Args:
        face: [shape=(7,)] mood of a face; a mood that a person names needs no such reading.
        statistics: of the face model: what faces usually show.

    Returns:
        mood [shape=(7,), dtype=float32].

    Raises:
        InvalidMood: as `vibelux.emotions.as_mood`.

    """
    return as_mood(as_mood(face) / (statistics.usual_mood + np.float32(_DOUBT)))


def nth_largest(values: NDArray[np.float32], n: int) -> np.float32:
    """Return the n-th largest number, 1 <= n <= len(values)."""
    width = values.size // (8 * n)
    if width > 1:
        # The n-th largest of the maxima of many stretches is a bound that at least n numbers
        # reach, and few others do: only these need sorting.
        maxima = values[: values.size // width * width].reshape(-1, width).max(axis=1)
        values = values[values >= np.partition(maxima, maxima.size - n)[maxima.size - n]]
    nth: np.float32 = np.partition(values, values.size - n)[values.size - n]
    return nth

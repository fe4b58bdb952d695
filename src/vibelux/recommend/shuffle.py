"""A fair shuffle whose odds are tilted by the mood.

Every song draws a ticket, and the songs are played in the order of their tickets:

    ticket = s · (−ln(rank / n) − 4 · gap) + (1 − s) · g + ln(freshness)

with the strength s from 0 to 1, the song's rank by how well it fits, the gap between the best
song's fit and its own, and g from the standard Gumbel distribution, which makes the order a draw
without replacement in proportion to the odds ``(n / rank · exp(−4 · gap))^(s / (1 − s)) ·
freshness`` (Plackett & Luce; Gumbel-top-k: Kool, van Hoof & Welling 2019). At 0 that is a plain
shuffle and at 1 the strict ranking. Ranks give a strength the same meaning in every library; the
gap keeps what does not fit out of the way where few songs fit.

Then three rules of listening, none of which a plain shuffle knows: `diversified` looks for variety
where it is asked for, and `spaced` keeps songs of one artist or album apart and never lets
near-duplicates follow each other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.errors import InvalidInput
from vibelux.library.mapped_array import FewRows
from vibelux.recommend.diversity import diversified, units
from vibelux.recommend.fit import nth_largest

_BINS = 1 << 14  # of the scores, at most; ranks are counted, not sorted: several times faster
_GAP = np.float32(4.0)  # a song that fits worse by a quarter has a third of the odds, at 0.5
_SPARE = 64  # songs in the pool beyond those wanted, for the rules to choose from
_CHOICE = 2  # songs that variety chooses each one from
_AHEAD = 32  # songs looked at to keep others apart; of a small library a quarter
_ARTIST_GAP = 6
_ALBUM_GAP = 12


@dataclass(frozen=True, eq=False)
class Traits:
    """What is told apart by the rules; all optional, a song's row as in the scores.

    Attributes:
        artists: [shape=(n,)] equal numbers for equal artists, -1 for none.
        albums: [shape=(n,)] the same for albums.
        works: [shape=(n,)] the same for title and artist together.
        embeddings: [shape=(n, d)]; a row of zeros is like no other.
        moods: [shape=(n, 7)].
        near_duplicate: cosine of two embeddings from which on songs are near-duplicates, as of
            `vibelux.model_statistics.SongStatistics`; by default none are by their sound.

    """

    artists: NDArray[np.int64] | None = None
    albums: NDArray[np.int64] | None = None
    works: NDArray[np.int64] | None = None
    embeddings: NDArray[np.floating] | FewRows | None = None
    moods: NDArray[np.floating] | FewRows | None = None
    near_duplicate: float = np.inf


_NO_TRAITS = Traits()


def mood_shuffle(
    scores: ArrayLike,
    n: int | None = None,
    *,
    strength: float,
    seed: int | np.random.Generator,
    freshness: ArrayLike | None = None,
    traits: Traits = _NO_TRAITS,
    diversity: float = 0.0,
    left_out: ArrayLike | None = None,
    first: NDArray[np.bool_] | None = None,
    before: Sequence[int] = (),
    rows: NDArray[np.int64] | None = None,
    stand_for: NDArray[np.float32] | None = None,
) -> NDArray[np.int64]:
    """Order songs by chance, tilted by how well they fit.

    The work grows with the songs once and with n: a library of any size is counted, not sorted.

    Args:
        scores: how well each song fits [shape=(songs,)], or [shape=(steps, songs)] for a path: the
            first place of the order goes by the first row, and all places beyond by the last one.
        n: the most places to fill; None fills all.
        strength: 0, a plain shuffle, to 1, the strict ranking.
        seed: the same one gives the same order; or a generator.
        freshness: [shape=(songs,)] in (0, 1]; multiplies the odds (`freshness_of`).
        traits: what songs have in common; without them the rules of spacing have nothing to do.
        diversity: 0 to 1, weight of variety against the tickets' order (`diversified`), scaled by
            the strength: a plain shuffle needs none.
        left_out: [shape=(songs,)] true for songs that must not come.
        first: [shape=(places, songs)] true for the songs of which each of the first places takes
            one, as long as any is left; None, and beyond: of all.
        before: rows of the songs played last, the most recent one last; spacing starts from them.
        rows: [shape=(songs,)] of the songs in the traits and in ``before``; None: all, in order.
        stand_for: [shape=(songs,)] how many songs each stands for, see
            `vibelux.recommend.candidates`; None: only for itself.

    Returns:
        order [shape=(k,), dtype=int64] places in the scores, each once, k = min(n, songs that may
        come).

    Raises:
        InvalidInput: shapes that do not fit, a score that is not a number, or a value out of range.

    """
    steps = np.atleast_2d(np.asarray(scores, dtype=np.float32))
    songs = steps.shape[1]
    _check(steps, n, strength, diversity)
    rng = np.random.default_rng(seed)
    open_ = np.ones(songs, dtype=bool) if left_out is None else ~np.asarray(left_out, dtype=bool)
    available = int(np.count_nonzero(open_))
    wanted = available if n is None else min(n, available)
    luck = _gumbel(rng, songs)
    if stand_for is not None:
        luck += np.log(stand_for)
    luck *= np.float32(1 - strength)
    if freshness is not None:
        fresh = np.asarray(freshness, dtype=np.float32)
        played = np.flatnonzero(fresh < 1)
        luck[played] += np.log(np.maximum(fresh[played], np.float32(1e-6)))
    order: list[int] = []
    limited = 0 if first is None else len(first)
    number_of_steps = max(len(steps), limited + 1)
    for step in range(number_of_steps):
        row = steps[min(step, len(steps) - 1)]
        last = step == number_of_steps - 1
        places = wanted - len(order) if last else min(1, wanted - len(order))
        if places == 0:
            break
        among, of_them = open_, available
        if first is not None and step < limited:
            some = open_ & first[step]
            if number := int(np.count_nonzero(some)):
                among, of_them = some, number
        if strength:
            tickets = _fitness(row, among, stand_for)
            tickets *= np.float32(strength)
            tickets += luck
        else:
            tickets = luck.copy()
        if of_them < songs:
            tickets[~among] = -np.inf
        earlier = [*before, *(order if rows is None else rows[order].tolist())]
        chosen = _places(tickets, row, places, traits, diversity * strength, earlier, of_them, rows)
        open_[chosen] = False
        available -= len(chosen)
        order += chosen
    return np.array(order, dtype=np.int64)


def freshness_of(
    hours: ArrayLike, plays: ArrayLike, *, half_hours: float = 72.0, half_plays: float = 50.0
) -> NDArray[np.float32]:
    """Return how fresh songs are: near 0 when just played, 1 when never.

    The smaller one of ``1 − 2^(−hours / half_hours)`` and ``1 − 2^(−plays / half_plays)``, at least
    0.001. Two measures, because clocks jump: one that was put forward makes nothing fresh that was
    played a moment ago, and where one was put back (negative hours) the plays alone decide.

    Args:
        hours: [shape=(n,)] since each song was played; NaN for never.
        plays: [shape=(n,)] of other songs since then; NaN for never.
        half_hours: until a song is half as fresh as a new one.
        half_plays: the same in plays.

    Returns:
        [shape=(n,), dtype=float32] in [0.001, 1].

    """
    since = np.asarray(hours, dtype=np.float64)
    after = np.asarray(plays, dtype=np.float64)
    by_time = np.where(since >= 0, 1 - np.exp2(-np.fmax(since, 0) / half_hours), 1.0)
    by_plays = np.where(after >= 0, 1 - np.exp2(-np.fmax(after, 0) / half_plays), 1.0)
    fresh: NDArray[np.float32] = np.clip(np.fmin(by_time, by_plays), 1e-3, 1).astype(np.float32)
    return fresh


def spaced(
    candidates: Sequence[int],
    n: int,
    traits: Traits,
    *,
    before: Sequence[int] = (),
    embeddings: NDArray[np.float32] | None = None,
    ahead: int = _AHEAD,
) -> tuple[list[int], bool]:
    """Take n songs in their order, letting a later one pass where it keeps others apart.

    Songs of one artist stay 6 places apart and those of one album 12 where one of the next songs
    allows it. Near-duplicates follow each other only where no order of the candidates could help.

    Args:
        candidates: rows, the best first.
        n: the most to take.
        traits: of all songs.
        before: rows of the songs played last.
        embeddings: [shape=(len(before) + len(candidates), d)] of length 1 or 0, those of ``before``
            first; None looks them up.
        ahead: how many next songs are looked at.

    Returns:
        the rows, and whether no near-duplicates follow each other.

    """
    names = [*before, *candidates]
    if embeddings is None:
        embeddings = units(traits.embeddings, names)
    artists, albums, works = (
        None if column is None else column[names].tolist()
        for column in (traits.artists, traits.albums, traits.works)
    )

    def alike(one: int, other: int) -> bool:
        if works is not None and works[one] == works[other] >= 0:
            return True
        if embeddings is None:
            return False
        return float(embeddings[one] @ embeddings[other]) >= traits.near_duplicate

    recent = list(range(len(before)))  # places in names, as everything below
    # Where each artist and album came last; nobody's songs (-1) are never kept apart.
    last_artist, last_album = (
        {column[place]: place for place in recent if column[place] >= 0} if column else {}
        for column in (artists, albums)
    )
    waiting = list(range(len(before), len(names)))
    clean = True

    def conflict(place: int) -> float:
        """Return the share of a gap that is missing to the last song of its artist or album."""
        missing = 0.0
        for column, last, gap in (
            (artists, last_artist, _ARTIST_GAP),
            (albums, last_album, _ALBUM_GAP),
        ):
            if column is not None and column[place] in last:
                missing = max(missing, 1 - (len(recent) - last[column[place]]) / gap)
        return missing

    while waiting and len(recent) - len(before) < n:
        found, least = -1, np.inf
        for at, place in enumerate(waiting):
            if at >= ahead and found >= 0:
                break
            if recent and alike(place, recent[-1]):
                continue
            against = conflict(place)
            if against < least:
                found, least = at, against
                if against == 0:
                    break
        if found >= 0:
            place = waiting.pop(found)
        else:  # all that is left is like the last song
            place = waiting.pop(0)
            slot = _slot(recent, place, len(before), alike)
            if slot is not None:
                recent.insert(slot, place)
                continue
            clean = False
        if artists is not None and artists[place] >= 0:
            last_artist[artists[place]] = len(recent)
        if albums is not None and albums[place] >= 0:
            last_album[albums[place]] = len(recent)
        recent.append(place)
    return [names[place] for place in recent[len(before) :]], clean


def _slot(
    recent: list[int], place: int, first: int, alike: Callable[[int, int], bool]
) -> int | None:
    """Return the last place in the order where a song is like neither of its neighbours."""
    for at in range(len(recent) - 1, first - 1, -1):
        if not alike(place, recent[at]) and (at == 0 or not alike(place, recent[at - 1])):
            return at
    return None


def _places(
    tickets: NDArray[np.float32],
    scores: NDArray[np.float32],
    n: int,
    traits: Traits,
    diversity: float,
    before: Sequence[int],
    available: int,
    rows: NDArray[np.int64] | None,
) -> list[int]:
    """Fill n places from a pool of the highest tickets; a larger pool where that cannot be done."""
    before = before[-_ALBUM_GAP:]
    size = 3 * n + _SPARE
    while True:
        size = min(size, available)
        least = nth_largest(tickets, size)
        pool = np.flatnonzero(tickets >= least)
        pool = pool[np.lexsort((pool, -scores[pool], -tickets[pool]))][:size]
        if traits is _NO_TRAITS:
            return [int(row) for row in pool[:n]]
        names = (pool if rows is None else rows[pool]).tolist()
        vectors = units(traits.embeddings, [*before, *names])
        ranked = list(names)
        parts = [units(traits.moods, ranked), None if vectors is None else vectors[len(before) :]]
        known = [part for part in parts if part is not None]
        if diversity > 0 and known:
            # Side by side, their cosine is the mean of both cosines.
            likeness = np.hstack(known) / np.float32(np.sqrt(len(known)))
            choice = likeness[: _CHOICE * n]
            fits = scores[pool[: len(choice)]]
            picked = diversified(n, choice, knob=diversity, fits=fits)
            rest = np.ones(len(ranked), dtype=bool)
            rest[picked] = False
            places = [*picked.tolist(), *np.flatnonzero(rest).tolist()]
            ranked = [ranked[place] for place in places]
            if vectors is not None:
                vectors = np.concatenate([vectors[: len(before)], vectors[len(before) :][places]])
        ahead = min(_AHEAD, 1 + available // 4)
        chosen, clean = spaced(ranked, n, traits, before=before, embeddings=vectors, ahead=ahead)
        if clean or size == available:
            place_of = dict(zip(names, pool.tolist(), strict=True))
            return [place_of[row] for row in chosen]
        size *= 4


def _fitness(
    scores: NDArray[np.float32],
    open_: NDArray[np.bool_],
    stand_for: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Return −ln(rank / n) − 4 · gap of every song; equal scores share the mean of their ranks."""
    count = np.count_nonzero(open_)
    among = scores if count == scores.size else scores[open_]
    low, high = float(among.min()), float(among.max())
    if high <= low:
        return np.full(scores.shape, np.log(2), dtype=np.float32)
    number = min(_BINS, 16 * int(count))
    width = np.float32((number - 1) / (high - low))
    heights = scores - np.float32(low)
    heights *= width
    if count < scores.size:  # those that must not come may lie beyond the others
        np.clip(heights, 0, number - 1, out=heights)
    bins = heights.astype(np.intp)
    which = slice(None) if count == scores.size else open_
    weights = None if stand_for is None else stand_for[which]
    counts = np.bincount(bins[which], weights, minlength=number)
    better = counts[::-1].cumsum()[::-1] - counts
    rank = better + np.maximum(counts, 1) / 2
    table = -np.log((rank / counts.sum()).astype(np.float32))
    fitness: NDArray[np.float32] = table.take(bins)
    gaps = np.subtract(scores, np.float32(high), out=heights)
    gaps *= _GAP
    fitness += gaps
    return fitness


def _gumbel(rng: np.random.Generator, n: int) -> NDArray[np.float32]:
    """Return −ln(−ln u) of n numbers u between 0 and 1; NumPy's own draws take twice as long."""
    draws = rng.random(n, dtype=np.float32)
    np.maximum(draws, np.finfo(np.float32).tiny, out=draws)
    np.negative(np.log(draws, out=draws), out=draws)
    return np.negative(np.log(draws, out=draws), out=draws)


def _check(rows: NDArray[np.float32], n: int | None, strength: float, diversity: float) -> None:
    if rows.ndim != 2 or len(rows) == 0:
        raise InvalidInput(f"scores must have shape (songs,) or (steps, songs), got {rows.shape}")
    if not np.isfinite(rows).all():
        raise InvalidInput("a score is not a finite number")
    if n is not None and n < 0:
        raise InvalidInput(f"n={n} must not be negative")
    for name, value in (("strength", strength), ("diversity", diversity)):
        if not 0 <= value <= 1:
            raise InvalidInput(f"{name}={value} must be between 0 and 1")

"""Judging by other people's collections: each is judged by a model that does not know it.

Folds of one collection share its labels, its recordings and its choice of songs with what they
judge, so that they flatter a model; the music that users own shares none of them. Models are
therefore chosen by this: one collection is left out, with all songs by its artists, the others are
learnt from, and the mean over the collections counts. Their scales differ, so that only
correlations and areas under the ROC curve are compared.

A model chosen among many by these figures comes out too well on them. How often they were looked at
is counted and goes into the card.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vibelux.atomic_file import atomic_file
from vibelux.datasets.songs import LabelledSong
from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError
from vibelux.evaluation.metrics import auc, grouped_draws, interval_of, pearson_r
from vibelux.evaluation.songs import SongPredictions
from vibelux.folding import folded
from vibelux.training.song.targets import SUPPORTED, affect_of_labels, leading_emotion

AXES = ("valence", "arousal")

LOOKS_FILE = "looks.json"

_SAME = 0.002  # correlations that differ by less are the same model's, up to rounding

COMMAND = "vibelux train music --cross-dataset"
"""Writes the records that are read here."""

_SEVERAL = re.compile(r", | & | and | feat\. | featuring ", re.IGNORECASE)
_NOBODY = frozenset({"", "other", "unknown", "various artists"})


def artists_of(song: LabelledSong) -> frozenset[str]:
    """Return the names that a song's group stands for, as they are compared across collections.

    A group is written ``<collection>:<artist>``; several artists are taken apart. A number names
    nobody outside its own collection.
    """
    name = folded(song.group.split(":", 1)[-1])
    names = {part.removeprefix("the ").strip() for part in (name, *_SEVERAL.split(name))}
    return frozenset(n for n in names if n not in _NOBODY and not n.isdigit())


def learning_rows(songs: Sequence[LabelledSong], collection: str) -> NDArray[np.int64]:
    """Return the places of the songs that may be learnt from where a collection is judged.

    Neither its own nor any by one of its artists [shape=(k,)].

    Raises:
        DatasetError: there is no such collection, or nothing else to learn from.

    """
    taken = set().union(*(artists_of(song) for song in songs if song.dataset == collection))
    rows = [
        place
        for place, song in enumerate(songs)
        if song.dataset != collection and taken.isdisjoint(artists_of(song))
    ]
    names = sorted({song.dataset for song in songs})
    if collection not in names or not rows:
        raise DatasetError(
            f"{collection!r} must be one of several collections; there are: {', '.join(names)}"
        )
    return np.array(rows, dtype=np.int64)


@dataclass(frozen=True)
class Judged:
    """One collection, and what a model that does not know it says about its songs.

    Attributes:
        songs: n songs of one collection.
        affect: predicted valence and arousal [shape=(n, 2)].
        mood: predicted mixture of the seven [shape=(n, 7)].

    """

    songs: tuple[LabelledSong, ...]
    affect: NDArray[np.floating]
    mood: NDArray[np.floating]

    @classmethod
    def of(cls, songs: Sequence[LabelledSong], predictions: SongPredictions) -> "Judged":
        """Take what is judged out of predictions for the same songs."""
        affect = np.stack([predictions.valence, predictions.arousal], axis=1)
        return cls(tuple(songs), affect, predictions.mood)

    @property
    def collection(self) -> str:
        """Name of the collection."""
        return self.songs[0].dataset

    @cached_property
    def labels(self) -> NDArray[np.float64]:
        """Valence and arousal as labelled [shape=(n, 2)], NaN where they are not."""
        return np.array([affect_of_labels(song) for song in self.songs], dtype=np.float64)

    @cached_property
    def middles(self) -> NDArray[np.float64]:
        """What parts the upper from the lower half of each axis [shape=(2,)].

        The median of ratings; the middle where a label only says the half.
        """
        parts = [np.unique(column[np.isfinite(column)]) for column in self.labels.T]
        return np.array(
            [
                values.mean() if len(values) == 2 else np.nanmedian(column)
                for values, column in zip(parts, self.labels.T, strict=True)
            ]
        )

    @cached_property
    def leading(self) -> NDArray[np.int64]:
        """Place of the strongest emotion of each song's mood words, -1 without [shape=(n,)]."""
        places = [leading_emotion(song) if song.tags else -1 for song in self.songs]
        return np.array(places, dtype=np.int64)

    def figures(self, rows: NDArray[np.int64] | None = None) -> dict[str, float]:
        """Return the figures over all songs, or over some.

        ``<axis>_r``: Pearson's correlation with the labels of `affect_of_labels`; ``<axis>_auc``:
        how well the halves are told apart; ``auc_<emotion>`` of each of `SUPPORTED` and
        ``mean_auc`` of these, where mood words say which emotion leads.
        """
        rows = np.arange(len(self.songs)) if rows is None else rows
        figures = {}
        for axis, name in enumerate(AXES):
            known = rows[np.isfinite(self.labels[rows, axis])]
            truth, said = self.labels[known, axis], self.affect[known, axis]
            figures[f"{name}_r"] = pearson_r(truth, said)
            figures[f"{name}_auc"] = auc(said, truth > self.middles[axis])
        told = rows[self.leading[rows] >= 0]
        if len(told):
            aucs = {
                name: auc(self.mood[told, place], self.leading[told] == place)
                for name in SUPPORTED
                for place in (EMOTIONS.index(name),)
            }
            figures |= {f"auc_{name}": value for name, value in aucs.items()}
            figures["mean_auc"] = float(np.nanmean(list(aucs.values())))
        return figures


def cross_dataset_figures(
    judged: Sequence[Judged], other: Sequence[Judged] | None = None
) -> dict[str, Any]:
    """Return figures over all collections with intervals, and by how much they exceed another's.

    Args:
        judged: each collection, by a model that does not know it.
        other: the same songs, by other models, or None.

    Returns:
        ``<figure>`` is the mean over the collections that have it, ``<figure>_<collection>`` that
        of one; ``gain_<figure>`` is the mean less the other's. ``_low`` and ``_high`` are the ends
        of 95 % intervals, drawn by groups within each collection; a gain's draws are the same for
        both (paired).

    """
    draws = [grouped_draws([song.group for song in part.songs]) for part in judged]
    own = [_drawn(part, rows) for part, rows in zip(judged, draws, strict=True)]
    theirs = None
    if other is not None:
        theirs = [_drawn(part, rows) for part, rows in zip(other, draws, strict=True)]
    figures: dict[str, Any] = {"collections": len(judged)}
    for name in [f"{axis}_{kind}" for kind in ("r", "auc") for axis in AXES] + ["mean_auc"]:
        found = _mean(own, name)
        if not np.isfinite(found[0]):
            continue
        figures |= _with_interval(name, found)
        if theirs is not None:
            figures |= _with_interval(f"gain_{name}", found - _mean(theirs, name))
    for part, values in zip(judged, own, strict=True):
        for name, found in values.items():
            figures |= _with_interval(f"{name}_{part.collection}", found)
        figures[f"n_{part.collection}"] = len(part.songs)
    return figures


def _drawn(part: Judged, draws: Sequence[NDArray[np.int64]]) -> dict[str, NDArray[np.float64]]:
    """Return each figure as it is, then of each draw [shape=(1 + draws,)]."""
    found = [part.figures(), *(part.figures(rows) for rows in draws)]
    return {name: np.array([values.get(name, np.nan) for values in found]) for name in found[0]}


def _mean(parts: Sequence[Mapping[str, NDArray[np.float64]]], name: str) -> NDArray[np.float64]:
    known = [values[name] for values in parts if name in values and np.isfinite(values[name][0])]
    return np.mean(known, axis=0) if known else np.array([np.nan])


def _with_interval(name: str, found: NDArray[np.float64]) -> dict[str, float]:
    low, high = interval_of(found[1:])
    return {name: float(found[0]), f"{name}_low": low, f"{name}_high": high}


def write_record(
    path: Path,
    judged: Sequence[Judged],
    *,
    key: Mapping[str, Any],
    figures: Mapping[str, Any],
    statistics: Mapping[str, Any] | None = None,
) -> None:
    """Keep the figures for a card, and what was said about each song for a paired comparison.

    Args:
        path: the file to write.
        judged: each collection.
        key: what the answers depend on besides the songs' sound.
        figures: of `cross_dataset_figures`, and ``looks``.
        statistics: of a card, where they are known.

    Raises:
        DatasetError: the file cannot be written.

    """
    answers = {
        part.collection: {
            song.given: [round(float(x), 5) for x in (*affect, *mood)]
            for song, affect, mood in zip(part.songs, part.affect, part.mood, strict=True)
        }
        for part in judged
    }
    record = {"key": key, "figures": figures, "statistics": dict(statistics or {})}
    _write(path, {**record, "answers": answers})


def read_answers(path: Path, judged: Sequence[Judged]) -> list[Judged]:
    """Read what another model said about the same songs.

    Raises:
        DatasetError: the file cannot be read or lacks one of the songs.

    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))["answers"]
        rows = [
            np.array([record[part.collection][song.given] for song in part.songs], dtype=np.float64)
            for part in judged
        ]
        return [
            Judged(part.songs, values[:, :2], values[:, 2 : 2 + len(EMOTIONS)])
            for part, values in zip(judged, rows, strict=True)
        ]
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise DatasetError(
            f"{path} does not say what a model answers for these songs ({error!r}); write it with "
            f"{COMMAND}"
        ) from error


@dataclass(frozen=True)
class Record:
    """What `write_record` kept for the card of the model that is then trained on all songs.

    Attributes:
        key: of the recipe and the songs.
        figures: of `cross_dataset_figures`, and ``looks``.
        statistics: of a card, as far as they were measured.

    """

    key: Mapping[str, Any]
    figures: Mapping[str, Any]
    statistics: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path, key: Mapping[str, Any]) -> Self:
        """Read a record of the same training.

        Args:
            path: what `write_record` wrote.
            key: of the training, or a part of it.

        Raises:
            DatasetError: the file cannot be read, or is of another recipe or of other songs.

        """
        try:
            record = json.loads(path.read_text(encoding="utf-8"))
            found, figures = dict(record["key"]), dict(record["figures"])
            statistics = dict(record.get("statistics", {}))
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise DatasetError(
                f"{path} does not hold figures of other collections ({error!r}); write it with "
                f"{COMMAND}"
            ) from error
        other = ", ".join(name for name, value in key.items() if found.get(name) != value)
        if other:
            raise DatasetError(
                f"{path} belongs to another training: it differs in {other}; repeat it with "
                f"{COMMAND}"
            )
        return cls(found, figures, statistics)


def count_look(folder: Path, figures: Mapping[str, Any]) -> int:
    """Add a look at figures to the folder's list and return how many there were.

    The same correlations again, up to rounding, are no new look.

    Args:
        folder: that the list is in.
        figures: of `cross_dataset_figures`.

    Raises:
        DatasetError: the list cannot be read or written.

    """
    path = folder / LOOKS_FILE
    found = {
        name: round(float(value), 4)
        for name, value in figures.items()
        if name.startswith(tuple(f"{axis}_r" for axis in AXES))
        and not name.endswith(("_low", "_high"))
    }
    try:
        looks = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        known = any(_same(look, found) for look in looks)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise DatasetError(
            f"{path} is not a list of looks ({error!r}), which say how often the figures were "
            "looked at: mend it, or choose another folder"
        ) from error
    if not known:
        looks.append(found)
        _write(path, looks)
    return len(looks)


def _same(look: Mapping[str, float], found: Mapping[str, float]) -> bool:
    return look.keys() == found.keys() and all(
        abs(look[name] - value) < _SAME for name, value in found.items()
    )


def _write(path: Path, record: Any) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as part:
            part.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise DatasetError(f"cannot write {path}: {error}") from error

"""How often the songs recommended for a face are in the quadrant of its emotion.

For each labelled face, the ten best labelled songs are taken, by the face's mood as a face model
reads it and the songs' moods as the music model predicts them. Precision at 10 is the share of
these songs whose labelled quadrant is that of the face's labelled emotion (`QUADRANT_OF_EMOTION`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.faces import FaceData
from vibelux.datasets.songs import QUADRANTS, SongData
from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError, InvalidInput
from vibelux.evaluation.predictions import SongPrediction
from vibelux.library.song_emotions import moods_of_mood
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.fit import SHIPPED, Formula, SongFit, standing_out

TOP = 10

QUADRANT_OF_EMOTION = {
    "angry": "Q2",
    "disgust": "Q2",
    "fear": "Q2",
    "happy": "Q1",
    "neutral": "Q4",
    "sad": "Q3",
    "surprise": "Q1",
}
"""The quadrant of each emotion in Russell's circumplex; neutral is taken for calm."""

DEFAULT = "the fit, standing out, songs of the mood first"
"""What VibeluX does; it is compared with `RANDOM` and the other `METHODS`."""

RANDOM = "random choice"

_HALVES = 20
_FACES_AT_ONCE = 512

_Moods = NDArray[np.floating]
_Score = Callable[[_Moods, "MatchingData"], _Moods]


@dataclass(frozen=True)
class MatchingData:
    """Faces and songs with labels and predictions.

    Attributes:
        faces: moods as a face model reads them [shape=(F, 7)].
        label: place of each face's emotion in `EMOTIONS` [shape=(F,)].
        songs: moods as predicted out of fold [shape=(S, 7)].
        affect: valence and arousal, also predicted out of fold [shape=(S, 2)].
        quadrant: place of each song's quadrant in `QUADRANTS` [shape=(S,)].
        group: artist of each song [shape=(S,)].
        statistics: of the face model and the music model.

    """

    faces: _Moods
    label: NDArray[np.int64]
    songs: _Moods
    affect: _Moods
    quadrant: NDArray[np.int64]
    group: NDArray[np.str_]
    statistics: ModelStatistics

    def with_faces(self, moods: _Moods) -> "MatchingData":
        """Return the same data with these moods of the faces."""
        return replace(self, faces=moods)

    def with_songs(self, chosen: NDArray[np.bool_]) -> "MatchingData":
        """Return the same faces with some of the songs."""
        return replace(
            self,
            songs=self.songs[chosen],
            affect=self.affect[chosen],
            quadrant=self.quadrant[chosen],
            group=self.group[chosen],
        )


@dataclass(frozen=True)
class Precision:
    """Precision at 10 of one method.

    Attributes:
        by_emotion: mean over the faces of each emotion [shape=(7,)]; NaN without faces.
        mean: over the emotions that occur.
        faces: mean over all faces.
        spread: standard error of ``mean`` over artists, from halves of the artists (delete-half
            jackknife), or None if it was not asked for.

    """

    by_emotion: NDArray[np.float64]
    mean: float
    faces: float
    spread: float | None = None

    def figures(self) -> dict[str, float | None]:
        """Return the figures of `vibelux evaluate match --json`."""
        return {
            **{
                name: None if np.isnan(value) else float(value)
                for name, value in zip(EMOTIONS, self.by_emotion, strict=True)
            },
            "mean": self.mean,
            "standard_error": self.spread,
            "faces": self.faces,
        }


def matching_data(
    faces: FaceData,
    songs: SongData,
    predicted: Mapping[str, SongPrediction],
    statistics: ModelStatistics,
) -> MatchingData:
    """Combine labelled faces with the songs that have a quadrant and a prediction.

    The faces' moods are zero until `MatchingData.with_faces` sets them.

    Args:
        faces: F labelled faces.
        songs: labelled songs.
        predicted: path as the songs give it -> what a model says of it.
        statistics: of the two models.

    Raises:
        DatasetError: no song has both.

    """
    rows = [song for song in songs.rows if song.quadrant is not None and song.given in predicted]
    if not rows:
        raise DatasetError(
            "no song of the manifest has a quadrant and a prediction; do the paths of the "
            "predictions belong to this manifest?"
        )
    return MatchingData(
        faces=np.zeros((len(faces), len(EMOTIONS)), np.float32),
        label=faces.label,
        songs=np.stack([predicted[song.given].mood for song in rows]),
        affect=np.stack([predicted[song.given].affect for song in rows]),
        quadrant=np.array([song.quadrant_index for song in rows]),
        group=np.array([song.group for song in rows]),
        statistics=statistics,
    )


def of_collection(songs: SongData, name: str | None) -> SongData:
    """Return the songs of one collection, or all of them for None.

    Raises:
        DatasetError: there is no such collection.

    """
    if name is None:
        return songs
    rows = tuple(song for song in songs.rows if song.dataset == name)
    if not rows:
        known = ", ".join(sorted({song.dataset for song in songs.rows if song.dataset})) or "none"
        raise DatasetError(f"there is no collection {name!r} among the songs; there are: {known}")
    return replace(songs, rows=rows)


def half_of(group: NDArray[np.str_], half: str) -> NDArray[np.bool_]:
    """Return the songs of one half of the artists, to choose on one half and report on the other.

    Args:
        group: artist of each song [shape=(S,)].
        half: ``first``, ``second`` or ``all``.

    Raises:
        InvalidInput: another word.

    """
    if half == "all":
        return np.ones(len(group), dtype=bool)
    if half not in ("first", "second"):
        raise InvalidInput(f"artists={half!r} must be one of all, first, second")
    names = np.unique(group)
    drawn = np.random.default_rng(1).permutation(names)[: len(names) // 2]
    first = np.isin(group, drawn)
    return first if half == "first" else ~first


def evaluate_matching(
    data: MatchingData, *, methods: list[str] | None = None, spread: bool = True
) -> dict[str, Precision]:
    """Measure methods of matching, random choice first.

    Args:
        data: at least 20 songs.
        methods: names of `METHODS`; default: all.
        spread: whether to estimate standard errors, which takes twenty times as long.

    Raises:
        InvalidInput: too few songs, or an unknown method.

    """
    if len(data.songs) < 2 * TOP:
        raise InvalidInput(f"{len(data.songs)} songs are too few; at least {2 * TOP} are needed")
    names = list(METHODS) if methods is None else methods
    if unknown := [name for name in names if name not in METHODS]:
        raise InvalidInput(f"there is no method {unknown[0]!r}; there are {', '.join(METHODS)}")
    found = {RANDOM: _summary(data, _by_chance(data))}
    for name in names:
        precision = _summary(data, _precisions(data, METHODS[name]))
        error = _standard_error(data, METHODS[name]) if spread else None
        found[name] = Precision(precision.by_emotion, precision.mean, precision.faces, error)
    return found


def _precisions(data: MatchingData, score: _Score) -> NDArray[np.float64]:
    """Return the precision at 10 of each face [shape=(F,)]."""
    wanted = _TARGET[data.label]
    hits = np.empty(len(data.faces))
    for first in range(0, len(data.faces), _FACES_AT_ONCE):
        rows = slice(first, first + _FACES_AT_ONCE)
        scores = score(data.faces[rows], data)
        top = np.argpartition(-scores, TOP, axis=1)[:, :TOP]
        hits[rows] = (data.quadrant[top] == wanted[rows, None]).mean(axis=1)
    return hits


def _by_chance(data: MatchingData) -> NDArray[np.float64]:
    shares = np.bincount(data.quadrant, minlength=len(QUADRANTS)) / len(data.quadrant)
    chance: NDArray[np.float64] = shares[_TARGET[data.label]]
    return chance


def _summary(data: MatchingData, precisions: NDArray[np.float64]) -> Precision:
    by_emotion = np.array(
        [
            precisions[data.label == place].mean() if (data.label == place).any() else np.nan
            for place in range(len(EMOTIONS))
        ]
    )
    return Precision(by_emotion, float(np.nanmean(by_emotion)), float(precisions.mean()))


def _standard_error(data: MatchingData, score: _Score) -> float:
    names, rng = np.unique(data.group), np.random.default_rng(0)
    few = replace(data, faces=data.faces[::4], label=data.label[::4])
    means = []
    for _ in range(_HALVES):
        half = rng.permutation(names)[: len(names) // 2]
        part = few.with_songs(np.isin(few.group, half))
        if len(part.songs) > TOP:
            means.append(_summary(part, _precisions(part, score)).mean)
    return float(np.std(means, ddof=1)) if len(means) > 1 else float("nan")


_TARGET = np.array([QUADRANTS.index(QUADRANT_OF_EMOTION[emotion]) for emotion in EMOTIONS])


def _fit(formula: Formula, *, stand_out: bool) -> _Score:
    def score(faces: _Moods, data: MatchingData) -> _Moods:
        songs = SongFit(data.songs, data.affect, statistics=data.statistics.songs, formula=formula)
        usual = data.statistics.faces
        read = (standing_out(face, usual) if stand_out else face for face in faces)
        return np.stack([songs.to(face) for face in read])

    return score


def _as_ranked(faces: _Moods, data: MatchingData) -> _Moods:
    """Return scores in the order of `vibelux.recommend.ranking.rank`, of a face."""
    songs = SongFit(data.songs, data.affect, statistics=data.statistics.songs)
    scores = []
    for face in faces:
        sought = standing_out(face, data.statistics.faces)
        suiting = moods_of_mood(data.songs, data.affect, face)
        suiting |= moods_of_mood(data.songs, data.affect, sought)
        scores.append(songs.to(sought) + suiting)
    return np.stack(scores)


def _centred(faces: _Moods, data: MatchingData) -> _Moods:
    return _cosine(faces - data.songs.mean(axis=0), data.songs - data.songs.mean(axis=0))


def _cosine(faces: _Moods, songs: _Moods) -> _Moods:
    unit_faces, unit_songs = (
        rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        for rows in (faces, songs)
    )
    cosines: _Moods = unit_faces @ unit_songs.T
    return cosines


_FORMULAS = {
    "cosine": Formula(kinship=0, circumplex=0),
    "kinship": Formula(circumplex=0),
    "circumplex": Formula(circumplex=1),
    "cosine and circumplex": Formula(kinship=0),
    "the fit": SHIPPED,
}

METHODS: dict[str, _Score] = {
    "strongest only": lambda f, data: data.songs[:, f.argmax(axis=1)].T,
    "cosine, centred on the catalogue": _centred,
    **{name: _fit(formula, stand_out=False) for name, formula in _FORMULAS.items()},
    **{f"{name}, standing out": _fit(f, stand_out=True) for name, f in _FORMULAS.items()},
    DEFAULT: _as_ranked,
}
"""Scores [shape=(F, S)] of songs for faces from their moods; higher is better."""

"""Rankings: the songs that fit a mood best, each with the reasons."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.emotions import as_mood
from vibelux.errors import CatalogueEmpty, CatalogueError, InvalidInput
from vibelux.library.catalogue import Catalogue, Song
from vibelux.library.song_columns import SongColumns
from vibelux.library.song_emotions import emotion_counts, of_mood
from vibelux.recommend.confidence import Confidence, confidence_of
from vibelux.recommend.coverage import Coverage, coverage_of
from vibelux.recommend.fit import SongFit, standing_out
from vibelux.recommend.nearest_songs import nearest_songs
from vibelux.recommend.reason_words import Explained
from vibelux.recommend.reasons import Fact, reasons_for
from vibelux.recommend.song_sound import analysis_of


@dataclass(frozen=True)
class Recommendation(Explained):
    """A song that fits a mood.

    Attributes:
        song: the catalogue's entry.
        score: how well it fits, as in `vibelux.recommend.fit`, 0 to 1.
        reasons: why, as facts; see `vibelux.recommend.reasons`.
        confidence: how sure the song's own analysis is.
        suits: it is of the mood, as a person would say (`vibelux.library.song_emotions.of_mood`);
            others may be the nearest to it that there are.

    """

    song: Song
    score: float
    reasons: list[Fact]
    confidence: Confidence
    suits: bool = True


@dataclass(frozen=True)
class Ranking:
    """The songs that fit a mood.

    Attributes:
        songs: those of the mood first (`Recommendation.suits`), then the nearest of the others,
            each by their fit; equal ones in the order of the catalogue.
        coverage: what the catalogue holds of the mood as the person sees it, also of a face: the
            sentence stands beside it. None: of a bit of everything.

    """

    songs: list[Recommendation]
    coverage: Coverage | None


def recommend_songs(
    catalogue: Catalogue,
    mood: ArrayLike,
    *,
    n: int,
    of_face: bool = False,
) -> list[Recommendation]:
    """Return the songs that `rank` finds, at most n, the best first."""
    return rank(catalogue, mood, n=n, of_face=of_face).songs


def rank(
    catalogue: Catalogue,
    mood: ArrayLike,
    *,
    n: int,
    of_face: bool = False,
) -> Ranking:
    """Rank the catalogue's songs: those of a mood, then the others, each by how well they fit it.

    Songs whose file is gone are left out, even where no scan has noticed that yet.

    Args:
        catalogue: an open catalogue.
        mood: [shape=(7,)] as in `vibelux.emotions.as_mood`.
        n: the most songs, >= 1.
        of_face: the mood was read from a face: what stands out in it counts most, as of
            `vibelux.recommend.fit.standing_out`.

    Raises:
        InvalidInput: n is below 1, or the mood is not one.
        CatalogueError: there is no analysed song in the catalogue, or no file that is still there.
        ModelError: as `vibelux.model_statistics.ModelStatistics`.

    """
    if n < 1:
        raise InvalidInput(f"n={n} must be at least 1")
    wanted = as_mood(mood)
    require_songs(catalogue)
    statistics = catalogue.statistics.songs
    columns = SongColumns.of(catalogue, "affect").playable
    songs = SongFit.of(columns, statistics)
    sought = standing_out(wanted, catalogue.statistics.faces) if of_face else wanted
    suiting = of_mood(columns, wanted)
    if of_face:
        suiting = suiting | of_mood(columns, sought)  # what stands out in it is looked for, too

    def best(most: int) -> tuple[NDArray[np.int64], NDArray[np.floating]]:
        rows, fits = songs.best(sought, most, first=suiting)
        return rows, np.add(fits, suiting[rows], dtype=np.float64)

    found = nearest_songs(catalogue, columns.ids, best, n)
    if not found:
        raise CatalogueError(
            "none of the catalogue's songs can be found any more; connect the disk that holds "
            "them, or scan again: vibelux scan FOLDER"
        )
    counts = emotion_counts(columns)
    recommendations = []
    for song, place in found:
        if song.mood is None:
            continue
        suits = bool(suiting[columns.row_of(song.id)])
        fit = place - suits
        reasons = reasons_for(
            analysis_of(song, statistics),
            wanted,
            statistics=statistics,
            policy="match",
            target=sought,
            fit=fit,
            counts=counts,
        )
        confidence = confidence_of(song.mood, song.course, statistics)
        recommendations.append(Recommendation(song, fit, reasons, confidence, suits))
    return Ranking(recommendations, coverage_of(columns, wanted))


def require_songs(catalogue: Catalogue) -> None:
    """Check that there is something to recommend, before a camera is started in vain.

    Raises:
        CatalogueEmpty: there is no analysed song whose file was there at the last scan.

    """
    counts = catalogue.counts()
    if counts["ok"]:
        return
    others = [f"{counts[state]} {state}" for state in ("failed", "missing") if counts[state]]
    detail = f" ({', '.join(others)})" if others else ""
    raise CatalogueEmpty(
        f"the catalogue has no songs that can be played{detail}; "
        "scan a folder with music first: vibelux scan FOLDER"
    )

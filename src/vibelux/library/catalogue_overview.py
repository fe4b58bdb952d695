"""What is in a catalogue, in a few numbers."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, select

from vibelux.emotions import EMOTIONS
from vibelux.everyday_moods import EVERYDAY_MOODS, Word
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import songs
from vibelux.library.schema_blobs import text_of
from vibelux.library.song_columns import SongColumns
from vibelux.library.song_emotions import emotion_counts, of_word


@dataclass(frozen=True)
class Overview:
    """The numbers of a catalogue.

    Attributes:
        counts: songs in each state, as in `Catalogue.counts`.
        hours: of music that is playable.
        strongest: emotion -> playable songs that count as it (`emotions_of`).
        words: everyday mood -> playable songs that one would call so.
        mean: emotion -> its mean share in the playable songs; zeros if there are none.
        models: id of a model -> playable songs that it analysed.
        reasons: reason code -> failed songs.

    """

    counts: dict[str, int]
    hours: float
    strongest: dict[str, int]
    words: dict[Word, int]
    mean: dict[str, float]
    models: dict[str, int]
    reasons: dict[str, int]


def overview(catalogue: Catalogue) -> Overview:
    """Count a catalogue's songs.

    Raises:
        CatalogueError: the catalogue cannot be read.

    """
    playable = SongColumns.of(catalogue, "moods", "affect").playable
    moods = playable.moods
    mean = moods.mean(axis=0, dtype=np.float64) if len(moods) else np.zeros(len(EMOTIONS))
    with catalogue.reading() as connection:
        models = connection.execute(
            select(songs.c.model, func.count(), func.coalesce(func.sum(songs.c.duration), 0.0))
            .where(songs.c.server == catalogue.server, songs.c.state == "ok")
            .group_by(songs.c.model)
            .order_by(func.count().desc(), songs.c.model)
        ).all()
        reasons = connection.execute(
            select(songs.c.reason_code, func.count())
            .where(songs.c.server == catalogue.server, songs.c.state == "failed")
            .group_by(songs.c.reason_code)
            .order_by(func.count().desc(), songs.c.reason_code)
        ).all()
    return Overview(
        counts=catalogue.counts(),
        hours=sum(row[2] for row in models) / 3600,
        strongest=dict(zip(EMOTIONS, emotion_counts(playable), strict=True)),
        words={key: int(np.count_nonzero(of_word(playable, key))) for key in EVERYDAY_MOODS},
        mean=dict(zip(EMOTIONS, map(float, mean), strict=True)),
        models={text_of(row[0]) or "unknown": row[1] for row in models},
        reasons={text_of(row[0]) or "unknown": row[1] for row in reasons},
    )

"""Corrections: the mood that a person gives to a song in place of the one that a model heard."""

from numpy.typing import ArrayLike
from sqlalchemy import update

from vibelux.circumplex import affect_of
from vibelux.emotions import as_mood
from vibelux.errors import InvalidInput
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import OWN, songs, storable
from vibelux.library.schema_blobs import vector_blob


def correct(catalogue: Catalogue, song_id: int, mood: ArrayLike | None) -> None:
    """Give a song a mood of one's own; it counts everywhere, and stays when the song is scanned.

    Valence and arousal follow from it. What the model heard is kept beside it.

    Args:
        catalogue: an open one.
        song_id: of the song.
        mood: [shape=(7,)] of the song; None goes back to what the model heard.

    Raises:
        InvalidMood: as `vibelux.emotions.as_mood`.
        InvalidInput: there is no song with this id, or its mood is not known yet.
        CatalogueError: it cannot be saved.
        ModelError: the music model's card does not say where the emotions lie.

    """
    values: dict[str, object] = dict.fromkeys(OWN)
    if mood is not None:
        own = as_mood(mood)
        valence, arousal = affect_of(own, catalogue.statistics.songs.affect).tolist()
        values = dict(zip(OWN, (vector_blob(own), valence, arousal), strict=True))
    known = (songs.c.id == song_id) & songs.c.mood.is_not(None)
    changed = 0
    if storable(song_id):
        with catalogue.writing() as connection:
            changed = connection.execute(update(songs).where(known).values(**values)).rowcount
    if not changed:
        raise InvalidInput(
            f"there is no analysed song with id {song_id}; scan its folder first: "
            "vibelux scan FOLDER"
        )

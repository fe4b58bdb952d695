"""A catalogue's songs as they are without the files that keep their columns."""

from vibelux.library.catalogue import Catalogue
from vibelux.library.song_columns import SongColumns


def plain_columns(catalogue: Catalogue) -> SongColumns:
    """Read all songs from the catalogue itself."""
    with catalogue.snapshot() as cursor:
        return SongColumns.now(cursor, catalogue)[0]

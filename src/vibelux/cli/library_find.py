"""`vibelux library find`."""

import typer

from vibelux.cli.command import Commands
from vibelux.cli.console import out, print_json, spoken
from vibelux.cli.song_lines import print_songs
from vibelux.cli.song_list_options import Number


def add_to(app: Commands) -> None:
    """Add the command to those of `vibelux library`."""
    app.adds("find", examples=["vibelux library find sad", "vibelux library find calm piano"])(find)


def find(
    words: list[str] = typer.Argument(
        ..., metavar="WORDS", help="Words of title, artist or album, or a mood."
    ),
    number: Number = 20,
    json: bool = typer.Option(False, "--json", help="Print the songs as one JSON document."),
) -> None:
    """Find songs by their names, and by a mood: sad, calm piano.

    Songs that have the words in their names come first.
    """
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.song_columns import SongColumns
    from vibelux.library.song_search import SEARCHED
    from vibelux.library.song_search import find as found
    from vibelux.recommend.confidence import confidence_of
    from vibelux.recommend.ranking import Recommendation, require_songs
    from vibelux.recommend.song_sound import analysis_of, sounds_of
    from vibelux.settings import load_settings

    with Catalogue.of(load_settings()) as catalogue:
        if not json:
            require_songs(catalogue)
        statistics = catalogue.statistics.songs
        columns = SongColumns.of(catalogue, *SEARCHED)
        ids = found(columns, " ".join(words), sort="name", moods=True)
        songs = [song for song in catalogue.songs_by_id(ids[:number]) if song.mood is not None]
        if json:
            print_json(
                {
                    "total": len(ids),
                    "songs": [
                        {
                            "id": song.id,
                            "path": str(song.path),
                            "title": song.title,
                            "artist": song.artist,
                        }
                        for song in songs
                    ],
                }
            )
            return
        listed = [
            Recommendation(
                song,
                1.0,
                [sounds_of(analysis_of(song, statistics))],
                confidence_of(song.mood, song.course, statistics),
            )
            for song in songs
            if song.mood is not None
        ]
    said = spoken()
    print_songs(listed, said, why=False, dots=False)
    if len(ids) > len(listed):
        more = said.figures(len(ids) - len(listed))
        command = f"vibelux library find {' '.join(words)} -n {len(ids)}"
        out().print(said.text("cli.scan.more", more=more, command=command), soft_wrap=True)
    if not len(ids):
        out().print(said.text("cli.library.nothing", words=" ".join(words)), soft_wrap=True)

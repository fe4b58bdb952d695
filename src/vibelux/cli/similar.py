"""`vibelux similar`."""

from typing import TYPE_CHECKING

import typer

from vibelux.cli.console import err, out, print_json, require_catalogue, spoken, written
from vibelux.cli.song_lines import print_songs, song_name
from vibelux.cli.song_list_options import M3u8, Number, Output, Why, open_songs, require_playlist
from vibelux.cli.wrong_usage import wrong
from vibelux.errors import CatalogueError

if TYPE_CHECKING:
    from vibelux.library.catalogue import Catalogue, Song
    from vibelux.recommend.similar_songs import SimilarSong
    from vibelux.settings import Settings


def similar(
    words: list[str] | None = typer.Argument(
        None, metavar="SONG", help="Its path, its id, or words of its title and artist."
    ),
    number: Number = 10,
    order: str | None = typer.Option(
        None,
        "--order",
        metavar="ORDER",
        show_default="ranking",
        help="ranking: the most alike first. listening: like a radio, with artists spread and what "
        "was played lately later.",
    ),
    why: Why = False,
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
    output: Output = None,
    m3u8: M3u8 = None,
    play: bool = typer.Option(False, "--open", help="Play it with the system's player."),
) -> None:
    """Find the songs that sound most like one of them."""
    from rich.text import Text

    from vibelux.cli.usage import here
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.databases.place import is_there
    from vibelux.library.playlists import write_playlist
    from vibelux.recommend.ranking import require_songs
    from vibelux.recommend.similar_songs import find_song
    from vibelux.recommend.similar_songs import similar as nearest
    from vibelux.settings import load_settings

    if order not in (None, "ranking", "listening"):
        raise wrong("order", order=order, instead={"--order": "listening"})
    output = output or m3u8
    if output is not None:
        require_playlist(output)
    settings = load_settings()
    if not words:
        missing = wrong("no_song")
        if is_there(settings.catalogue):
            with Catalogue.of(settings) as catalogue:
                missing.add_note(_example(catalogue))
        else:
            missing.add_note(here("vibelux scan ~/Music"))
        raise missing
    require_catalogue(settings.catalogue)
    with Catalogue.of(settings) as catalogue:
        require_songs(catalogue)
        try:
            this = find_song(catalogue, " ".join(words))
        except CatalogueError as error:
            error.add_note(_example(catalogue))
            raise
        if order == "listening":
            songs = _radio(settings, catalogue, this, number)
        else:
            songs = nearest(catalogue, this, n=number)
    if json:
        print_json(
            {
                "song": {
                    "id": this.id,
                    "path": str(this.path),
                    "title": this.title,
                    "artist": this.artist,
                },
                "songs": [
                    {
                        "id": entry.song.id,
                        "path": str(entry.song.path),
                        "title": entry.song.title,
                        "artist": entry.song.artist,
                        "score": round(entry.score, 6),
                        "reason": entry.reason,
                    }
                    for entry in songs
                ],
            }
        )
    else:
        spoken_words = spoken()
        heading = spoken_words.text("cli.similar", song=song_name(this).plain)
        out().print(Text(heading, style="bold"))
        out().print()
        print_songs(songs, spoken_words, why=why, dots=False)
    if output is not None:
        write_playlist(output, [entry.song for entry in songs])
        err().print(written(output, len(songs), spoken()), soft_wrap=True)
    if play:
        open_songs([entry.song for entry in songs], output, settings)


def _radio(
    settings: "Settings", catalogue: "Catalogue", song: "Song", number: int
) -> "list[SimilarSong]":
    """Return songs that sound like one, in an order to listen to."""
    from vibelux.library.song_columns import SongColumns
    from vibelux.recommend.listener.listener import Listener
    from vibelux.recommend.radio import RADIO_BY, radio

    known = settings.profile if settings.profile.exists() else None
    with Listener.at(known) as listener:
        columns = SongColumns.of(catalogue, *RADIO_BY)
        return radio(catalogue, song, n=number, columns=columns, listener=listener)


def _example(catalogue: "Catalogue") -> str:
    """Return a command line that works with a catalogue: with one of its songs, if it has any."""
    from vibelux.cli.typed_line import command_line
    from vibelux.cli.usage import here
    from vibelux.recommend.similar_songs import find_song

    song = next(iter(catalogue.songs("ok")), None)
    if song is None:
        return here("vibelux scan ~/Music")
    try:
        told = song.title and not song.title.startswith("-") and find_song(catalogue, song.title)
        named = song.title if told else str(song.id)
    except CatalogueError:  # several have this title
        named = str(song.id)
    return command_line(["vibelux", "similar", named])

"""`vibelux similar`."""

import typer

from vibelux.cli.console import err, out, print_json, printable, require_catalogue
from vibelux.cli.scan_progress import songs_in_words
from vibelux.cli.song_list_options import M3u8, Number, Output


def similar(
    words: list[str] = typer.Argument(
        ..., metavar="SONG", help="Its path, its id, or words of its title and artist."
    ),
    number: Number = 10,
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
    output: Output = None,
    m3u8: M3u8 = None,
) -> None:
    """Find the songs that sound most like one of them."""
    from vibelux.cli.recommend import playlist_table
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.playlists import require_format, write_playlist
    from vibelux.recommend.similar_songs import find_song
    from vibelux.recommend.similar_songs import similar as nearest
    from vibelux.settings import load_settings

    output = output or m3u8
    if output is not None:
        require_format(output)
    settings = load_settings()
    require_catalogue(settings.catalogue)
    with Catalogue.of(settings) as catalogue:
        this = find_song(catalogue, " ".join(words))
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
        by = f" – {this.artist}" if this.artist else ""
        title = f"Sounds like: {printable(this.title + by)}"
        out().print(playlist_table(songs, title=title))
    if output is not None:
        write_playlist(output, [entry.song for entry in songs])
        err().print(f"wrote {printable(str(output))}, {songs_in_words(len(songs))}")

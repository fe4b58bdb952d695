"""`vibelux similar`."""

from pathlib import Path

import typer

from vibelux.cli.console import err, out, print_json, printable, require_catalogue
from vibelux.cli.scan_progress import songs_in_words


def similar(
    song: str = typer.Argument(
        ..., metavar="SONG", help="Its path, its id, or words of its title and artist."
    ),
    number: int = typer.Option(20, "-n", "--number", min=1, help="Show so many songs."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
    output: Path | None = typer.Option(
        None, "--output", "-o", help="Write the playlist: .m3u8, .m3u, .xspf, .jspf or .pls."
    ),
    m3u8: Path | None = typer.Option(None, "--m3u8", help="Write the playlist as M3U8."),
) -> None:
    """Find the songs of the catalogue that sound most like one of them."""
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
        this = find_song(catalogue, song)
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

"""`vibelux library`."""

from typing import TYPE_CHECKING

import typer

from vibelux.cli.command import Commands
from vibelux.cli.console import err, out, print_json, printable
from vibelux.cli.scan_progress import songs_in_words
from vibelux.errors import AudioError, InvalidInput

if TYPE_CHECKING:
    from vibelux.library.catalogue import Catalogue, Song
    from vibelux.library.catalogue_overview import Overview

_SHOWN = 10
"""Failed files shown without being asked for."""

_BAR = 34
"""Length of the longest bar, so that a line fits 80 columns."""


app = Commands(
    help="What is in the catalogue: songs, folders, failed files.",
    examples=["vibelux library"],
    default="show",
)


@app.adds(
    "show",
    examples=["vibelux library show --failed", "vibelux library show --server NAME"],
)
def show(
    failed: bool = typer.Option(False, "--failed", help="List all failed files with the reason."),
    missing: bool = typer.Option(False, "--missing", help="List all songs whose file is gone."),
    server: str | None = typer.Option(
        None, "--server", metavar="NAME", help="Show the songs of a music server, not the files."
    ),
    json: bool = typer.Option(False, "--json", help="Print everything as one JSON document."),
) -> None:
    """Show what is in the catalogue, and which files failed and why.

    The word show may be left out.
    """
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.catalogue_overview import overview
    from vibelux.servers.login import known_server
    from vibelux.settings import load_settings

    with Catalogue.of(load_settings()) as catalogue:
        if server is not None:
            servers = catalogue.servers()
            catalogue.server = known_server(server, servers)
            if catalogue.server is None:
                known = ", ".join(servers) or "none"
                named = server.rpartition("@")[2]  # not a password before it
                raise InvalidInput(f"the catalogue knows no server {named!r}; it knows {known}")
        if json:
            print_json(_as_json(catalogue, overview(catalogue)))
        elif failed or missing:
            if failed:
                _list_failed(catalogue, limit=None)
            if missing:
                _list_missing(catalogue)
        else:
            _present(catalogue, overview(catalogue))


def _as_json(catalogue: "Catalogue", found: "Overview") -> dict[str, object]:
    from vibelux.library.folders import folders_of

    return {
        "catalogue": str(catalogue.path),
        "server": catalogue.server,
        "servers": catalogue.servers(),
        "counts": found.counts,
        "hours": round(found.hours, 3),
        "strongest": found.strongest,
        "mean": {name: round(share, 6) for name, share in found.mean.items()},
        "models": found.models,
        "reasons": found.reasons,
        "folders": [
            {
                "path": str(folder.path),
                "songs": folder.songs,
                "failed": folder.failed,
                "missing": folder.missing,
            }
            for folder in folders_of(catalogue)
        ],
        "failed": [
            {"path": str(song.path), "code": song.reason_code, "reason": song.reason}
            for song in catalogue.songs("failed")
        ],
        "missing": [str(song.path) for song in catalogue.songs("missing")],
    }


def _present(catalogue: "Catalogue", found: "Overview") -> None:
    from rich.text import Text

    from vibelux.library.failed_files import count_failed

    console = out()
    counts = found.counts
    if not any(counts.values()):
        what = "has no files yet. Add some" if catalogue.servers() else "is empty. Fill it"
        err().print(f"The catalogue {what} with: vibelux scan FOLDER", soft_wrap=True)
        _list_servers(catalogue)
        return
    head = Text(songs_in_words(counts["ok"]), style="bold")
    head.append(f" · {_hours(found.hours)} of music", style="not bold")
    if failed := count_failed(catalogue):
        head.append(f" · {failed:,} failed", style="red not bold")
    if counts["missing"]:
        head.append(f" · {counts['missing']:,} missing", style="yellow not bold")
    console.print(head)
    _list_folders(catalogue)
    if counts["ok"]:
        console.print()
        _draw_moods(found)
        for model, number in found.models.items():
            console.print(Text(f"{'':>9}{number:,} by {printable(model)}", style="dim"))
    if failed:
        console.print()
        _list_failed(catalogue, limit=_SHOWN)
        if failed > _SHOWN:
            more = failed - _SHOWN
            console.print(Text(f"… and {more:,} more: vibelux library --failed", style="dim"))
        console.print(
            Text(
                "Try them again: vibelux library retry · hide them: vibelux library dismiss", "dim"
            )
        )
    if counts["missing"]:
        console.print(Text("Missing songs are listed by: vibelux library --missing", style="dim"))
    _list_servers(catalogue)


def _list_servers(catalogue: "Catalogue") -> None:
    """Say which servers the catalogue knows, where files are shown."""
    from rich.text import Text

    for server, number in catalogue.servers().items() if catalogue.server is None else ():
        songs = f"{number:,} song{'' if number == 1 else 's'}"
        line = Text(f"{songs} on {printable(server)}: vibelux library --server {printable(server)}")
        out().print(line, soft_wrap=True)


def _place(song: "Song") -> str:
    """Return where a song's file is, or what it is called on its server."""
    if song.server is None:
        return printable(str(song.path))
    return printable(" - ".join(filter(None, (song.artist, song.title))))


def _draw_moods(found: "Overview") -> None:
    """Draw for each emotion its mean share, and in how many songs it is the strongest."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", justify="right", min_width=8)
    table.add_column("mean share of each emotion")
    table.add_column("", justify="right")
    table.add_column("strongest in", justify="right")
    top = max(found.mean.values())
    for name, share in found.mean.items():
        style = "bold cyan" if share == top else "none"
        filled = round(share / top * _BAR)
        bar = Text("━" * filled, style="bold cyan" if share == top else "cyan")
        bar.append("─" * (_BAR - filled), style="bright_black")
        number = found.strongest[name]
        songs = f"{number:,} song{'' if number == 1 else 's'}"
        table.add_row(
            Text(name, style=style), bar, Text(f"{share:.1%}", style=style), Text(songs, style="")
        )
    out().print(table)


def _list_failed(catalogue: "Catalogue", *, limit: int | None) -> None:
    """List the failed files that were not dismissed; of a server, all of its songs."""
    from rich.text import Text

    from vibelux.library.failed_files import failed_files

    console = out()
    for file in failed_files(catalogue, limit=limit):
        song = catalogue.song(file.id) if catalogue.server else None
        place = printable(str(file.path)) if song is None else _place(song)
        console.print(Text.assemble(("failed  ", "red"), place), soft_wrap=True)
        reason = printable(file.reason)
        if file.code in AudioError.TRANSIENT:
            reason += "; the next scan tries again"
        console.print(Text(f"        {reason} ({file.code})", style="dim"), soft_wrap=True)


def _list_folders(catalogue: "Catalogue") -> None:
    """List the folders of the files, the largest first."""
    from rich.text import Text

    from vibelux.library.folders import folders_of

    if catalogue.server is not None:
        return
    console = out()
    found = sorted(folders_of(catalogue), key=lambda folder: folder.songs, reverse=True)
    width = max((len(songs_in_words(folder.songs)) for folder in found), default=0)
    for folder in found[:_SHOWN]:
        songs = f"{songs_in_words(folder.songs):>{width}}"
        console.print(
            Text.assemble((songs, "dim"), f"  {printable(str(folder.path))}"), soft_wrap=True
        )
    if len(found) > _SHOWN:
        console.print(Text(f"… and {len(found) - _SHOWN:,} more: vibelux library --json", "dim"))


def _list_missing(catalogue: "Catalogue") -> None:
    from rich.text import Text

    console = out()
    for song in catalogue.songs("missing"):
        console.print(Text.assemble(("missing ", "yellow"), _place(song)), soft_wrap=True)


def _hours(hours: float) -> str:
    if hours >= 10:
        return f"{hours:,.0f} hours"
    minutes = round(hours * 60)
    return {0: "less than a minute", 1: "1 minute"}.get(minutes, f"{minutes:,} minutes")

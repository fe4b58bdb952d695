"""`vibelux catalogue`."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.command import Commands
from vibelux.cli.console import err, out, print_json, printable, spoken

if TYPE_CHECKING:
    from vibelux.database_url import DatabaseUrl

app = Commands(
    help="Copy a catalogue between a file and a database of PostgreSQL.",
    examples=["vibelux catalogue copy catalogue.sqlite postgresql://me@host/music"],
)


@app.adds(
    "copy",
    examples=[
        "vibelux catalogue copy catalogue.sqlite postgresql://me@host/music",
        "vibelux catalogue copy postgresql://me@host/music backup.sqlite",
    ],
)
def copy(
    origin: str = typer.Argument(..., metavar="FROM", help="A file, or a database's address."),
    destination: str = typer.Argument(
        ..., metavar="TO", help="Likewise; it needs no catalogue yet."
    ),
    replace: bool = typer.Option(False, "--replace", help="Replace the songs that TO has."),
    json: bool = typer.Option(False, "--json", help="Print the summary as JSON."),
) -> None:
    """Copy all songs, with your corrections, and compare the copy with what was read.

    FROM stays as it is. Until the copy is whole, so does TO. Passwords are better kept in ~/.pgpass
    than in an address that is typed.
    """
    from rich.progress import Progress

    from vibelux.library.catalogue_copy import copy_catalogue

    words = spoken()
    places = _place(origin), _place(destination)
    with Progress(console=err(), transient=True, disable=json) as progress:
        task = progress.add_task(words.text("cli.catalogue.copying"), total=None)

        def tell(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        report = copy_catalogue(*places, replace=replace, on_progress=tell)
    if json:
        print_json(
            {
                "from": str(places[0]),
                "to": str(places[1]),
                "songs": report.songs,
                "changed": report.changed,
            }
        )
        return
    name = printable(str(places[1]))
    songs = words.figures(report.songs)
    said = words.of_number("cli.catalogue.copied", report.songs, songs=songs, place=name)
    out().print(said, soft_wrap=True)
    if report.changed:
        values = words.figures(report.changed)
        said = words.of_number("cli.catalogue.changed", report.changed, values=values)
        out().print(said, style="dim", soft_wrap=True)


def _place(text: str) -> "Path | DatabaseUrl":
    """Return the place that was typed.

    Raises:
        InvalidInput: it is neither a path nor an address.

    """
    from vibelux.database_url import DatabaseUrl
    from vibelux.settings import expanded

    return DatabaseUrl.of(text) if "://" in text else expanded(text)

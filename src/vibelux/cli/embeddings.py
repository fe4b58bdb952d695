"""`vibelux embeddings`."""

from pathlib import Path

import typer

from vibelux.cli.command import Commands
from vibelux.cli.console import err, out, print_json, printable

app = Commands(
    help="Exchange moods as JSON: a path and seven numbers a song.",
    examples=["vibelux embeddings export song_embeddings.json"],
)

_SHOWN = 20
"""Rejected rows shown; all of them are in the JSON."""


@app.adds("export", examples=["vibelux embeddings export song_embeddings.json"])
def export(
    file: Path = typer.Argument(..., metavar="FILE", help="The JSON file to write."),
    json: bool = typer.Option(False, "--json", help="Print the summary as JSON."),
) -> None:
    """Write the moods of all playable songs."""
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.song_embeddings import export_embeddings
    from vibelux.settings import load_settings

    with Catalogue.of(load_settings()) as catalogue:
        count = export_embeddings(catalogue, file)
    if json:
        print_json({"path": str(file), "exported": count})
    else:
        out().print(f"{_songs(count)} written to {printable(str(file))}", soft_wrap=True)


@app.adds("import", examples=["vibelux embeddings import song_embeddings.json"])
def import_(
    file: Path = typer.Argument(..., metavar="FILE", help="The JSON file to read."),
    json: bool = typer.Option(False, "--json", help="Print the summary as JSON."),
) -> None:
    """Read moods into the catalogue; a later scan replaces them by its own analysis.

    Relative paths start at the folder of FILE. Bad rows are listed, the others imported.
    """
    from rich.text import Text

    from vibelux.library.catalogue import Catalogue
    from vibelux.library.song_embeddings import import_embeddings
    from vibelux.settings import load_settings

    with Catalogue.of(load_settings()) as catalogue:
        report = import_embeddings(catalogue, file)
    if json:
        rejected = [{"path": path, "reason": reason} for path, reason in report.rejected]
        print_json(
            {
                "path": str(file),
                "imported": report.imported,
                "missing": report.missing,
                "kept": report.kept,
                "rejected": rejected,
            }
        )
        return
    for path, reason in report.rejected[:_SHOWN]:
        err().print(Text.assemble(("rejected  ", "red"), printable(path)), soft_wrap=True)
        err().print(Text(f"          {printable(reason)}", style="dim"), soft_wrap=True)
    if len(report.rejected) > _SHOWN:
        err().print(f"          … and {len(report.rejected) - _SHOWN:,} more: --json lists all")
    parts = [f"{_songs(report.imported)} imported"]
    if report.missing:
        parts.append(f"{report.missing:,} of them with no file there")
    if report.kept:
        parts.append(f"{report.kept:,} kept, as a scan has analysed them")
    if report.rejected:
        parts.append(f"{len(report.rejected):,} rejected")
    out().print(" · ".join(parts), soft_wrap=True)


def _songs(number: int) -> str:
    return "1 song" if number == 1 else f"{number:,} songs"

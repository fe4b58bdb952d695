"""`vibelux library`."""

from typing import TYPE_CHECKING

import typer

from vibelux.cli.command import Commands
from vibelux.cli.console import err, out, percentage, print_json, printable, reason_line, spoken
from vibelux.cli.wrong_usage import wrong
from vibelux.errors import AudioError

if TYPE_CHECKING:
    from vibelux.language import Words
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
    from vibelux.cli.usage import nearest
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.catalogue_overview import overview
    from vibelux.servers.login import known_server
    from vibelux.settings import load_settings

    words = spoken()
    with Catalogue.of(load_settings()) as catalogue:
        if server is not None:
            servers = catalogue.servers()
            catalogue.server = known_server(server, servers)
            if catalogue.server is None:
                named = server.rpartition("@")[2]  # not a password before it
                known = ", ".join(servers)
                if not known:
                    raise wrong("no_servers", name=repr(named), instead={"--server": None})
                like = nearest(named, [*servers]) or next(iter(servers))
                raise wrong("server", name=repr(named), known=known, instead={"--server": like})
        if json:
            print_json(_as_json(catalogue, overview(catalogue)))
        elif failed or missing:
            if failed:
                _list_failed(catalogue, words, limit=None)
            if missing:
                _list_missing(catalogue, words)
        else:
            _present(catalogue, overview(catalogue), words)


def _as_json(catalogue: "Catalogue", found: "Overview") -> dict[str, object]:
    from vibelux.library.folders import folders_of

    return {
        "catalogue": catalogue.database.name,
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


def _present(catalogue: "Catalogue", found: "Overview", words: "Words") -> None:
    from rich.text import Text

    from vibelux.cli.usage import here
    from vibelux.library.failed_files import count_failed

    console = out()
    counts = found.counts
    if not any(counts.values()):
        key = "cli.library.no_files" if catalogue.servers() else "cli.library.empty"
        err().print(words.text(key, command=here("vibelux scan ~/Music")), soft_wrap=True)
        _list_servers(catalogue, words)
        return
    head = Text(_counted("cli.scan.songs", counts["ok"], words), style="bold")
    head.append(f" · {_length(found.hours, words)}", style="not bold")
    if failed := count_failed(catalogue):
        head.append(f" · {_counted('cli.scan.failed', failed, words)}", style="red not bold")
    if counts["missing"]:
        missing = _counted("cli.scan.missing", counts["missing"], words)
        head.append(f" · {missing}", style="yellow not bold")
    console.print(head)
    _list_folders(catalogue, words)
    if counts["ok"]:
        console.print()
        _draw_moods(found, words)
        for model, number in found.models.items():
            by = words.text("cli.library.by", n=words.figures(number), model=printable(model))
            console.print(Text(f"{'':>9}{by}", style="dim"))
    if failed:
        console.print()
        _list_failed(catalogue, words, limit=_SHOWN)
        if failed > _SHOWN:
            console.print(Text(_more(failed - _SHOWN, "vibelux library --failed", words), "dim"))
        again, hidden = "vibelux library retry", "vibelux library dismiss"
        said = words.text("cli.library.retry", retry=again, dismiss=hidden)
        console.print(Text(said, style="dim"))
    if counts["missing"]:
        said = words.text("cli.library.missing", command="vibelux library --missing")
        console.print(Text(said, style="dim"))
    _list_servers(catalogue, words)


def _list_servers(catalogue: "Catalogue", words: "Words") -> None:
    """Say which servers the catalogue knows, where files are shown."""
    for server, number in catalogue.servers().items() if catalogue.server is None else ():
        name = printable(server)
        songs = _counted("cli.scan.songs", number, words)
        command = f"vibelux library --server {name}"
        said = words.text("cli.library.on_server", songs=songs, server=name, command=command)
        out().print(said, soft_wrap=True)


def _place(song: "Song") -> str:
    """Return where a song's file is, or what it is called on its server."""
    if song.server is None:
        return printable(str(song.path))
    return printable(" - ".join(filter(None, (song.artist, song.title))))


def _draw_moods(found: "Overview", words: "Words") -> None:
    """Draw for each emotion its mean share, and how many songs count as it."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", justify="right", min_width=8)
    table.add_column(words.text("cli.library.share"))
    table.add_column("", justify="right")
    table.add_column(words.text("cli.library.mostly"), justify="right")
    top = max(found.mean.values())
    for name, share in found.mean.items():
        style = "bold cyan" if share == top else "none"
        filled = round(share / top * _BAR)
        bar = Text("━" * filled, style="bold cyan" if share == top else "cyan")
        bar.append("─" * (_BAR - filled), style="bright_black")
        number = found.strongest[name]
        songs = _counted("cli.scan.songs", number, words)
        label, part = words.text(f"emotions.{name}"), percentage(share, words)
        table.add_row(Text(label, style=style), bar, Text(part, style=style), Text(songs))
    out().print(table)


def _list_failed(catalogue: "Catalogue", words: "Words", *, limit: int | None) -> None:
    """List the failed files that were not dismissed; of a server, all of its songs."""
    from rich.text import Text

    from vibelux.library.failed_files import failed_files

    console = out()
    found = failed_files(catalogue, limit=limit)
    if not found:
        console.print(words.text("cli.library.none_failed"))
    for file in found:
        song = catalogue.song(file.id) if catalogue.server else None
        place = printable(str(file.path)) if song is None else _place(song)
        mark = f"{words.text('cli.scan.not_usable')}  "
        console.print(Text.assemble((mark, "red"), place), soft_wrap=True)
        reason = reason_line(file.reason, words)
        if file.code in AudioError.TRANSIENT:
            reason += f"; {words.text('cli.library.again')}"
        console.print(Text(f"        {reason}", style="dim"), soft_wrap=True)


def _list_folders(catalogue: "Catalogue", words: "Words") -> None:
    """List the folders of the files, the largest first."""
    from rich.text import Text

    from vibelux.library.folders import folders_of

    if catalogue.server is not None:
        return
    console = out()
    found = sorted(folders_of(catalogue), key=lambda folder: folder.songs, reverse=True)
    counted = {folder.path: _counted("cli.scan.songs", folder.songs, words) for folder in found}
    width = max(map(len, counted.values()), default=0)
    for folder in found[:_SHOWN]:
        songs = f"{counted[folder.path]:>{width}}"
        console.print(
            Text.assemble((songs, "dim"), f"  {printable(str(folder.path))}"), soft_wrap=True
        )
    if len(found) > _SHOWN:
        console.print(Text(_more(len(found) - _SHOWN, "vibelux library --json", words), "dim"))


def _list_missing(catalogue: "Catalogue", words: "Words") -> None:
    from rich.text import Text

    console = out()
    if not catalogue.counts()["missing"]:
        console.print(words.text("cli.library.none_missing"))
    for song in catalogue.songs("missing"):
        mark = f"{words.text('cli.library.gone')} "
        console.print(Text.assemble((mark, "yellow"), _place(song)), soft_wrap=True)


def _length(hours: float, words: "Words") -> str:
    if hours >= 10:
        return words.text("cli.library.hours", n=words.figures(round(hours)))
    return _counted("cli.library.minutes", round(hours * 60), words)


def _counted(key: str, number: int, words: "Words") -> str:
    return words.of_number(key, number, n=words.figures(number))


def _more(number: int, command: str, words: "Words") -> str:
    return words.text("cli.scan.more", more=words.figures(number), command=command)

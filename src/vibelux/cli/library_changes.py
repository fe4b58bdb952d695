"""`vibelux library forget`, `retry` and `dismiss`."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.command import Commands
from vibelux.cli.console import confirm, enumerated, out, printable, spoken
from vibelux.cli.scan_options import AsJson, SongTimeout, WorkerCount, stoppable
from vibelux.cli.scan_progress import Pace, scan_progress
from vibelux.cli.wrong_usage import wrong

if TYPE_CHECKING:
    from vibelux.language import Words
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.folders import Counts


def add_to(app: Commands) -> None:
    """Add the commands to those of `vibelux library`."""
    app.adds(
        "forget",
        examples=["vibelux library forget ~/Music/Old", "vibelux library forget FOLDER --yes"],
    )(forget)
    app.adds("retry", examples=["vibelux library retry"])(retry)
    app.adds("dismiss", examples=["vibelux library dismiss", "vibelux library dismiss --undo"])(
        dismiss
    )


def forget(
    folder: Path = typer.Argument(..., metavar="FOLDER", help="A folder, or one file."),
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
) -> None:
    """Remove a folder's songs from the catalogue; no file is touched.

    Likes, plays and corrected moods are kept: scan the folder again, and they are there again.
    """
    import sys

    from vibelux.cli.typed_line import command_line
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.folders import forget
    from vibelux.settings import load_settings

    words = spoken()
    with Catalogue.of(load_settings()) as catalogue:
        path, counts = _known(catalogue, folder)
        what = _what(counts, words)
        if not yes:
            if not sys.stdin.isatty():
                raise wrong("forget_asks", what=what, instead={"--yes": True})
            name = printable(str(path))
            question = words.text("cli.library.forget", what=what, folder=name)
            if not confirm(question, usual=False):
                raise typer.Abort
        removed = forget(catalogue, path)
    done = words.of_number("cli.library.forgotten", removed, what=what)
    out().print(done, soft_wrap=True)
    again = printable(command_line(["vibelux", "scan", str(path)]))
    said = words.text("cli.library.have_again", command=again)
    out().print(said, style="dim", soft_wrap=True)


def retry(
    workers: WorkerCount = None, song_timeout: SongTimeout = None, json: AsJson = False
) -> None:
    """Try the failed files again, and no others."""
    from vibelux.cli.scan import present_report
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.failed_files import count_failed
    from vibelux.library.scan import retry_failed
    from vibelux.settings import load_settings

    settings = load_settings(workers=workers, song_timeout=song_timeout)
    pace = Pace()
    with stoppable(pace), Catalogue.of(settings) as catalogue:
        if not count_failed(catalogue):
            out().print(spoken().text("cli.library.none_failed"))
            return
        with scan_progress(pace) as tell:
            report = retry_failed(
                catalogue,
                workers=settings.workers,
                song_timeout=settings.song_timeout,
                model_path=settings.music_model,
                on_progress=tell,
            )
        counts = catalogue.counts()
    present_report(report, counts, json=json)


def dismiss(
    undo: bool = typer.Option(False, "--undo", help="Show again what was dismissed."),
) -> None:
    """Hide the files that failed until they change."""
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.failed_files import count_failed, dismiss, show_again
    from vibelux.settings import load_settings

    words, console = spoken(), out()
    with Catalogue.of(load_settings()) as catalogue:
        if undo:
            before = count_failed(catalogue)
            show_again(catalogue)
            number = count_failed(catalogue) - before
            console.print(words.of_number("cli.library.shown", number, n=words.figures(number)))
            return
        number = dismiss(catalogue)
    console.print(words.of_number("cli.library.hidden", number, n=words.figures(number)))
    if number:
        undoing = "vibelux library dismiss --undo"
        console.print(words.text("cli.library.show", command=undoing), style="dim")


def _known(catalogue: "Catalogue", folder: Path) -> "tuple[Path, Counts]":
    """Return a folder as the catalogue knows it, and how many songs are below it.

    Raises:
        InvalidInput: it has no songs below it.

    """
    from vibelux.library.folders import count
    from vibelux.library.real_paths import absolute, real
    from vibelux.settings import expanded

    for way in (absolute, real):
        path = way(expanded(folder))
        counts = count(catalogue, path)
        if any(counts):
            return path, counts
    error = wrong("not_in_catalogue", folder=str(folder))
    error.add_note("vibelux library")
    raise error


def _what(counts: "Counts", words: "Words") -> str:
    """Return songs and failed files in words, each counted apart."""
    number, failed = counts.songs + counts.missing, counts.failed
    parts = []
    if number or not failed:
        parts.append(words.of_number("cli.scan.songs", number, n=words.figures(number)))
    if failed:
        files = words.figures(failed)
        parts.append(words.of_number("cli.library.failed_files", failed, n=files))
    return enumerated(parts, words)

"""`vibelux library forget`, `retry` and `dismiss`."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.command import Commands
from vibelux.cli.console import out, printable
from vibelux.cli.scan_options import AsJson, SongTimeout, WorkerCount, stoppable
from vibelux.cli.scan_progress import Pace, scan_progress, songs_in_words
from vibelux.errors import InvalidInput

if TYPE_CHECKING:
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.folders import Counts


def add_to(app: Commands) -> None:
    """Add the commands to those of `vibelux library`."""
    app.adds(
        "forget",
        examples=["vibelux library forget ~/Music/Old", "vibelux library forget DIR --yes"],
    )(forget)
    app.adds("retry", examples=["vibelux library retry"])(retry)
    app.adds("dismiss", examples=["vibelux library dismiss", "vibelux library dismiss --undo"])(
        dismiss
    )


def forget(
    folder: Path = typer.Argument(..., metavar="DIR", help="A folder, or one file."),
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
) -> None:
    """Remove a folder's songs from the catalogue; no file is touched.

    Likes, plays and corrected moods are kept: scan the folder again, and they are there again.
    """
    import sys

    from vibelux.cli.usage import command_line
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.folders import forget
    from vibelux.settings import load_settings

    with Catalogue.of(load_settings()) as catalogue:
        path, counts = _known(catalogue, folder)
        number, name = _what(counts), printable(str(path))
        if not yes:
            if not sys.stdin.isatty():
                error = InvalidInput(
                    f"this removes {number} from the catalogue; confirm with --yes"
                )
                error.add_note(command_line(["vibelux", "library", "forget", str(path), "--yes"]))
                raise error
            question = f"Remove {number} below {name} from the catalogue? The files stay."
            typer.confirm(question, abort=True, err=True)
        removed = forget(catalogue, path)
    done = f"{number} {'was' if removed == 1 else 'were'} removed from the catalogue."
    out().print(done, soft_wrap=True)
    again = printable(command_line(["vibelux", "scan", str(path)]))
    out().print(f"To have them again: {again}", style="dim", soft_wrap=True)


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
            out().print("There are no failed files.")
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

    with Catalogue.of(load_settings()) as catalogue:
        if undo:
            before = count_failed(catalogue)
            show_again(catalogue)
            number = count_failed(catalogue) - before
            again = f"{_files(number)} {'is' if number == 1 else 'are'} listed again."
            out().print(again if number else "No file was dismissed.")
        elif number := dismiss(catalogue):
            hidden = f"{_files(number)} {'is' if number == 1 else 'are'} no longer listed."
            out().print(hidden)
            out().print("To list them again: vibelux library dismiss --undo", style="dim")
        else:
            out().print("There are no failed files.")


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
    error = InvalidInput(f"the catalogue has no songs below {folder}")
    error.add_note("vibelux library")
    raise error


def _what(counts: "Counts") -> str:
    """Return songs and failed files in words, each counted apart."""
    number, failed = counts.songs + counts.missing, counts.failed
    parts = [songs_in_words(number)] if number or not failed else []
    if failed:
        parts.append("1 failed file" if failed == 1 else f"{failed:,} failed files")
    return " and ".join(parts)


def _files(number: int) -> str:
    return f"{number:,} file{'' if number == 1 else 's'}"

"""The command line: each command parses, calls the library and presents.

A command's module imports only Typer and the standard library at its top and the library inside
the command, so that ``vibelux --help`` answers at once.
"""

import errno
import io
import sys

import typer

from vibelux.cli import (
    analyse,
    catalogue,
    demo,
    embeddings,
    evaluate,
    export,
    library,
    library_changes,
    library_find,
    mood,
    play,
    preprocess,
    profile,
    recommend,
    scan,
    serve,
    similar,
    subsonic,
    tag,
    train,
)
from vibelux.cli.command import Commands
from vibelux.cli.console import err, fail, spoken
from vibelux.errors import InvalidInput, VibeluxError

_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
"""Errors of the system that say all there is to say, wherever they come from."""

app = Commands(
    name="vibelux",
    help="Sees the expression on a face, hears the emotion in music, and plays what fits.",
    examples=["vibelux demo"],
)


def _version(value: bool) -> None:
    if value:
        from vibelux import __version__

        typer.echo(f"vibelux {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    pass


library_changes.add_to(library.app)
library_find.add_to(library.app)

_LISTEN, _LIBRARY, _MODELS = "Listen", "Library", "Models"

app.adds(
    "serve",
    panel=_LISTEN,
    examples=["vibelux serve", "vibelux serve --port 8080 --no-browser --root ~/Music"],
)(serve.serve)
app.adds(
    "play",
    panel=_LISTEN,
    examples=[
        "vibelux play --mood calm",
        "vibelux play --follow --mpd localhost",
        "vibelux play --mood sad --policy journey --goal happy",
        "vibelux play --policy off",
        "vibelux play --camera --policy lift --strength 0.7 --fresh",
    ],
)(play.play)
app.adds(
    "recommend",
    panel=_LISTEN,
    examples=[
        "vibelux recommend calm",
        'vibelux recommend "happy=0.7, sad=0.3" -n 20 --output tonight.m3u8',
        "vibelux recommend --camera --why",
        "vibelux recommend sad --policy journey --goal happy",
        "vibelux recommend sad --policy lift --strength 0.7",
    ],
)(recommend.recommend)
app.adds(
    "mood",
    panel=_LISTEN,
    examples=[
        "vibelux mood --camera",
        "vibelux mood --camera --live --seconds 60",
        "vibelux mood --image me.jpg --plot me.png",
        "vibelux mood --video me.mp4",
    ],
)(mood.mood)
app.adds(
    "similar",
    panel=_LISTEN,
    examples=[
        'vibelux similar "Blue in Green"',
        "vibelux similar 42 -n 20 --output alike.m3u8",
        'vibelux similar "Blue in Green" --order listening --open',
    ],
)(similar.similar)
app.adds(
    "scan", panel=_LIBRARY, examples=["vibelux scan ~/Music", "vibelux scan ~/Music --workers 2"]
)(scan.scan)
app.add_typer(library.app, name="library", rich_help_panel=_LIBRARY)
app.adds(
    "tag",
    panel=_LIBRARY,
    examples=[
        "vibelux tag ~/Music",
        "vibelux tag ~/Music --write",
        "vibelux tag ~/Music --undo",
        "vibelux tag --undo --dry-run",
    ],
)(tag.tag)
app.add_typer(subsonic.app, name="subsonic", rich_help_panel=_LIBRARY)
app.add_typer(catalogue.app, name="catalogue", hidden=True)  # of few people: see docs/scale.md
app.add_typer(profile.app, name="profile", rich_help_panel=_LIBRARY)
app.adds("demo", panel=_LIBRARY, examples=["vibelux demo", "vibelux demo --camera --page"])(
    demo.demo
)
app.adds(
    "analyse",
    panel=_MODELS,
    examples=["vibelux analyse song.mp3", "vibelux analyse song.mp3 --plot song.png"],
)(analyse.analyse)
app.add_typer(train.app, name="train", rich_help_panel=_MODELS)
app.add_typer(evaluate.app, name="evaluate", rich_help_panel=_MODELS)
app.add_typer(export.app, name="export", rich_help_panel=_MODELS)
app.adds("preprocess", panel=_MODELS, examples=["vibelux preprocess songs/ spectrograms/"])(
    preprocess.preprocess
)
app.add_typer(embeddings.app, name="embeddings", rich_help_panel=_MODELS)


def main() -> None:
    """Run the command line; exit 0 done, 1 something failed, 2 wrong usage, 130 interrupted."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        # Names hold characters that a terminal, or a pipe on Windows, may not know.
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr is
    try:
        sys.exit(_run() or 0)
    except VibeluxError as error:
        fail(error)
        sys.exit(2 if isinstance(error, InvalidInput) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        if error.errno not in _OF_THE_DISK:
            raise
        where = "" if error.filename is None else f": {error.filename}"
        fail(VibeluxError(f"{error.strerror}{where}"))
        sys.exit(1)


def _run() -> int | None:
    """Run the command line that was typed; return the exit code where it is not 0.

    Raises:
        InvalidInput: wrong usage, with a line to copy as a note.

    """
    from vibelux.cli.usage import UsageError, in_our_words

    try:
        ended: int | None = app(prog_name="vibelux", standalone_mode=False)
    except UsageError as error:
        raise in_our_words(error, typer.main.get_command(app), sys.argv[1:]) from error
    except typer.Abort:
        err().print(spoken().text("cli.stopped"))
        return 1
    return ended

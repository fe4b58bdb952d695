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
    demo,
    embeddings,
    evaluate,
    export,
    library,
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
from vibelux.cli.console import fail
from vibelux.errors import InvalidInput, VibeluxError

_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
"""Errors of the system that say all there is to say, wherever they come from."""

app = typer.Typer(
    name="vibelux",
    help="Sees the expression on a face, hears the emotion in music, and plays what fits.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
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


app.command("scan")(scan.scan)
app.command("mood")(mood.mood)
app.command("analyse")(analyse.analyse)
app.command("recommend")(recommend.recommend)
app.command("play")(play.play)
app.command("serve")(serve.serve)
app.command("similar")(similar.similar)
app.command("library")(library.library)
app.command("tag")(tag.tag)
app.add_typer(subsonic.app, name="subsonic")
app.add_typer(profile.app, name="profile")
app.add_typer(embeddings.app, name="embeddings")
app.command("preprocess")(preprocess.preprocess)
app.add_typer(evaluate.app, name="evaluate")
app.add_typer(train.app, name="train")
app.add_typer(export.app, name="export")
app.command("demo")(demo.demo)


def main() -> None:
    """Run the command line; exit 0 done, 1 a stated error, 2 wrong usage, 130 interrupted."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        # Names hold characters that a terminal, or a pipe on Windows, may not know.
        sys.stdout.reconfigure(errors="backslashreplace")  # as stderr is
    try:
        app()
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

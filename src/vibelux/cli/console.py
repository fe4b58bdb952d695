"""How commands speak: results on stdout, everything else on stderr."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vibelux.errors import CatalogueError, VibeluxError
from vibelux.service.text import printable as printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from vibelux.database_url import DatabaseUrl
    from vibelux.language import Words


def out() -> "Console":
    """Return a console on stdout, for results."""
    from vibelux.cli.plain_console import PlainConsole

    return PlainConsole(sys.stdout)


def err() -> "Console":
    """Return a console on stderr, for progress, notes and errors."""
    from vibelux.cli.plain_console import PlainConsole

    return PlainConsole(sys.stderr)


def fail(error: VibeluxError) -> None:
    """Print an error on stderr, with its notes: what to type instead."""
    from rich.text import Text

    from vibelux.cli.called_as import for_this_user

    console, words = err(), spoken()
    mark, tried = f"{words.text('cli.error')} ", f"{words.text('cli.try')} "
    said = printable(for_this_user(words.translated(str(error))))
    console.print(Text.assemble((mark, "bold red"), (said, "")))
    for line in getattr(error, "__notes__", ()):
        console.print(
            Text.assemble((tried, "dim"), (printable(for_this_user(line)), "")), soft_wrap=True
        )


def note(text: str) -> None:
    """Print a note on stderr."""
    from rich.text import Text

    mark = f"{spoken().text('cli.note')} "
    err().print(Text.assemble((mark, "yellow"), printable(text)))


def require_catalogue(place: "Path | DatabaseUrl") -> None:
    """Check that there is a catalogue, before one is made or a camera is started in vain.

    Raises:
        CatalogueError: there is none.

    """
    from vibelux.library.databases.place import is_there

    if not is_there(place):
        raise CatalogueError(spoken().text("cli.no_catalogue", path=str(place)))


def spoken() -> "Words":
    """Return the words of the language that the locale says."""
    from vibelux.language import spoken_language, words_of

    return words_of(spoken_language())


def written(file: Path, songs: int, words: "Words") -> str:
    """Return the sentence that a playlist is written."""
    return words.of_number(
        "cli.written", songs, songs=words.figures(songs), file=printable(str(file))
    )


def enumerated(parts: "Sequence[str]", words: "Words") -> str:
    """Return several words, at least one, as one phrase: ``--camera, --image and --video``."""
    *first, last = parts
    return words.both(", ".join(first), last) if first else last


def percentage(share: float, words: "Words", *, decimals: int = 1) -> str:
    """Return a share in [0, 1] as ``12.3%``, or as the language writes it."""
    return words.text("cli.percent", number=words.decimal(100 * share, f".{decimals}f"))


def reason_line(reason: str, words: "Words") -> str:
    """Return why a file failed as a line of its own; reasons are parts of sentences elsewhere."""
    from vibelux.language import sentence

    return printable(sentence(words.translated(reason), end=""))


def confirm(question: str, *, usual: bool) -> bool:
    """Ask on stderr, in the language of the locale; return the answer.

    Args:
        question: that yes or no answers.
        usual: the answer of whoever presses Enter alone.

    Raises:
        typer.Abort: there is nobody to answer.

    """
    import typer

    words = spoken()
    yes, no = words.list("cli.yes"), words.list("cli.no")
    marks = f"{yes[0].upper()}/{no[0]}" if usual else f"{yes[0]}/{no[0].upper()}"
    while True:
        err().print(f"{question} [{marks}] ", end="", soft_wrap=True)
        if not (line := sys.stdin.readline()):
            raise typer.Abort
        said = line.strip().casefold()
        if not said:
            return usual
        if said in (*yes, *no):
            return said in yes


def print_json(value: Any) -> None:
    """Print one JSON document on one line of stdout."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def mood_bars(
    mood: Mapping[str, float] | None, words: "Words | None" = None, *, width: int = 32
) -> "Table":
    """Return seven bars with numbers, the strongest one highlighted.

    Args:
        mood: emotion -> share in [0, 1], as of `vibelux.emotions.mood_dict`; None: empty bars.
        words: of the language that names the emotions; None: English.
        width: of the longest bar, in characters.

    """
    from rich.table import Table
    from rich.text import Text

    from vibelux.emotions import EMOTIONS
    from vibelux.language import words_of

    words = words or words_of("en")
    names = {name: words.text(f"emotions.{name}") for name in EMOTIONS}
    longest = max(map(len, names.values()))
    table = Table.grid(padding=(0, 1))
    top = None if mood is None else max(mood.values())
    for name in EMOTIONS:
        share = 0.0 if mood is None else mood[name]
        style = "bold cyan" if share == top else "dim"
        filled = round(share * width)
        bar = Text("━" * filled, style=style) + Text("─" * (width - filled), style="bright_black")
        number = f"{'–' if mood is None else percentage(share, words):>7}"
        table.add_row(
            Text(f"{names[name]:>{longest}}", style=style), bar, Text(number, style=style)
        )
    return table

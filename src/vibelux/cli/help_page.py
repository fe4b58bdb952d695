"""The pages that ``--help`` shows, made for 80 columns and as they are for any terminal."""

import inspect
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from vibelux.cli.console import out, spoken

if TYPE_CHECKING:
    from rich.console import Group as Lines
    from rich.console import RenderableType
    from rich.table import Table

    from vibelux.cli.command import Command, Group
    from vibelux.language import Words

HIDDEN_NAMES = frozenset({"--limit", "--count"})
"""Names of options that are understood and not shown: what other programs call them."""

_NAMES = 26
"""Columns for the names of options; longer ones have a line of their own."""

_PLACEHOLDERS: dict[type, str] = {int: "N", float: "X", Path: "FILE", str: "TEXT"}
"""Type of an option's value -> how help writes it where the option does not say."""


def rendered(page: "RenderableType") -> str:
    """Return a page as text for stdout, with colours where that is a terminal."""
    console = out()
    with console.capture() as capture:
        console.print(page)
    return "\n".join(line.rstrip() for line in capture.get().splitlines())


def command_page(command: "Command", path: str, parameters: Iterable[Any]) -> "Lines":
    """Return the page of a command.

    Args:
        command: the command.
        path: how it is called, such as ``vibelux recommend``.
        parameters: its arguments and options, as Typer makes them.

    """
    from rich.console import Group as Lines
    from rich.padding import Padding
    from rich.text import Text

    words = spoken()
    shown = [one for one in parameters if not getattr(one, "hidden", False)]
    arguments = [one for one in shown if one.param_type_name == "argument"]
    options = [one for one in shown if one.param_type_name == "option"]
    places = [place_of(one, words) for one in arguments]
    called = " ".join([path, f"[{words.translated('OPTIONS')}]", *places])
    said = "\n\n".join(map(words.translated, paragraphs(command.help or "")))
    lines: list[RenderableType] = [_usage(called, words), Text(), Text(said)]
    kinds = kinds_of(command)
    sections: dict[str, list[tuple[str, str]]] = {}
    for one, place in zip(arguments, places, strict=True):
        row = bare(place), words.translated(one.help or "")
        sections.setdefault("Arguments", []).append(row)
    for one in options:
        heading = one.rich_help_panel or "Options"
        row = _names_of(one, kinds, words), _said_of(one, words)
        sections.setdefault(heading, []).append(row)
    if next(iter(sections)) not in ("Options", "Arguments"):
        sections["Options"] = sections.pop("Options")  # the rest
    for heading, rows in sections.items():
        lines += [Text(), Text(words.translated(heading), style="bold"), _rows(rows)]
    if command.examples:
        # A line that is wrapped cannot be copied.
        examples = Text("\n".join(command.examples), "cyan", no_wrap=True, overflow="ignore")
        title = words.translated("Example" if len(command.examples) == 1 else "Examples")
        lines += [Text(), Text(title, style="bold"), Padding(examples, (0, 0, 0, 2))]
    return Lines(*lines)


def group_page(group: "Group", path: str, *, top: bool) -> "Lines":
    """Return the page of a group of commands.

    Args:
        group: the commands.
        path: how it is called.
        top: it is the whole program's.

    """
    from rich.console import Group as Lines
    from rich.text import Text

    words = spoken()
    panels: dict[str, list[tuple[str, str]]] = {}
    for name, command in group.commands.items():
        if not command.hidden:
            heading = getattr(command, "rich_help_panel", None)
            heading = heading if isinstance(heading, str) else "Commands"
            panels.setdefault(heading, []).append((name, _summary(command, words)))
    called = f"{path} {words.translated('COMMAND')}"
    said = "\n\n".join(map(words.translated, paragraphs(group.help or "")))
    lines: list[RenderableType] = [_usage(called, words), Text(said)]
    width = max(len(name) for rows in panels.values() for name, _ in rows)
    for heading, rows in panels.items():
        lines += [Text(words.translated(heading), style="bold"), _rows(rows, width=width)]
    more = words.text("cli.page.more", command=f"{called} --help")
    more += "; --version, --install-completion" if top else ""
    lines.append(Text(more, style="dim"))
    return Lines(*lines)


def options_of(parameter: Any) -> list[str]:
    """Return the names of an option that help shows, the short one first."""
    names = [*parameter.opts, *parameter.secondary_opts]
    return sorted((name for name in names if name not in HIDDEN_NAMES), key=_is_long)


def _is_long(name: str) -> bool:
    return name.startswith("--")


def paragraphs(text: str) -> list[str]:
    """Return a docstring's paragraphs, each on one line."""
    return [" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n")]


def place_of(argument: Any, words: "Words") -> str:
    """Return how the line of usage writes an argument: ``[FOLDER]...``."""
    return in_language(str(argument.metavar or argument.name.upper()), words)


def bare(place: str) -> str:
    """Return an argument without the marks for none and several: ``FOLDER``."""
    return place.strip("[]").replace("]...", "").replace("...", "")


def in_language(placeholder: str, words: "Words") -> str:
    """Return what stands for values in a language: ``HOST[:PORT]``, ``FILE.png``."""
    return re.sub("[A-Z]+", lambda found: words.translated(found[0]), placeholder)


def _usage(called: str, words: "Words") -> "RenderableType":
    from rich.text import Text

    return Text.assemble((f"{words.text('cli.page.usage')} ", "dim"), (called, "bold"))


def _summary(command: Any, words: "Words") -> str:
    """Return the first sentence of a command's help, without its full stop."""
    return words.translated(paragraphs(command.help or "")[0]).removesuffix(".")


def _rows(rows: Sequence[tuple[str, str]], *, width: int | None = None) -> "Table":
    from rich.table import Table
    from rich.text import Text

    if width is None:
        width = max((len(name) for name, _ in rows if len(name) <= _NAMES), default=_NAMES)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=width + 2, no_wrap=True, overflow="ignore")
    table.add_column()
    for name, text in rows:
        shown = Text(f"  {name}", style="cyan")
        if len(name) > width:
            table.add_row(shown, "")
            shown = Text()
        table.add_row(shown, Text(text))
    return table


def kinds_of(command: "Command") -> dict[str, Any]:
    """Return the types of a command's parameters by name."""
    callback = inspect.unwrap(command.callback) if command.callback else None
    return {} if callback is None else get_type_hints(callback)


def _names_of(option: Any, kinds: dict[str, Any], words: "Words") -> str:
    names, placeholder = ", ".join(options_of(option)), placeholder_of(option, kinds)
    return f"{names} {in_language(placeholder, words)}" if placeholder else names


def placeholder_of(option: Any, kinds: dict[str, Any]) -> str:
    """Return how an option's value is written in English; empty where it has none."""
    if option.is_flag or getattr(option, "count", False):
        return ""
    return str(option.metavar or _placeholder(kinds.get(option.name)))


def _placeholder(kind: Any) -> str:
    """Return how a value of a type is written; of ``list[Path]`` and ``Path | None`` as of Path."""
    inner = [_placeholder(part) for part in get_args(kind) if part is not type(None)]
    return inner[0] if inner else _PLACEHOLDERS.get(kind, "TEXT")


def _said_of(option: Any, words: "Words") -> str:
    """Return what help says of an option, with what holds without it."""
    text = words.translated(option.help or "")
    shown = option.show_default
    default = shown if isinstance(shown, str) else option.default
    if option.required:
        return words.text("cli.page.required", said=text)
    told = shown is not False and not option.is_flag and not callable(default)
    if not told or default in (None, "", (), []):
        return text
    return words.text("cli.page.default", said=text, default=str(default))

"""The pages that ``--help`` shows, made for 80 columns and as they are for any terminal."""

import inspect
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

from vibelux.cli.console import out

if TYPE_CHECKING:
    from rich.console import Group as Lines
    from rich.console import RenderableType
    from rich.table import Table

    from vibelux.cli.command import Command, Group

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

    shown = [one for one in parameters if not getattr(one, "hidden", False)]
    arguments = [one for one in shown if one.param_type_name == "argument"]
    options = [one for one in shown if one.param_type_name == "option"]
    called = " ".join([path, "[OPTIONS]", *map(_place_of, arguments)])
    lines: list[RenderableType] = [_usage(called), Text(), _paragraphs(command.help or "")]
    kinds = _kinds_of(command)
    sections: dict[str, list[tuple[str, str]]] = {}
    for one in arguments:
        sections.setdefault("Arguments", []).append((_bare(_place_of(one)), one.help or ""))
    for one in options:
        heading = one.rich_help_panel or "Options"
        sections.setdefault(heading, []).append((_names_of(one, kinds), _said_of(one)))
    if next(iter(sections)) not in ("Options", "Arguments"):
        sections["Options"] = sections.pop("Options")  # the rest
    for heading, rows in sections.items():
        lines += [Text(), Text(heading, style="bold"), _rows(rows)]
    if command.examples:
        # A line that is wrapped cannot be copied.
        examples = Text("\n".join(command.examples), "cyan", no_wrap=True, overflow="ignore")
        title = "Example" if len(command.examples) == 1 else "Examples"
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

    panels: dict[str, list[tuple[str, str]]] = {}
    for name, command in group.commands.items():
        if not command.hidden:
            heading = getattr(command, "rich_help_panel", None)
            heading = heading if isinstance(heading, str) else "Commands"
            panels.setdefault(heading, []).append((name, _summary(command)))
    lines: list[RenderableType] = [_usage(f"{path} COMMAND"), _paragraphs(group.help or "")]
    width = max(len(name) for rows in panels.values() for name, _ in rows)
    for heading, rows in panels.items():
        lines += [Text(heading, style="bold"), _rows(rows, width=width)]
    more = "; --version, --install-completion" if top else ""
    lines.append(Text(f"{path} COMMAND --help says more{more}", style="dim"))
    return Lines(*lines)


def options_of(parameter: Any) -> list[str]:
    """Return the names of an option that help shows, the short one first."""
    names = [*parameter.opts, *parameter.secondary_opts]
    return sorted((name for name in names if name not in HIDDEN_NAMES), key=_is_long)


def _is_long(name: str) -> bool:
    return name.startswith("--")


def _usage(called: str) -> "RenderableType":
    from rich.text import Text

    return Text.assemble(("Usage: ", "dim"), (called, "bold"))


def _paragraphs(text: str) -> "RenderableType":
    """Return a docstring's paragraphs, each on lines as wide as the terminal."""
    from rich.text import Text

    parts = inspect.cleandoc(text).split("\n\n")
    return Text("\n\n".join(" ".join(part.split()) for part in parts))


def _summary(command: Any) -> str:
    """Return the first sentence of a command's help, without its full stop."""
    first = inspect.cleandoc(command.help or "").split("\n\n")[0]
    return " ".join(first.split()).removesuffix(".")


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


def _kinds_of(command: "Command") -> dict[str, Any]:
    """Return the types of a command's parameters by name."""
    callback = inspect.unwrap(command.callback) if command.callback else None
    return {} if callback is None else get_type_hints(callback)


def _names_of(option: Any, kinds: dict[str, Any]) -> str:
    names = ", ".join(options_of(option))
    if option.is_flag or getattr(option, "count", False):
        return names
    return f"{names} {option.metavar or _placeholder(kinds.get(option.name))}"


def _placeholder(kind: Any) -> str:
    """Return how a value of a type is written; of ``list[Path]`` and ``Path | None`` as of Path."""
    inner = [_placeholder(part) for part in get_args(kind) if part is not type(None)]
    return inner[0] if inner else _PLACEHOLDERS.get(kind, "TEXT")


def _place_of(argument: Any) -> str:
    """Return how the line of usage writes an argument."""
    return str(argument.metavar or argument.name.upper())


def _bare(place: str) -> str:
    return place.strip("[]").replace("]...", "").replace("...", "")


def _said_of(option: Any) -> str:
    """Return what help says of an option, with what holds without it."""
    text = option.help or ""
    default = option.default
    if option.required:
        return f"{text} (required)"
    told = option.show_default is not False and not option.is_flag and not callable(default)
    if not told or default in (None, "", (), []):
        return text
    return f"{text} (default: {default})"

"""What is said of wrong usage: what was wrong, and a line that can be copied."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from vibelux.cli.console import spoken
from vibelux.cli.help_page import bare, options_of, place_of
from vibelux.cli.typed_line import TypedLine, command_line
from vibelux.cli.wrong_usage import WrongUsage
from vibelux.errors import InvalidInput, VibeluxError

if TYPE_CHECKING:
    from vibelux.everyday_moods import UnreadableMood
    from vibelux.language import Words

UsageError: type[Exception] = typer.BadParameter.__bases__[0]
"""Whatever Typer finds wrong with a command line; it has no public name."""

_KINDS = (("whole_number", "valid int"), ("number", "valid (?:float|number)"))
"""Text below ``cli.usage``, and what the versions of Typer say of a value that it is not."""


def nearest(name: str, known: Sequence[str]) -> str | None:
    """Return the known name that is most like one, or None if none is."""
    found = get_close_matches(name, known, n=1, cutoff=0.7)
    return found[0] if found else None


def example_for(command: Any, message: str) -> str:
    """Return the first of a command's examples that has an option which a message names.

    A message that names more than two offers a choice, and is about none of them.

    Args:
        command: with ``examples``, as of `vibelux.cli.command.Command`.
        message: of an error.

    """
    named = set(_OPTION.findall(message))
    named = named if len(named) <= 2 else set()
    examples: list[str] = command.examples
    return next((line for line in examples if named & set(_OPTION.findall(line))), examples[0])


_OPTION = re.compile(r"(?<![-\w])--?[a-z][-a-z0-9]*")


def here(line: str) -> str:
    """Return an example that works on this machine: without folders that are not there."""
    words = line.split(" ")
    for place, word in enumerate(words):
        if word.startswith("~/") and not Path(word).expanduser().exists():
            if word != "~/Music":
                return " ".join(words[:2])
            words[place] = "."
    return " ".join(words)


def line_for(error: VibeluxError, command: Any, program: Any, typed: Sequence[str]) -> str | None:
    """Return what to type instead of what a command has refused, or None if nothing helps.

    Args:
        error: of the command.
        command: as of `example_for`.
        program: the whole program, as Typer makes it.
        typed: what was typed behind the program's name.

    """
    if isinstance(error, InvalidInput):
        line = TypedLine(program, typed)
        meant = None
        if line.command is command:  # not where a test calls a command by itself
            if isinstance(error, WrongUsage) and error.instead:
                meant = line.changed(error.instead)
            elif (mood := _unreadable(error)) is not None:
                meant = line.with_mood(mood)
        return meant or here(example_for(command, str(error)))
    return here("vibelux scan ~/Music") if "vibelux scan" in str(error) else None


def _unreadable(error: BaseException | None) -> "UnreadableMood | None":
    """Return the mood that could not be read, where that caused an error."""
    from vibelux.everyday_moods import UnreadableMood

    while error is not None:
        if isinstance(error, UnreadableMood):
            return error
        error = error.__cause__
    return None


def with_option_names(message: str, parameters: Iterable[Any]) -> str:
    """Return a message in which ``strength=2`` of a function is ``--strength 2``."""
    for one in parameters:
        if one.param_type_name == "option" and one.name is not None:
            name = options_of(one)[-1]
            message = re.sub(rf"(?<![-\w]){re.escape(one.name)}=(?=\S)", f"{name} ", message)
    return message


def in_our_words(error: Exception, program: Any, typed: Sequence[str]) -> InvalidInput:
    """Return what Typer found wrong as an error with an example, or the right line, as a note.

    Args:
        error: a `UsageError`.
        program: the whole program, as Typer makes it.
        typed: what was typed behind the program's name.

    """
    words, line = spoken(), TypedLine(program, typed)
    wrong: Any = error
    meant: str | None = None
    if (name := getattr(wrong, "option_name", None)) is not None:
        if hasattr(wrong, "possibilities"):
            like = nearest(name, line.options()) if name.startswith("--") else None
            said = words.text("cli.usage.no_option", command=line.path[-1], name=name)
            meant = line.without(name) if like is None else line.renamed(name, like)
        else:
            said = words.text("cli.usage.needs_value", name=name)
            meant = line.without(name)
    elif (parameter := getattr(wrong, "param", None)) is not None:
        said, meant = _of_parameter(wrong, parameter, line, words)
    elif extra := re.search(r"unexpected extra arguments? *(?:\(s\))? *\((.*)\)", str(wrong)):
        takes, more = _arguments(line.command, words), repr(extra[1])
        said = words.text("cli.usage.extra", command=line.path[-1], takes=takes, more=more)
        meant = line.without_last(extra[1].split())
    else:
        message = str(wrong).rstrip(".")
        said = message[:1].lower() + message[1:]
    plain = InvalidInput(said)
    plain.add_note(meant or here(example_for(line.command, said)))
    return plain


def _of_parameter(
    error: Any, parameter: Any, line: TypedLine, words: "Words"
) -> tuple[str, str | None]:
    """Return what is wrong with a value, or with its absence, and what to type instead."""
    option = parameter.param_type_name == "option"
    name = options_of(parameter)[-1] if option else bare(place_of(parameter, words))
    if hasattr(error, "param_type"):  # it is missing
        give = words.text(f"cli.usage.give.{parameter.name}")
        meant = line.changed({name: words.translated("NAME")}) if option else None
        return words.text("cli.usage.missing", give=give, call=_call(line, words)), meant
    message = str(getattr(error, "message", error))
    if (typed := line.value(parameter)) is None:
        return f"{name}: {message}", None
    name, value = typed
    for key, said in _KINDS:
        if re.search(said, message):
            right = None if parameter.default is None else str(parameter.default)
            meant = line.changed({name: right})
            return words.text(f"cli.usage.{key}", name=name, value=value), meant
    bounds, right = _bounds(parameter, value)
    if right is None:
        return f"{name} {value}: {message}", None
    key = "from_to" if len(bounds) == 2 else "at_least" if "least" in bounds else "at_most"
    said = words.text(f"cli.usage.{key}", name=name, value=value, **bounds)
    return said, line.changed({name: right})


def _call(line: TypedLine, words: "Words") -> str:
    """Return how a command is called with all that it needs: ``vibelux scan FOLDER``."""
    parts = list(line.path)
    for one in line.command.params:
        if one.required and one.param_type_name == "option":
            parts += [options_of(one)[-1], words.translated(one.metavar or "FILE")]
        elif one.required:
            parts.append(bare(place_of(one, words)))
    return " ".join(parts)


def _bounds(parameter: Any, value: str) -> tuple[dict[str, str], str | None]:
    """Return the bounds of an option, and the one that a value is beyond, or None."""
    holder = parameter if hasattr(parameter, "min") else parameter.type  # as Typer's versions do
    ends = {"least": getattr(holder, "min", None), "most": getattr(holder, "max", None)}
    bounds = {name: f"{end:g}" for name, end in ends.items() if end is not None}
    try:
        number = float(value)
    except ValueError:
        return bounds, None
    if "least" in bounds and number < float(bounds["least"]):
        return bounds, bounds["least"]
    if "most" in bounds and number > float(bounds["most"]):
        return bounds, bounds["most"]
    return bounds, None


def _arguments(command: Any, words: "Words") -> str:
    """Return in words what a command takes."""
    places = [place_of(one, words) for one in command.params if one.param_type_name == "argument"]
    last = words.text("cli.usage.options")
    return words.both(", ".join(map(bare, places)), last) if places else last


def no_command(name: str, group: Any, path: Sequence[str], rest: Sequence[str]) -> InvalidInput:
    """Return the error for a command that is not there; the nearest one, or an example, is a note.

    Args:
        name: that was typed.
        group: of the commands.
        path: how the group is called.
        rest: what was typed behind the name.

    """
    meant = "--help" if name == "help" else nearest(name, list(group.commands))
    found: Any = None if meant is None else group.commands.get(meant)
    error = InvalidInput(spoken().text("cli.usage.no_command", name=repr(name)))
    if meant is None:
        error.add_note(here(group.examples[0]))
    elif found is not None and not rest:  # it may need more
        error.add_note(here(found.examples[0]))
    else:
        error.add_note(command_line([*path, meant, *rest]))
    return error

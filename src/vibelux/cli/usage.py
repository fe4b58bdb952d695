"""What is said of wrong usage: what was wrong, and a line that can be copied."""

import re
import shlex
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import typer

from vibelux.cli.help_page import options_of
from vibelux.errors import InvalidInput

UsageError: type[Exception] = typer.BadParameter.__bases__[0]
"""Whatever Typer finds wrong with a command line; it has no public name."""

_MUST_BE = (
    (r"Input should be ", "must be "),
    (r", unable to parse .*", ""),
    (r"a valid integer", "a whole number"),
    (r"a valid number", "a number"),
    (r"greater than or equal to ", "at least "),
    (r"less than or equal to ", "at most "),
    (r".* is not a valid (?:integer|int)( range)?\.?$", "must be a whole number"),
    (r".* is not a valid float( range)?\.?$", "must be a number"),
    (r".* is not in the range x>=(\S+)\.", r"must be at least \1"),
    (r".* is not in the range (\S+)<=x<=(\S+)\.", r"must be from \1 to \2"),
)
"""What the versions of Typer say of a value -> what is said here."""


def command_line(words: Sequence[str]) -> str:
    """Return words as they are typed."""
    return " ".join(_quoted(word) for word in words)


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


def here(line: str) -> str:
    """Return an example that works on this machine: without folders that are not there."""
    words = line.split(" ")
    for place, word in enumerate(words):
        if word.startswith("~/") and not Path(word).expanduser().exists():
            if word != "~/Music":
                return " ".join(words[:2])
            words[place] = "."
    return " ".join(words)


def corrected(error: BaseException | None, typed: Sequence[str]) -> str | None:
    """Return what was typed with the mood that was meant, or None where that is not known.

    Args:
        error: the error, or what caused it.
        typed: what was typed behind the program's name.

    """
    from vibelux.everyday_moods import UnknownMood

    while error is not None and not isinstance(error, UnknownMood):
        error = error.__cause__
    if error is None or error.like is None or not any(error.word in one for one in typed):
        return None
    return command_line(["vibelux", *(one.replace(error.word, error.like) for one in typed)])


def with_option_names(message: str, parameters: Iterable[Any]) -> str:
    """Return a message in which ``strength=2`` of a function is ``--strength 2``."""
    for one in parameters:
        if one.param_type_name == "option" and one.name is not None:
            name = options_of(one)[-1]
            message = re.sub(rf"(?<![-\w]){re.escape(one.name)}=(?=\S)", f"{name} ", message)
    return message


def in_our_words(error: Exception, command: Any, typed: Sequence[str]) -> InvalidInput:
    """Return what Typer found wrong as an error with an example, or the right line, as a note.

    Args:
        error: a `UsageError`.
        command: the whole program, as Typer makes it.
        typed: what was typed behind the program's name.

    """
    path = ["vibelux"]
    for word in typed:
        below = getattr(command, "commands", {}).get(word)
        if below is None:
            break
        command = below
        path.append(word)
    wrong: Any = error
    meant: list[str] | None = None
    if (name := getattr(wrong, "option_name", None)) is not None:
        if hasattr(wrong, "possibilities"):
            like = nearest(name, _options(command)) if name.startswith("--") else None
            said = f"{path[-1]} has no option {name}"
            if like is not None:
                meant = ["vibelux", *(_renamed(word, name, like) for word in typed)]
            else:
                meant = _without(name, typed, path)
        else:
            said = f"{name} needs a value"
            meant = _without(name, typed, path)
    elif (parameter := getattr(wrong, "param", None)) is not None:
        said = _of_parameter(wrong, parameter, typed)
    elif unexpected := re.search(r"unexpected extra arguments? *(?:\(s\))? *\((.*)\)", str(wrong)):
        said = f"{path[-1]} takes only {_arguments(command)}; leave out {unexpected[1]!r}"
    else:
        message = str(wrong).rstrip(".")
        said = message[:1].lower() + message[1:]
    plain = InvalidInput(said)
    plain.add_note(command_line(meant) if meant else here(example_for(command, said)))
    return plain


_OPTION = re.compile(r"(?<![-\w])--?[a-z][-a-z0-9]*")


def _of_parameter(error: Any, parameter: Any, typed: Sequence[str]) -> str:
    """Return what is wrong with a value, or with its absence, of an option or an argument."""
    option = parameter.param_type_name == "option"
    names = [*parameter.opts, *parameter.secondary_opts]
    name = options_of(parameter)[-1] if option else _called(parameter)
    if hasattr(error, "param_type"):  # it is missing
        what = (parameter.help or "").rstrip(".")
        return f"{name} is missing" + (f": {what[:1].lower()}{what[1:]}" if what else "")
    value = None
    for word, after in zip(typed, [*typed[1:], ""], strict=True):
        given, equals, rest = word.partition("=")
        if option and given in names:
            name, value = given, rest if equals else after
    message = str(getattr(error, "message", error))
    for said, ours in _MUST_BE:
        message = re.sub(said, ours, message)
    if value is None:
        return f"{name}: {message}"
    if message.startswith("must be "):
        return f"{name} {message}, not {value}"
    return f"{name} {value} {message}"


def _called(argument: Any) -> str:
    """Return what the help calls an argument, without the marks for none and several."""
    name: str = argument.metavar or argument.name.upper()
    return name.strip("[].")


def _arguments(command: Any) -> str:
    """Return in words what a command takes."""
    names = [_called(one) for one in command.params if one.param_type_name == "argument"]
    return " and ".join([*names, "its options"])


def _without(option: str, typed: Sequence[str], path: Sequence[str]) -> list[str] | None:
    """Return what was typed without an option, where that leaves an argument and tells no value."""
    place = next((n for n, word in enumerate(typed) if word.partition("=")[0] == option), None)
    if place is None:
        return None
    before, after = typed[:place], typed[place + 1 :]
    bare = "=" not in typed[place] and after and not after[0].startswith("-")
    kept = [*before, *after]
    if bare or not before[len(path) - 1 :] or before[len(path) - 1].startswith("-"):
        return None
    return ["vibelux", *kept]


def _options(command: Any) -> list[str]:
    return [
        name
        for one in command.params
        if one.param_type_name == "option" and not one.hidden
        for name in (*one.opts, *one.secondary_opts)
    ]


def _renamed(word: str, name: str, other: str) -> str:
    """Return a word with the option's name in it replaced."""
    given, equals, value = word.partition("=")
    return f"{other}{equals}{value}" if given == name else word


def _quoted(word: str) -> str:
    """Return a word as every shell reads it: double quotes, which Windows knows too."""
    if word and re.fullmatch(r"[-\w@%+=:,./]+", word):
        return word
    return shlex.quote(word) if re.search(r'["$`\\!]', word) else f'"{word}"'

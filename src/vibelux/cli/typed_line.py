"""What was typed, part by part, and what should have been typed."""

import re
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vibelux.cli.wrong_usage import Instead

if TYPE_CHECKING:
    from vibelux.everyday_moods import UnreadableMood


_PASSWORD = re.compile(r"(://[^:@/?#]*):.*(?=@)|(?<=[?&])(?:ssl)?password=[^&]*&?")
"""What follows the user of an address, up to the last ``@``."""


class TypedLine:
    """A command line.

    Args:
        program: the whole program, as Typer makes it.
        typed: what was typed behind the program's name.

    Attributes:
        command: the command that was called, as Typer makes it.
        path: how it is called: ``["vibelux", "train", "face"]``.

    """

    def __init__(self, program: Any, typed: Sequence[str]) -> None:
        self.command = program
        self.path = ["vibelux"]
        for word in typed:
            below = getattr(self.command, "commands", {}).get(word)
            if below is None:
                break
            self.command = below
            self.path.append(word)
        if (usual := getattr(self.command, "default", None)) is not None:
            self.command = self.command.commands[usual]
        self._typed = list(typed)
        self._names = {
            name: one
            for one in self.command.params
            if one.param_type_name == "option"
            for name in (*one.opts, *one.secondary_opts)
        }
        self._parts = [*self._split(typed[len(self.path) - 1 :])]

    def value(self, parameter: Any) -> tuple[str, str] | None:
        """Return the name of an option as it was typed last, and its value; None: it was not."""
        found = None
        for name, words in self._parts:
            if name is not None and self._names[name].name == parameter.name:
                found = name, words[-1].partition("=")[2] if len(words) == 1 else words[1]
        return found

    def changed(self, instead: Instead) -> str | None:
        """Return the line with something else in it; None: it would be no better."""
        parts = self._parts
        arguments: list[list[str]] = []
        for name, value in instead.items():
            option = self._names.get(name)
            if option is None:  # an argument
                parts = [part for part in parts if part[0] is not None]
                arguments = [[str(value)]] if value else []
                continue
            said = next((part for part in parts if self._is(part, option)), None)
            new = (name, [name] if value is True else [name, str(value)])
            if value is None:
                parts = [part for part in parts if not self._is(part, option)]
            elif said is None:
                parts = [*parts, new]
            else:
                parts = [new if part is said else part for part in parts]
        return self._if_right([*(word for one in arguments for word in one), *_flat(parts)])

    def with_mood(self, error: "UnreadableMood") -> str | None:
        """Return the line with the mood that was meant; None: it is not known."""
        if error.meant is None:
            return None
        words = self._typed[len(self.path) - 1 :]
        text = error.text.split()
        for place in range(len(words)):
            for end in range(place + 1, len(words) + 1):
                name, equals, value = words[place].partition("=")
                if " ".join(words[place:end]).split() == text:
                    return self._if_right([*words[:place], error.meant, *words[end:]])
                if equals and name in self._names and value.split() == text:
                    meant = f"{name}={error.meant}"
                    return self._if_right([*words[:place], meant, *words[place + 1 :]])
        return None

    def renamed(self, name: str, other: str) -> str | None:
        """Return the line with another option's name; None: it would be no better."""
        return self._if_right(
            [
                other + word.removeprefix(name) if word.partition("=")[0] == name else word
                for word in self._typed[len(self.path) - 1 :]
            ]
        )

    def without(self, option: str) -> str | None:
        """Return the line without an unknown option.

        None: nothing is left, or the word behind the option may be its value.
        """
        words = self._typed[len(self.path) - 1 :]
        place = next((n for n, word in enumerate(words) if word.partition("=")[0] == option), None)
        if place is None:
            return None
        before, after = words[:place], words[place + 1 :]
        bare = "=" not in words[place] and after and not after[0].startswith("-")
        if bare or not before or before[0].startswith("-"):
            return None
        return self._if_right([*before, *after])

    def without_last(self, words: Sequence[str]) -> str | None:
        """Return the line without arguments that are too many; None: they are not its last ones."""
        parts, left = [], list(words)
        for name, part in reversed(self._parts):
            if name is None and left and part[-1] == left[-1]:
                left.pop()
            else:
                parts.append((name, part))
        return None if left else self._if_right(_flat(parts[::-1]))

    def options(self) -> list[str]:
        """Return the names of the command's options that help shows."""
        return [name for name, one in self._names.items() if not one.hidden]

    def _is(self, part: tuple[str | None, list[str]], option: Any) -> bool:
        return part[0] is not None and self._names.get(part[0]) is option

    def _split(self, words: Sequence[str]) -> "list[tuple[str | None, list[str]]]":
        """Return each option with its value, and each other word."""
        parts: list[tuple[str | None, list[str]]] = []
        rest = list(words)
        while rest:
            word = rest.pop(0)
            name, equals, _ = word.partition("=")
            option = self._names.get(name)
            if option is None:
                parts.append((None, [word]))
            elif equals or option.is_flag or option.count or not rest:
                parts.append((name, [word]))
            else:
                parts.append((name, [word, rest.pop(0)]))
        return parts

    def _if_right(self, words: Sequence[str]) -> str | None:
        """Return a line, or None where the command would not take it."""
        try:
            with self.command.make_context(self.path[-1], list(words)):
                return command_line([*self.path, *words])
        except Exception:
            return None


def command_line(words: Sequence[str]) -> str:
    """Return words as they are typed; passwords in addresses are left out."""
    return " ".join(_quoted(_PASSWORD.sub(r"\1", word)) for word in words)


def _flat(parts: "Sequence[tuple[str | None, list[str]]]") -> list[str]:
    return [word for _, words in parts for word in words]


def _quoted(word: str) -> str:
    """Return a word as every shell reads it: double quotes, which Windows knows too."""
    if word and re.fullmatch(r"[-\w@%+=:,./]+", word):
        return word
    return shlex.quote(word) if re.search(r'["$`\\!]', word) else f'"{word}"'

"""What is said to people, in English and German: the tables of words, and which one counts.

``en.json`` and ``de.json`` hold the words; the page is built from the same two files. Those that
only the terminal says lie in the folder ``cli``, and are found below that name. In a text,
``{name}`` stands for a value. Where a number decides, there is an object of forms in a text's
place: ``one``, ``other``, and ``zero`` where nothing is said in words of its own.

What help says of a command and its options stands beside them in the code, in English; below
``cli.translations`` a table has it in its language, and messages of the library that listeners
meet. All other messages of its `vibelux.errors.VibeluxError`s are English in every language.
"""

import json
import os
import re
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from vibelux.errors import InvalidInput

LANGUAGES: tuple[str, ...] = ("en", "de")

_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Variables that say the language of messages; the first that says anything counts (POSIX)."""


class Words:
    """The words of a language.

    Args:
        table: of its JSON file.

    """

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._table = table
        self.code: str = table["code"]

    def text(self, key: str, **values: str) -> str:
        """Return a text.

        Args:
            key: where it stands, such as ``"reasons.liked"``.
            values: what its ``{name}``s stand for.

        Raises:
            KeyError: there is no such text, or a value is missing.

        """
        return self._filled(key, self._at(key), values)

    def of_number(self, key: str, number: int, **values: str) -> str:
        """Return the form of a text that fits a number; arguments and errors as of `text`."""
        forms = self._at(key)
        if not isinstance(forms, Mapping) or "other" not in forms:
            raise KeyError(f"{key!r} has no forms for numbers in the {self.code} table")
        form = {0: "zero", 1: "one"}.get(number, "other")
        return self._filled(key, forms.get(form, forms["other"]), values)

    def list(self, key: str) -> list[str]:
        """Return a list of words, such as ``"sounds.sad.low.plain"``.

        Raises:
            KeyError: there is no such list.

        """
        found = self._at(key)
        if not isinstance(found, list):
            raise KeyError(f"{key!r} is not a list of words in the {self.code} table")
        return [*found]

    def translated(self, english: str) -> str:
        """Return a text that stands in the code in English; one without a translation as it is.

        Args:
            english: a paragraph, a heading, a placeholder or an example of the pages of help, on
                one line, or a message. Values in a message that are messages are translated too.

        """
        found: str | None = self._at("cli.translations").get(english)
        if found is not None:
            return found
        for template, text in self._templates:
            if values := template.fullmatch(english):
                parts = {name: self.translated(value) for name, value in values.groupdict().items()}
                return text.format_map(parts)
        return english

    @cached_property
    def _templates(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        """Translations of texts with values."""
        return tuple(
            (re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.*)", re.escape(english)), re.DOTALL), text)
            for english, text in self._at("cli.translations").items()
            if "{" in english
        )

    def names(self, key: str) -> tuple[str, ...]:
        """Return what lies below a key, such as the everyday moods below ``"everyday"``.

        Raises:
            KeyError: there is nothing below it.

        """
        found = self._at(key)
        if not isinstance(found, Mapping):
            raise KeyError(f"nothing lies below {key!r} in the {self.code} table")
        return tuple(found)

    def count(self, number: int) -> str:
        """Return a number in words up to twelve, in figures beyond."""
        words = self._table["numbers"]
        return words[number] if 0 <= number < len(words) else self.figures(number)

    def figures(self, number: int) -> str:
        """Return a number in figures, its thousands apart."""
        return f"{number:,}".replace(",", self._table["thousands"])

    def decimal(self, number: float, form: str) -> str:
        """Return a number in a form such as ``".2f"``, with the decimal mark of the language."""
        return format(number, form).replace(".", self.text("decimal"))

    def both(self, first: str, second: str) -> str:
        """Return two words as one phrase: ``"warm and gentle"``."""
        return self.text("and", first=first, second=second)

    def _at(self, key: str) -> Any:
        found: Any = self._table
        for part in key.split("."):
            if not isinstance(found, Mapping) or part not in found:
                raise KeyError(f"the {self.code} table has no {key!r}")
            found = found[part]
        return found

    def _filled(self, key: str, template: Any, values: Mapping[str, str]) -> str:
        if not isinstance(template, str):
            raise KeyError(f"{key!r} is not a text in the {self.code} table")
        try:
            return template.format_map(values)
        except KeyError as error:
            raise KeyError(f"{key!r} needs a value for {error} in the {self.code} table") from None


def sentence(text: str, *, end: str = ".") -> str:
    """Return a phrase as a sentence: its first letter large, a full stop at its end."""
    return f"{text[:1].upper()}{text[1:]}{end}" if text else ""


def lowered(text: str) -> str:
    """Return a sentence as a part of another one: its first letter small."""
    return f"{text[:1].lower()}{text[1:]}"


def words_of(code: str) -> Words:
    """Return the words of a language.

    Args:
        code: of `LANGUAGES`.

    Raises:
        InvalidInput: a language without a table.

    """
    if code not in LANGUAGES:
        raise InvalidInput(f"unknown language {code!r}; choose from {', '.join(LANGUAGES)}")
    return _read(code)


def spoken_language(wanted: str | None = None, environment: Mapping[str, str] | None = None) -> str:
    """Return which of `LANGUAGES` to speak: the wanted one, else the locale's, else English.

    Args:
        wanted: a code, where a person chose one.
        environment: variables of the process; None: those of this one.

    Raises:
        InvalidInput: a wanted language without a table.

    """
    if wanted is not None:
        return words_of(wanted).code
    variables = os.environ if environment is None else environment
    locale = next((value for name in _LOCALE if (value := variables.get(name))), "")
    code = locale.replace("-", "_").partition("_")[0].partition(".")[0].lower()
    return code if code in LANGUAGES else "en"


@cache
def _read(code: str) -> Words:
    shared, of_commands = (
        json.loads((files(__name__) / path).read_text(encoding="utf-8"))
        for path in (f"{code}.json", f"cli/{code}.json")
    )
    return Words(shared | {"cli": of_commands})

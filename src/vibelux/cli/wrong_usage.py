"""Wrong usage that a command finds itself."""

from collections.abc import Mapping

from vibelux.cli.console import spoken
from vibelux.errors import InvalidInput

Instead = Mapping[str, str | bool | None]
"""What would have been right: name of an option, or of an argument as help writes it, -> its value.

True is a flag that was missing, and None is an option, or all arguments, that should not be there.
"""


class WrongUsage(InvalidInput):
    """Wrong usage.

    Attributes:
        instead: what would have been right, where that is known.

    """

    def __init__(self, message: str, *, instead: Instead) -> None:
        super().__init__(message)
        self.instead = instead


def wrong(what: str, /, *, instead: Instead | None = None, **values: str) -> WrongUsage:
    """Return the error for wrong usage, in the language of the locale.

    Args:
        what: its text below ``cli.wrong`` in the tables of `vibelux.language`.
        instead: what would have been right; where nothing is given, an example is shown.
        **values: of the text.

    """
    return WrongUsage(spoken().text(f"cli.wrong.{what}", **values), instead=instead or {})

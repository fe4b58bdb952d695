"""A console of Rich that shows texts as they are, whoever wrote them."""

from collections.abc import Iterable
from typing import IO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from vibelux.service.text import printable


class PlainConsole(Console):
    """Brackets and colons in a name are no markup and no emoji, its escapes no commands.

    A style comes with `rich.text.Text`, or as an argument of its own.

    Args:
        file: that is written to.

    """

    def __init__(self, file: IO[str]) -> None:
        super().__init__(file=file, highlight=False, markup=False, emoji=False)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        r"""Yield the segments of what is shown, with control characters as ``\\x..``."""
        for segment in super().render(renderable, options):
            text, style, control = segment
            if control or text.isprintable():  # a control moves the cursor, and is Rich's own
                yield segment
            else:
                yield Segment("\n".join(map(printable, text.split("\n"))), style)

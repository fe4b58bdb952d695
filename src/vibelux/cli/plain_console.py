"""A console of Rich that shows texts as they are, whoever wrote them."""

from collections.abc import Iterable
from typing import IO, Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from vibelux.service.text import printable


class PlainConsole(Console):
    """Brackets and colons in a name are no markup and no emoji, its escapes no commands.

    A style comes with `rich.text.Text`, or as an argument of its own. Sentences are wrapped at the
    width of a terminal; a file or a pipe gets each on one line.

    Args:
        file: that is written to.

    """

    def __init__(self, file: IO[str]) -> None:
        super().__init__(file=file, highlight=False, markup=False, emoji=False)

    def print(self, *objects: Any, soft_wrap: bool | None = None, **how: Any) -> None:
        """Print as `rich.console.Console.print`."""
        if soft_wrap is None and not self.is_terminal:
            soft_wrap = all(isinstance(each, str | Text) for each in objects)
        super().print(*objects, soft_wrap=soft_wrap, **how)

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

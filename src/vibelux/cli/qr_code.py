"""A link as a picture that a phone's camera reads, drawn with letters (the [home] extra)."""

from collections.abc import Iterable, Iterator

import segno

_MARGIN = 2
"""Squares of light around it. The standard (ISO/IEC 18004) wants 4; phones read it with 2."""


def qr_code(link: str) -> Iterator[str]:
    """Yield lines of text, to be printed black on white.

    Args:
        link: at most 2,953 bytes.

    """
    code = segno.make(link, error="l", micro=False)
    return half_blocks(code.matrix_iter(border=_MARGIN))


def half_blocks(rows: Iterable[Iterable[int]]) -> Iterator[str]:
    """Draw two rows of dark (1) and light (0) squares as a line of text each.

    Args:
        rows: of equal length.

    """
    lines = [list(row) for row in rows]
    if len(lines) % 2:
        lines.append([0] * len(lines[0]))
    for upper, lower in zip(lines[::2], lines[1::2], strict=True):
        yield "".join(" ▄▀█"[2 * top + below] for top, below in zip(upper, lower, strict=True))

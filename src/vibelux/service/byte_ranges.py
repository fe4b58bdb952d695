"""Ranges of bytes, and what has changed since: RFC 9110, sections 13 and 14."""

import re
from collections.abc import Mapping

from vibelux.service.failures import Failure

_RANGE = re.compile(r"bytes\s*=\s*([0-9]*)\s*-\s*([0-9]*)", re.IGNORECASE)


LARGEST = 10**18
"""More bytes than any file has."""

_SHOWN = 60
"""Characters of a header that a message repeats."""


def range_of(headers: Mapping[str, str], *, size: int, etag: str) -> tuple[int, int] | None:
    """Return the range that a request asks for.

    Args:
        headers: of the request, names in lower case.
        size: bytes of the whole.
        etag: of the whole as it is now.

    Returns:
        the first byte and the one after the last; None for the whole: no range is asked for, it is
        not one in bytes, there are several, or ``If-Range`` names another state.

    Raises:
        Failure: 416, the range lies outside.

    """
    asked = headers.get("range", "")
    match = _RANGE.fullmatch(asked.strip())
    if match is None or headers.get("if-range", etag).strip() != etag:
        return None
    if not match[1] and not match[2]:
        return None
    first, last = number_of(match[1]), number_of(match[2])
    if match[1] and match[2] and last < first:
        return None  # no valid range, so the header does not count
    start = first if match[1] else max(0, size - last)
    end = min(size, last + 1) if match[1] and match[2] else size
    if start >= end:
        shown = asked if len(asked) <= _SHOWN else f"{asked[:_SHOWN]}…"
        raise Failure(
            416,
            "range_not_satisfiable",
            f"the range {shown!r} lies outside of the song's {size} bytes",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return start, end


def number_of(digits: str) -> int:
    """Return a number of a header, or `LARGEST` for one that is larger; of no digits: 0."""
    significant = digits.lstrip("0")
    # Python refuses to read some thousand digits.
    return LARGEST if len(significant) > 18 else int(significant or "0")


def is_known(headers: Mapping[str, str], *, etag: str) -> bool:
    """Tell whether the sender has this state already (``If-None-Match``)."""
    known = [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]
    return etag in known or known == ["*"]

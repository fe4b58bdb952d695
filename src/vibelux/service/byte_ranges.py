"""Ranges of bytes and conditional requests: RFC 9110, sections 13 and 14."""

import re
from collections.abc import Mapping

from vibelux.service.failures import Failure

_RANGE = re.compile(r"bytes\s*=\s*([0-9]*)\s*-\s*([0-9]*)", re.IGNORECASE)


LARGEST = 10**18
"""More bytes than any file can have."""

_SHOWN = 60
"""Characters of a header that a message repeats."""


def range_of(headers: Mapping[str, str], *, size: int, etag: str) -> tuple[int, int] | None:
    """Return the range that a request asks for.

    Args:
        headers: the request's headers, names in lower case.
        size: bytes of the whole.
        etag: the current ETag.

    Returns:
        the first byte and the one after the last. None means the whole: no range is asked for, it
        is not in bytes, there are several, or ``If-Range`` names another state.

    Raises:
        Failure: 416 if the range lies outside.

    """
    asked = headers.get("range", "")
    match = _RANGE.fullmatch(asked.strip())
    if match is None or headers.get("if-range", etag).strip() != etag:
        return None
    if not match[1] and not match[2]:
        return None
    first, last = number_of(match[1]), number_of(match[2])
    if match[1] and match[2] and last < first:
        return None  # not a valid range, so the header is ignored
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
    """Return a number in a header, at most `LARGEST`; 0 for no digits."""
    significant = digits.lstrip("0")
    # Python refuses to read thousands of digits.
    return LARGEST if len(significant) > 18 else int(significant or "0")


def is_known(headers: Mapping[str, str], *, etag: str) -> bool:
    """Return whether the sender already has this state (``If-None-Match``)."""
    known = [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]
    return etag in known or known == ["*"]

"""Ranges of bytes, and what has changed since: RFC 9110, sections 13 and 14."""

import re
from collections.abc import Mapping

from vibelux.service.failures import Failure

_RANGE = re.compile(r"bytes\s*=\s*(\d*)\s*-\s*(\d*)", re.IGNORECASE)


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
    first, last = match[1], match[2]
    if not first and not last:
        return None
    if first and last and int(last) < int(first):
        return None  # no valid range, so the header does not count
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if start >= end:
        raise Failure(
            416,
            "range_not_satisfiable",
            f"the range {asked!r} lies outside of the song's {size} bytes",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return start, end


def is_known(headers: Mapping[str, str], *, etag: str) -> bool:
    """Tell whether the sender has this state already (``If-None-Match``)."""
    known = [tag.strip().removeprefix("W/") for tag in headers.get("if-none-match", "").split(",")]
    return etag in known or known == ["*"]

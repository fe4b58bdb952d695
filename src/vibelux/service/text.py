"""Texts that can be sent and shown, whatever bytes names and tags contain."""

from typing import overload


@overload
def sendable(text: str) -> str: ...
@overload
def sendable(text: None) -> None: ...
@overload
def sendable(text: str | None) -> str | None: ...
def sendable(text: str | None) -> str | None:
    """Return a text with a question mark for each byte that is not text."""
    return text if text is None else text.encode("utf-8", "replace").decode("utf-8")


def printable(text: str) -> str:
    r"""Return a text that any terminal can show on one line, whatever bytes a name contains.

    Control characters (newlines, escapes) and bytes that are not UTF-8 appear as ``\\x..``.
    """
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in text
    )

"""Texts that can be sent: the bytes of a file's name may be none."""

from typing import overload


@overload
def sendable(text: str) -> str: ...
@overload
def sendable(text: None) -> None: ...
@overload
def sendable(text: str | None) -> str | None: ...
def sendable(text: str | None) -> str | None:
    """Return a text with a question mark for each byte that is none."""
    return text if text is None else text.encode("utf-8", "replace").decode("utf-8")

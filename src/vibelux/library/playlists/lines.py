"""The lines of a playlist that is text."""

import codecs

from vibelux.library.text_encoding import decoded

_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
"""How UTF-16 and UTF-32 begin; UTF-32 of the other byte order begins like UTF-16."""

_NOT_STORED = frozenset({"undefined", "idna", "punycode", "unicode-escape", "raw-unicode-escape"})
"""Python's encodings of other things than the text of files."""

_ZEROS = 0.25
"""Share of the characters of a playlist in UTF-16 that have a zero byte, at least."""


def lines_of(content: bytes) -> list[bytes]:
    """Return the lines, ended in whatever way; of UTF-16 and UTF-32 as UTF-8, others as they are.

    Raises:
        ValueError: it is not text.

    """
    return _one_byte_each(content).splitlines()


def is_utf8(lines: list[bytes]) -> bool:
    """Return whether all lines are UTF-8."""
    try:
        b"\n".join(lines).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def stated_encoding(name: bytes | None) -> str | None:
    """Return the encoding that a playlist names, None if text is not stored in it."""
    try:
        known = codecs.lookup((name or b"").decode("ascii"))
    except (LookupError, ValueError):
        return None
    return None if known.name in _NOT_STORED else known.name


def _one_byte_each(content: bytes) -> bytes:
    if content.startswith(_WIDE_MARKS):
        return decoded(content).encode("utf-8", "replace")
    content = content.removeprefix(codecs.BOM_UTF8)
    if b"\0" not in content:
        return content
    # UTF-16 without a mark: line ends, suffixes and Latin letters have a zero byte on one side.
    zeros = content[0::2].count(0), content[1::2].count(0)
    encoding = "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text or max(zeros) < _ZEROS * len(text):
        raise ValueError("it holds binary data")
    return text.encode("utf-8")

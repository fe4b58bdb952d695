"""How names are compared: strictly where they tell what is the same, leniently to find them.

Both ignore case, the spaces between words, and whether an accent is a character of its own, as in
file names from a Mac. `folded` also ignores accents, so that what is typed without them is found;
names that only a search may confuse (``й`` and ``и``) stay apart for `canonical`.
"""

import unicodedata

_TYPED = str.maketrans(
    {
        **{"ø": "o", "đ": "d", "ł": "l", "ħ": "h", "ŧ": "t", "ı": "i", "ð": "d"},
        **{"æ": "ae", "œ": "oe", "þ": "th"},
        **dict.fromkeys("‘’‚‛ʼʹ′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)
"""What a keyboard has in place of letters with strokes and of printed marks."""

_ACCENTS = frozenset({1, *range(10, 37), *range(200, 256)})
"""Combining classes of what `folded` drops: strokes, the points of Hebrew and Arabic, accents."""


def canonical(text: str | None) -> str:
    """Return a text as it is compared for being the same: equal ones name the same thing.

    Letters keep their accents, and width variants count as the letter itself (NFKC).
    """
    if not text:
        return ""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).casefold()
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.lower().split())


def folded(text: str | None) -> str:
    """Return a text as it is searched and sorted by: also without accents and invisible marks.

    Accents of Latin, Greek and Cyrillic letters and the points of Hebrew and Arabic go; marks that
    make another letter in kana and in the scripts of India and Thailand stay.
    """
    if not text:
        return ""
    if text.isascii():
        return " ".join(text.lower().replace("`", "'").split())
    # Printed marks first: some of them decompose into a space with an accent.
    plain = unicodedata.normalize("NFC", text).casefold().translate(_TYPED)
    plain = unicodedata.normalize("NFKD", plain)
    plain = "".join(filter(_counts, plain)).casefold().translate(_TYPED)
    # Together again, or else a syllable would be found in those that only begin like it.
    return " ".join(unicodedata.normalize("NFC", plain).split())


def _counts(character: str) -> bool:
    if character.isascii():
        return True
    return (
        unicodedata.combining(character) not in _ACCENTS and unicodedata.category(character) != "Cf"
    )

"""Bytes that somebody wrote as text without saying in which encoding, as text.

UTF-8 where it is that, and UTF-16 behind its mark; else the code page that was stated, or the one
in which the bytes read most like a language. Nothing is lost: bytes of which nothing is known
become the characters of Windows-1252, never U+FFFD.

How a code page is chosen: under each the bytes are read as text, and each character adds the
logarithm of how much more likely it is there than a byte drawn at random. Windows-1252 is ahead by
a few points from the beginning, so that a short text without evidence stays Western.
"""

import codecs
import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_AHEAD = {"cp1252": 3.0, "cp1251": 1.0, "cp866": -1.0}
"""Code page -> points that it begins with, by how often it is met: a letter brings one to four."""

_LONGEST = 4000
"""Bytes that a code page is chosen by; more would only take longer."""

_LATIN = {
    "cp1252": (
        *("äöüß", "éèêëàâçùûüîïôœæÿ", "áéíóúñü", "ãõáéíóúâêôçàü", "àèéìòù"),
        *("åäöé", "æøåéö", "áðéíóúýþæö", "éëïèöóü", "àèéíïòóúüç", "šžåäö"),
    ),
    "cp1250": (
        *("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű"),
        *("čćđšž", "ăâîşţ"),
    ),
    "cp1254": ("çğıöşüâî",),
}
"""Code page -> the letters beyond ASCII of each language that is written in it."""

_CYRILLIC = (
    "о109 е85 а80 и74 н67 т63 с55 р47 в45 л44 к35 м32 д30 п28 у26 я20 ы19 ь17 г17 з16 б16 "
    "ч14 й12 х10 ж9 ш7 ю6 ц5 щ4 э3 ф3 ъ1 ё3 і8 ї2 є2 ґ1 ў1"
)
_GREEK = (
    "α98 ο88 ι70 ε70 τ83 σ50 ν63 η40 υ40 ρ41 π41 κ40 μ34 λ30 ς35 ω17 γ18 δ17 χ12 θ12 φ8 "
    "β7 ξ5 ζ4 ψ2 ά20 έ20 ή15 ί25 ό25 ύ12 ώ10"
)
"""Letter -> how often it is met among a thousand."""

_COMMON_HANZI = frozenset(
    "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天"
    "而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些"
    "与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相"
    "次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立"
    "马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共"
    "风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快"
    "条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李"
    "息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯"
    "专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏兄古谈春秋夜梦歌雨雪曲泪伤恋寂寞温柔月亮星河蓝绿忘忆谢邓丽君杰伦"
)
_COMMON_HANZI_TRADITIONAL = frozenset(
    "的一是不了人我在有他這中大來上國個到說們為子和你地出道也時年得就那要下以生會自著去之過家學對可她裡後小麼心多天"
    "而能好都然沒日於起還發成事只作當想看文無開手十用主行方又如前所本見經頭面公同三已老從動兩長知民樣現分將外但身些"
    "與高意進把法此實回二理美點月明其種聲全己話兒者向情部正名定女問力機給等幾很最間新什打位因重被走電四第門相次東海"
    "口使教西再平真聽世氣信北少關內加化由卻代入先山五太水萬市眼體別處總才場師書比住笑性通目華報立馬命張活難神安表原"
    "車白應路期叫死常提感金何更反合放做或受光王果親界今京解各清物記邊共風戰許特覺望直服林南度色字請交愛讓認百思非流"
    "青遠帶花快變言往近留紅城父深求空眾輕江語滿寫黃收臉錢夢歌雨雪曲淚傷戀寂寞溫柔亮星河藍綠忘憶謝鄧麗君傑倫周夜春秋"
)

_SYMBOLS_IN_PAIRS = "、。・「」『』ー〜～！？　（）…—《》：，＆♪☆★々"

_WORD = re.compile(r"[^\s!-@\[-`{-~]+")
"""Letters of any kind and what is not ASCII."""

_ACCENTED = "άέήίόύώΆΈΉΊΌΎΏ"
"""A Greek word has one of these at most."""

_ASCII_LETTER = re.compile("[A-Za-z]")

_QUOTES = "\u2018\u2019\u201a\u201c\u201d\u201e\u2026\u2013\u2014"
"""Quotation marks and dashes, which all code pages of Windows have at the same places."""

_EDGES = f"{_QUOTES}\u2020\u2022\xa0«»¿¡°®©™·´§€£¥¢ªº№"
"""Characters that may stand beside a word."""

_WITHIN = f"{_QUOTES}´·\xa0"
"""Characters that may also stand within a word."""


def decoded(data: bytes, *, stated: str | None = None) -> str:
    """Return bytes as text; each byte leaves its trace in it.

    Args:
        data: of one text, such as a playlist's lines.
        stated: the encoding that its file states, if it does; it may be wrong or unknown.

    """
    return decoded_together([data], stated=stated)[0]


def decoded_together(texts: Sequence[bytes], *, stated: str | None = None) -> list[str]:
    """Return the texts of one file, all of which somebody wrote in the same encoding.

    A text that is UTF-8 is taken as that, whatever the others are.

    Args:
        texts: such as the tags of a song.
        stated: see `decoded`.

    """
    sure = [_unicode(data) for data in texts]
    bare = [data.removeprefix(codecs.BOM_UTF8) for data in texts]  # of what only claims to be it
    unsure = [data for data, text in zip(bare, sure, strict=True) if text is None]
    page = code_page(unsure, stated=stated)
    return [
        _read(data, page) if text is None else text for data, text in zip(bare, sure, strict=True)
    ]


def code_page(texts: Sequence[bytes], *, stated: str | None = None) -> str:
    """Return the code page in which texts that are not UTF-8 are written, as Python names it.

    Args:
        texts: of one file.
        stated: see `decoded`.

    """
    if stated is not None and _can_read(texts, stated):
        return stated
    data = b"\n".join(texts)[:_LONGEST]
    best, most = "cp1252", -math.inf
    for page, points in _PAGES.items():
        try:
            text = data.decode(page)
        except UnicodeDecodeError as error:
            cut = len(data) == _LONGEST and error.start >= _LONGEST - 4
            if page != "cp1252" and not cut:
                continue
            text = _read(data, page)
        sum_of_points = points(text) + _AHEAD.get(page, 0.0)
        if sum_of_points > most:
            best, most = page, sum_of_points
    return best


def _unicode(data: bytes) -> str | None:
    """Return what is certainly Unicode as text; None if it is something else."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding)
    if 0 in data:  # between the ASCII characters of UTF-16
        for encoding, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
            if 4 * zeros.count(0) > len(data):
                return _strict(data, encoding)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        text = decoder.decode(data)
    except UnicodeDecodeError:
        return None
    # A field of a fixed length may end within a character: what is left of it says nothing, but
    # only where another one shows that it is UTF-8.
    left = decoder.getstate()[0]
    return None if left and text.isascii() else text


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _can_read(texts: Sequence[bytes], encoding: str) -> bool:
    try:
        text = b"\n".join(texts).decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return not any(unicodedata.category(c) == "Co" for c in text)  # private use says nothing


def _read(data: bytes, page: str) -> str:
    """Decode; bytes that the code page lacks become the characters of Latin-1."""
    try:
        return data.decode(page)
    except UnicodeDecodeError:
        return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in data)


def _latin(page: str) -> Callable[[str], float]:
    """Return what tells how well a text is spelt in one of a code page's languages."""
    languages = [frozenset(letters + letters.upper()) for letters in _LATIN[page]]

    def points(text: str) -> float:
        total = 0.0
        for word in _WORD.findall(text):
            inner = word.strip(_EDGES)
            total += 2.0 * sum(c in _QUOTES for c in word)
            foreign = [c for c in inner if not c.isascii() and c not in _WITHIN]
            if not foreign:
                continue
            if not all(c.isalpha() for c in foreign):
                total -= 4.0 * len(foreign)
            elif not any(language.issuperset(foreign) for language in languages):
                total -= 3.0 * len(foreign)
            elif len(foreign) < len(inner) or len(inner) == 1:
                total += 2.5 * len(foreign)
            elif len(inner) == 2:
                total += 1.0 * len(foreign)
        return total

    return points


def _alphabet(frequencies: str, *, windows: bool) -> Callable[[str], float]:
    """Return what tells how much a text looks like a language of another alphabet."""
    gain = {entry[0]: math.log(int(entry[1:]) / 1000 * 128) for entry in frequencies.split()}

    def points(text: str) -> float:
        total = 0.0
        for word in _WORD.findall(text):
            inner = word.strip(_EDGES) if windows else word
            total += 2.0 * windows * sum(c in _QUOTES for c in word)
            for place, c in enumerate(inner):
                if c.isascii() or (windows and c in _WITHIN):
                    continue
                total += gain.get(c.lower(), -4.0)
                if c.isalpha():
                    around = inner[max(0, place - 1) : place + 2]
                    total -= 6.0 * any(o.isascii() for o in around)
                    before = inner[max(0, place - 2) : place]
                    mixed = c.isupper() and before[-1:].islower()
                    mixed |= c.islower() and len(before) == 2 and before.isupper()
                    total -= 6.0 * mixed
            total -= 4.0 * max(0, sum(c in _ACCENTED for c in inner) - 1)
        return total

    return points


def _pairs(likely: Callable[[str, bytes], float | None], page: str) -> Callable[[str], float]:
    """Return what tells how much a text looks like one written with two bytes a character."""

    def points(text: str) -> float:
        total = 0.0
        for place, c in enumerate(text):
            if c.isascii():
                continue
            total -= 3.0 * bool(_ASCII_LETTER.search(text[max(0, place - 1) : place + 2]))
            if c in _SYMBOLS_IN_PAIRS:
                total += 2.0
            else:
                found = likely(c, c.encode(page, "replace"))
                total += -3.0 if found is None else found
        return total

    return points


def _kana(c: str) -> bool:
    return "\u3041" <= c <= "\u30fe"


def _japanese(level: range, points: float) -> Callable[[str, bytes], float | None]:
    def likely(c: str, stored: bytes) -> float | None:
        if _kana(c):
            return 4.6
        if "\u4e00" <= c <= "\u9fff":
            return points if stored[0] in level else -2.0
        return None

    return likely


def _chinese(common: frozenset[str], level: range) -> Callable[[str, bytes], float | None]:
    def likely(c: str, stored: bytes) -> float | None:
        if c in common:
            return 3.2
        plain = stored[0] in level and (level.start < 0xB0 or stored[1] >= 0xA1)
        return 0.3 if plain else None

    return likely


def _korean(_: str, stored: bytes) -> float | None:
    return 1.9 if stored[0] in range(0xB0, 0xC9) and stored[1] >= 0xA1 else None


_PAGES: Mapping[str, Callable[[str], float]] = {
    "cp1252": _latin("cp1252"),
    "cp1250": _latin("cp1250"),
    "cp1254": _latin("cp1254"),
    "cp1251": _alphabet(_CYRILLIC, windows=True),
    "koi8-r": _alphabet(_CYRILLIC, windows=False),
    "cp866": _alphabet(_CYRILLIC, windows=False),
    "cp1253": _alphabet(_GREEK, windows=True),
    "cp932": _pairs(_japanese(range(0x88, 0x98), 2.0), "cp932"),
    "euc_jp": _pairs(_japanese(range(0xB0, 0xD0), 1.0), "euc_jp"),
    "gbk": _pairs(_chinese(_COMMON_HANZI, range(0xB0, 0xD8)), "gbk"),
    "big5": _pairs(_chinese(_COMMON_HANZI_TRADITIONAL, range(0xA4, 0xC7)), "big5"),
    "cp949": _pairs(_korean, "cp949"),
}
"""Code page -> how well a text that was read in it looks; at equal points the first one counts."""

"""Songs as they are listed: one line a song, with how it sounds and how well it fits."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vibelux.cli.console import out, printable

if TYPE_CHECKING:
    from rich.constrain import Constrain
    from rich.text import Text

    from vibelux.language import Words
    from vibelux.library.catalogue import Song
    from vibelux.recommend.picks import Pick
    from vibelux.recommend.ranking import Recommendation
    from vibelux.recommend.reasons import Fact
    from vibelux.recommend.similar_songs import SimilarSong

    Listed = Recommendation | Pick | SimilarSong

_DOTS = 5
_FEW = 2

_NAMES = 60
"""Columns that names are aligned in where nothing is cut."""

_WIDEST = 100
"""Columns; further away from its song a score is hard to read."""


def print_songs(
    songs: "Sequence[Listed]",
    words: "Words",
    *,
    why: bool,
    dots: bool = True,
) -> None:
    """Print songs in their order on stdout.

    On a terminal a line is as wide as that; elsewhere nothing is cut.

    Args:
        songs: the songs, with reasons.
        words: of the language.
        why: print the table with figures and reasons instead.
        dots: show how well each fits.

    """
    console = out()
    if why:
        console.print(song_table(songs, words))
        return
    width = console.width if console.is_terminal else None
    marks = ("●○" if _can_show(console.encoding) else "*.") if dots else ""
    for line in song_lines(songs, words, width=width, marks=marks):
        console.print(line, soft_wrap=True)


def song_lines(
    songs: "Sequence[Listed]",
    words: "Words",
    *,
    width: int | None,
    marks: str = "●○",
) -> list["Text"]:
    """Return a line for each song: its place, its name, its sound in words, and dots for the fit.

    Args:
        songs: the songs.
        words: of the language.
        width: columns of a line; longer names are cut. None: nothing is cut.
        marks: a dot that counts, and one that does not; empty: without dots.

    """
    from rich.cells import cell_len
    from rich.text import Text

    sounds = [sound_of(entry.reasons, words) for entry in songs]
    names = [song_name(entry.song) for entry in songs]
    place = len(str(len(songs)))
    told = max(map(len, sounds), default=0)
    longest = max((cell_len(name.plain) for name in names), default=0)
    room = min(longest, _NAMES)
    if width is not None:
        room = max(12, min(longest, min(width, _WIDEST) - place - told - _DOTS - 6))
    lines: list[Text] = []
    for rank, (entry, name, sound) in enumerate(zip(songs, names, sounds, strict=True), start=1):
        if width is not None:
            name.truncate(room, overflow="ellipsis")
        name.append(" " * max(0, room - cell_len(name.plain)))
        line = Text.assemble((f"{rank:>{place}}  ", "dim"), name, f"  {sound:<{told}}")
        if marks:
            full = fit_dots(entry.score, suits=entry.suits)
            line.append(f"  {marks[0] * full}", "cyan")
            line.append(marks[1] * (_DOTS - full), "dim")
        line.rstrip()
        lines.append(line)
    return lines


def fit_dots(score: float, *, suits: bool) -> int:
    """Return how many of five dots a fit in [0, 1] is worth.

    Args:
        score: the fit.
        suits: the song is of the mood that is looked for: then it has three dots at least, and
            else, even if it is akin to that mood, two at most, so that they say the same as the
            sentence about the library.

    """
    dots = int(score * _DOTS + 0.5)
    return max(_FEW + 1, min(_DOTS, dots)) if suits else max(0, min(_FEW, dots))


def song_name(song: "Song") -> "Text":
    """Return ``Artist – Title``, or the title alone."""
    from rich.text import Text

    title = printable(song.title or song.path.stem)
    if not song.artist:
        return Text(title, style="bold")
    return Text.assemble(f"{printable(song.artist)} – ", (title, "bold"))


def sound_of(reasons: "Sequence[Fact]", words: "Words") -> str:
    """Return how a song sounds in one or two words, as its reasons say; empty if they do not."""
    from vibelux.recommend.reason_words import sound_in_words

    return next((sound_in_words(fact, words) for fact in reasons if fact.kind == "sounds"), "")


def song_table(songs: "Sequence[Listed]", words: "Words") -> "Constrain":
    """Return songs with their scores, each with its reason below, for 80 columns and wider."""
    from rich.console import Group, RenderableType
    from rich.constrain import Constrain
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from vibelux.recommend.reason_words import in_words

    lines: list[RenderableType] = []
    place = len(str(len(songs)))
    for rank, entry in enumerate(songs, start=1):
        head = Table.grid(padding=(0, 2, 0, 0), expand=True)
        head.add_column(justify="right", style="dim", width=place)
        head.add_column(overflow="fold", ratio=1)
        head.add_column(justify="right", style="cyan", no_wrap=True)
        head.add_row(str(rank), song_name(entry.song), f"{entry.score:.3f}")
        reason = Text(printable(in_words(entry.reasons, words, alone=False)), style="dim")
        lines += [head, Padding(reason, (0, 0, 0, place + 2), expand=False)]
    return Constrain(Group(*lines), _WIDEST)


def _can_show(encoding: str) -> bool:
    """Tell whether an encoding has dots."""
    try:
        "●○".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True

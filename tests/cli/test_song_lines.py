"""Lines of songs at widths and with names that occur."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.cells import cell_len

from vibelux.cli.song_lines import fit_dots, song_lines
from vibelux.language import LANGUAGES, words_of
from vibelux.recommend.reasons import Sounds


def entry(title, artist=None, *, score=0.7, emotion="sad"):
    song = SimpleNamespace(title=title, artist=artist, path=Path("a.mp3"))
    return SimpleNamespace(song=song, score=score, suits=True, reasons=[Sounds(emotion, "low")])


SONGS = [
    entry("Gymnopédie No. 1", "Erik Satie"),
    entry("夏の思い出" * 12, "愛" * 20, score=0.02),
    entry("very long " * 30, "An Artist of Whom One Has Never Heard", emotion="surprise"),
    entry("", score=1.0, emotion="happy"),
    entry("a\nb\x1b[31m"),
]


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("width", [60, 80, 120])
def test_lines_are_as_wide_as_the_terminal_at_most(code, width):
    lines = [line.plain for line in song_lines(SONGS, words_of(code), width=width)]
    assert len(lines) == len(SONGS)
    assert {cell_len(line) for line in lines} == {min(width, 100)}
    assert all(line[-5:].strip("●○") == "" for line in lines)
    assert [line.count("●") for line in lines] == [4, 3, 4, 5, 4]
    assert "…" in lines[1] and "Erik Satie – Gymnopédie" in lines[0]
    assert lines[3].startswith("4  a ") and "\x1b" not in "".join(lines)


def test_nothing_is_cut_in_a_file():
    lines = [line.plain for line in song_lines(SONGS, words_of("en"), width=None)]
    assert SONGS[1].song.title in lines[1] and SONGS[2].song.title in lines[2]
    assert lines[0].index("●") == lines[3].index("●")


def test_without_dots_a_line_ends_with_its_words():
    lines = song_lines(SONGS[:1], words_of("de"), width=80, marks="")
    assert lines[0].plain == "1  Erik Satie – Gymnopédie No. 1  düster und langsam"


def test_a_song_that_is_only_akin_to_the_mood_has_two_dots_at_most():
    scores = (0, 0.09, 0.1, 0.3, 0.6, 1)
    assert [fit_dots(score, suits=False) for score in scores] == [0, 0, 1, 2, 2, 2]


def test_five_dots():
    scores = (0, 0.09, 0.1, 0.5, 0.89, 0.9, 1)
    assert [fit_dots(score, suits=True) for score in scores] == [3, 3, 3, 3, 4, 5, 5]

"""How far a scan is: the pace, the time left, the count."""

import io
import time

from rich.console import Console

from vibelux.cli import scan_progress as module
from vibelux.cli.scan_progress import Pace, scan_progress
from vibelux.language import words_of
from vibelux.library.scan_report import ScanProgress


def test_the_time_left_is_said_where_it_is_known_and_at_least_a_second(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    pace, words = Pace(), words_of("en")
    pace.update(0)
    assert pace.text(10, words) == ""
    now[0] = 6.0
    pace.update(6)
    assert pace.text(10, words) == "60 songs/min, 4.0 s left"
    assert pace.text(10, words_of("de")) == "60 Lieder/min, noch 4,0 s"
    assert pace.text(6, words) == "60 songs/min"


def test_the_bar_shows_no_count_before_there_is_one(monkeypatch):
    console = Console(file=io.StringIO(), force_terminal=True, width=80)
    monkeypatch.setattr(module, "err", lambda: console)
    with scan_progress(Pace()) as tell:
        tell(ScanProgress("analysing", 3, 0, 0, 0))
    assert "Analysing" in console.file.getvalue() and "0/0" not in console.file.getvalue()

import json
import sqlite3

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from vibelux.cli import app
from vibelux.cli.console import confirm
from vibelux.emotions import parse_mood
from vibelux.recommend.listener.profile import Event, Profile

SAD_SONG = np.r_[parse_mood("sad=0.6,neutral=0.4"), -0.5, -0.5].astype(np.float32)


@pytest.fixture
def profile(tmp_path):
    """A profile of someone who skips sad songs when happy, in the data folder of `run_cli`."""
    with Profile(tmp_path / "profile.sqlite") as profile:
        for number in range(10):
            mood = parse_mood("happy=0.8,neutral=0.2")
            values = {"mood": mood, "analysis": SAD_SONG, "share": 0.1, "at": 1e9 + number}
            profile.add(
                Event(
                    "skipped",
                    f"k{number}",
                    f"/{number}.mp3".encode(),
                    f"Sad {number}",
                    "Anna",
                    **values,
                )
            )
    return tmp_path / "profile.sqlite"


def test_show_tells_what_was_learnt_within_80_columns(run_cli, profile):
    done = run_cli("profile", "show", TZ="UTC")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "10 skipped"
    assert "You skipped 10 songs by Anna." in done.stdout
    assert "You skipped 10 sad songs." in done.stdout
    assert "2001-09-09 01:46  skipped         Sad 9 – Anna" in done.stdout
    assert max(map(len, lines[:-1])) <= 80


def test_show_json(run_cli, profile):
    document = json.loads(run_cli("profile", "show", "--json").stdout)
    assert list(document) == ["profile", "counts", "coverage", "songs"]
    assert document["counts"] == {"played": 0, "skipped": 10, "liked": 0, "wrong_mood": 0}
    assert document["coverage"] is None
    assert document["songs"] == [
        {"what": "skipped", "of": "artist", "name": "Anna", "songs": 10},
        {"what": "skipped", "of": "emotion", "name": "sad", "songs": 10},
    ]


def test_nothing_is_said_of_a_handful_of_songs(run_cli, tmp_path):
    with Profile(tmp_path / "profile.sqlite") as profile:
        for number in range(7):
            path = f"/{number}.mp3".encode()
            profile.add(Event("liked", f"k{number}", path, "A", "Anna", analysis=SAD_SONG))
        assert "songs by Anna" not in run_cli("profile", "show").stdout
        assert "You liked" not in run_cli("profile", "show").stdout
        profile.add(Event("played", "k8", b"/b.mp3", "B", "Berta", analysis=SAD_SONG))
    done = run_cli("profile", "show")
    assert "You liked 7 songs by Anna." in done.stdout
    assert "songs by Berta" not in done.stdout  # played is not liked


def test_nothing_learnt_makes_no_file(run_cli, tmp_path):
    for command in ("show", "export", "forget"):
        done = run_cli("profile", command)
        assert done.returncode == 0, done.stderr
    assert "Nothing was learnt yet" in run_cli("profile", "show").stderr
    assert not (tmp_path / "profile.sqlite").exists()


def test_export_prints_or_writes_everything(run_cli, profile, tmp_path):
    printed = json.loads(run_cli("profile", "export").stdout)
    done = run_cli("profile", "export", tmp_path / "me.json")
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "me.json").read_text()) == printed
    assert len(printed["events"]) == 10 and printed["events"][0]["title"] == "Sad 0"


def test_forget_asks_and_forgets(run_cli, profile):
    done = run_cli("profile", "forget")
    assert done.returncode == 2 and "confirm with --yes" in done.stderr
    assert b"Sad 3" in profile.read_bytes()
    done = run_cli("profile", "forget", "--yes")
    assert done.stdout == "10 events are forgotten.\n"
    assert b"Sad" not in profile.read_bytes()


def test_a_newer_profile_is_an_error_and_stays(run_cli, profile):
    with sqlite3.connect(profile) as db:
        db.execute("PRAGMA user_version = 9")
    db.close()
    before = profile.read_bytes()
    for command in (("show",), ("export",), ("forget", "--yes")):
        done = run_cli("profile", *command)
        assert done.returncode == 1
        assert "version 9" in done.stderr and "Update VibeluX" in " ".join(done.stderr.split())
    assert profile.read_bytes() == before


def test_german_where_the_locale_is_german(profile, tmp_path, monkeypatch):
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    shown = CliRunner().invoke(app, ["profile", "show"]).stdout
    assert shown.startswith("10 übersprungen\n")
    assert "Du hast 10 Lieder von Anna übersprungen." in shown
    assert "Du hast 10 traurige Lieder übersprungen." in shown
    assert "  übersprungen    Sad 9 – Anna" in shown
    forgotten = CliRunner().invoke(app, ["profile", "forget", "--yes"]).stdout
    assert forgotten == "10 Einträge sind gelöscht.\n"


class Answers:
    """A keyboard at which somebody types some lines."""

    def __init__(self, *lines):
        self.lines = list(lines)

    def isatty(self):
        return True

    def readline(self):
        return self.lines.pop(0) if self.lines else ""


@pytest.mark.parametrize(
    ("code", "usual", "lines", "answer"),
    [
        ("de", False, ["vielleicht\n", "Ja\n"], True),
        ("de", True, ["n\n"], False),
        ("en", True, ["\n"], True),
        ("en", False, ["\n"], False),
        ("en", False, [], None),
    ],
)
def test_questions_are_answered_in_the_locale_s_language(
    monkeypatch, capsys, code, usual, lines, answer
):
    monkeypatch.setenv("LC_ALL", f"{code}.UTF-8")
    monkeypatch.setattr("sys.stdin", Answers(*lines))
    if answer is None:
        with pytest.raises(typer.Abort):
            confirm("Really?", usual=usual)
    else:
        assert confirm("Really?", usual=usual) is answer
    marks = {("de", False): "j/N", ("de", True): "J/n", ("en", True): "Y/n", ("en", False): "y/N"}
    assert capsys.readouterr().err == f"Really? [{marks[code, usual]}] " * max(1, len(lines))

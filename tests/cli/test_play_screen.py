"""The screen at sizes and with names that occur, without a terminal or a player."""

import io
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from vibelux.cli import play_screen
from vibelux.cli.play_screen import Following, PlayScreen
from vibelux.emotions import parse_mood
from vibelux.errors import CameraError
from vibelux.language import LANGUAGES
from vibelux.players.player import Playing
from vibelux.recommend.confidence import Confidence
from vibelux.recommend.ordering import Ordering
from vibelux.recommend.reasons import Relates, Sounds, Touch


def pick(number, title="Song", artist="Artist", emotion="happy"):
    song = SimpleNamespace(id=number, title=title, artist=artist, duration=200.0, corrected=False)
    confidence = Confidence(0.2, 0.9, is_clear=False, is_steady=True)
    reasons = [Sounds(emotion, "high"), Relates("calmer", "you"), Touch("sad")]
    return SimpleNamespace(song=song, score=0.5, reasons=reasons, confidence=confidence)


class Told:
    """A session that remembers what it is told."""

    player_name = "MPD at localhost"
    liked = False

    def __init__(self, *picks):
        self.pick, self.upcoming = (picks or (None,))[0], list(picks[1:])
        self.session = SimpleNamespace(
            ordering=Ordering(), whose="the face", like=None, mood=parse_mood("happy=0.7,sad=0.3")
        )
        self.calls = []

    def playing(self):
        return None if self.pick is None else Playing(self.pick.song, 65.0, False)

    def change(self, **values):
        self.session.ordering = self.session.ordering.changed(**values)

    def feel(self, mood):
        self.calls.append("feel")

    def __getattr__(self, name):
        return lambda: self.calls.append(name)


@pytest.fixture
def drawn(monkeypatch):
    """Draw a screen of some size and return its lines."""

    def draw(screen, width=80, height=24):
        console = Console(file=io.StringIO(), width=width, height=height, color_system=None)
        monkeypatch.setattr(play_screen, "out", lambda: console)
        console.print(screen.render())
        return console.file.getvalue().rstrip("\n").split("\n")

    return draw


HOSTILE = pick(1, "a\nb\x1b[31m " + "very long " * 30, "愛" * 60)


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("first", [pick(1), HOSTILE], ids=["plain", "hostile"])
def test_fits_the_terminal(drawn, monkeypatch, width, first, code):
    monkeypatch.setenv("LC_ALL", code)
    screen = PlayScreen(told := Told(first, *[HOSTILE] * 7), Following(told, None))
    for number in range(5):
        screen.say(f"note {number} " * 20)
    lines = drawn(screen, width)
    assert len(lines) <= 24
    assert max(len(line.rstrip()) for line in lines) <= width
    assert "\x1b" not in "".join(lines)
    assert "1:05 / 3:20" in "".join(lines)
    assert not re.search(r"%|\d\.\d", "".join(lines))  # no arithmetic
    screen.press("?")
    assert len(drawn(screen, width)) <= 24


def test_says_why_in_sentences(drawn, monkeypatch):
    told = Told(pick(1), pick(2, emotion="sad"))
    lines = [line.strip() for line in drawn(PlayScreen(told, Following(told, None)))]
    assert lines[0] == "VibeluX stays with your mood  ━━━━━━━───  MPD at localhost"
    assert "Cheerful and lively with a touch of sadness, but calmer than you." in lines
    assert "You look happy, a little sad." in lines
    assert any(re.fullmatch("Song – Artist +dark and driving", line) for line in lines)
    told.session.whose = "the mood"
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    lines = [line.strip() for line in drawn(PlayScreen(told, Following(told, None)))]
    assert lines[0] == "VibeluX bleibt bei deiner Stimmung  ━━━━━━━───  MPD auf localhost"
    assert "Für diese Stimmung: fröhlich, ein wenig traurig." in lines
    assert len(lines[-1]) <= 78 and lines[-1].endswith("q Ende  ? Hilfe")


def test_the_document_shows_what_is_drawn(drawn):
    def sample(name, emotion="happy", energy="high"):
        entry = pick(1, name, "VibeluX samples")
        entry.song.duration = 24.0
        entry.reasons = [Sounds(emotion, energy), Relates("close", "you")]
        return entry

    told = Told(
        *(sample("Sunny brass"), sample("Banjo polka"), sample("Swinging clarinet")),
        sample("Warm keys", "neutral", "low"),
    )
    told.liked, told.session.mood = True, parse_mood("happy=0.7,neutral=0.3")
    told.playing = lambda: Playing(told.pick.song, 10.0, False)
    camera = SimpleNamespace(mood=told.session.mood, state="ok", error=None)
    lines = [line.rstrip() for line in drawn(PlayScreen(told, Following(told, camera)))]
    document = Path(__file__).parents[2] / "docs" / "players.md"
    (shown,) = re.findall(r"```\n( VibeluX .*?)```", document.read_text("utf-8"), re.DOTALL)
    assert shown.rstrip().split("\n") == lines[: lines.index("", 11)]


def test_nothing_plays_yet(drawn):
    told = Told()
    lines = drawn(PlayScreen(told, Following(told, None)))
    assert "…" in lines[2]
    assert "camera" not in "".join(lines)


def test_keys(drawn):
    told = Told(pick(1))
    screen = PlayScreen(told, Following(told, None))
    for key in "nwl x":
        screen.press(key)
    assert told.calls == ["skip", "wrong_mood", "like", "pause"]
    policies = []
    for _ in range(5):
        screen.press("p")
        policies.append(told.session.ordering.policy)
    assert policies == ["lift", "calm", "energise", "off", "match"]
    for key in "+++++":
        screen.press(key)
    assert told.session.ordering.strength == 1.0
    screen.press("-")
    assert told.session.ordering.strength == 0.9
    screen.press("q")
    assert screen.ended


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_radio_names_its_song_and_has_no_strength(drawn, code, monkeypatch):
    monkeypatch.setenv("LC_ALL", f"{code}_XX.UTF-8")
    told = Told(pick(1), pick(2))
    told.session.like, told.session.mood = pick(9, title="Dark drones").song, None
    screen = PlayScreen(told, Following(told, None))
    lines = drawn(screen)
    assert any("Dark drones" in line for line in lines)
    assert "━" not in lines[0]
    for key in "p+-":
        screen.press(key)
    assert told.session.ordering == Ordering()


def test_a_journey_keeps_its_goal_while_others_are_tried():
    told = Told(pick(1))
    goal = tuple(float(share) for share in parse_mood("happy"))
    told.change(policy="journey", goal=goal)
    screen = PlayScreen(told, Following(told, None))
    policies = []
    for _ in range(6):
        screen.press("p")
        policies.append(told.session.ordering.policy)
    assert policies == ["off", "match", "lift", "calm", "energise", "journey"]
    assert told.session.ordering.goal == goal


def test_says_whether_the_camera_is_on(drawn):
    told = Told(pick(1))
    follower = SimpleNamespace(mood=parse_mood("sad"), state="ok", error=None)
    following = Following(told, follower)
    screen = PlayScreen(told, following)
    assert following.tick() == [] and following.tick() == []
    assert told.calls == ["feel"]  # once for one mood
    assert drawn(screen)[0].rstrip().endswith("● camera on")
    follower.state = "no_face"
    assert drawn(screen)[0].rstrip().endswith("● camera on; no face is seen")
    follower.error = CameraError("it was unplugged")
    assert "it was unplugged" in following.tick()[0]
    assert following.tick() == []
    assert drawn(screen)[0].rstrip().endswith("○ camera off")

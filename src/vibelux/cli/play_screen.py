"""The screen of `vibelux play`, and its keys."""

from collections import deque
from typing import TYPE_CHECKING

from vibelux.cli.console import out, printable, spoken
from vibelux.cli.keys import Keys
from vibelux.cli.song_lines import sound_of
from vibelux.errors import VibeluxError
from vibelux.language import lowered

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from vibelux.emotions import Mood
    from vibelux.players.following import MoodFollower
    from vibelux.players.listening import Listening
    from vibelux.recommend.picks import Pick

_NOTES = 3  # lines
_REASON = 3
_NEXT = 6
_STEPS = 10  # of the strength, from none to all

_KEYS = ("next", "like", "wrong", "policy", "strength", "pause", "quit", "help")
"""What keys are for; the words of the language say which, and what in short and in full."""


class Following:
    """What the camera does to a session, and says of itself.

    Args:
        listening: the session.
        follower: the camera, or None where it is off.

    """

    def __init__(self, listening: "Listening", follower: "MoodFollower | None") -> None:
        self._listening, self._follower = listening, follower
        self._words = spoken()
        self._felt: Mood | None = None
        self._failed = False

    @property
    def line(self) -> str:
        """Whether the camera is on; empty where it was not asked for."""
        if self._follower is None:
            return ""
        if self._failed:
            return self._words.text("cli.play.camera_off")
        state, on = self._follower.state, self._words.text("cli.play.camera_on")
        if state == "ok":
            return on
        return f"{on}; {lowered(self._words.text(f'cli.states.{state}'))}"

    @property
    def is_on(self) -> bool:
        """Whether the camera is on."""
        return self._follower is not None and not self._failed

    def tick(self) -> list[str]:
        """Let the session feel what the camera saw; return what the listener should know."""
        if self._follower is None or self._failed:
            return []
        if (error := self._follower.error) is not None:
            self._failed = True
            return [self._words.text("cli.play.camera_failed", error=str(error))]
        mood = self._follower.mood
        if self._felt is None or (mood != self._felt).any():
            self._felt = mood
            self._listening.feel(mood)
        return []


class PlayScreen:
    """What is on the screen, made for 80×24 and larger."""

    def __init__(self, listening: "Listening", following: Following) -> None:
        self._listening, self._following = listening, following
        self._words = spoken()
        self._notes: deque[str] = deque(maxlen=_NOTES)
        self._help = False
        self._goal: tuple[float, ...] | None = None  # of a journey that another policy interrupts
        self.ended = False

    def say(self, note: str) -> None:
        """Show a line below the rest."""
        self._notes.append(self._words.translated(note))

    def press(self, key: str) -> None:
        """Do what a key is for; a key that is for nothing does nothing."""
        listening = self._listening
        match key.lower():
            case "q":
                self.ended = True
            case "?":
                self._help = not self._help
            case "n":
                listening.skip()
            case "w":
                self.say(self._words.text("cli.play.noted"))
                listening.wrong_mood()
            case "l":
                listening.like()
            case " ":
                listening.pause()
            case "p" | "+" | "=" | "-" | "_" if listening.session.like is not None:
                pass  # of a mood, which does not lead here
            case "p":
                self._next_policy()
            case "+" | "=":
                self._strengthen(1 / _STEPS)
            case "-" | "_":
                self._strengthen(-1 / _STEPS)

    def render(self) -> "RenderableType":
        """Return the whole screen."""
        from rich.console import Group
        from rich.padding import Padding
        from rich.text import Text

        lines: list[RenderableType] = [self._head(), Text(), *self._song(), Text()]
        lines.append(self._keys_in_full() if self._help else self._mood_and_queue())
        lines.append(Text())
        notes = [Text(printable(note), style="yellow") for note in self._notes]
        for note in notes:
            note.truncate(max(20, out().width - 4), overflow="ellipsis")
        lines += [*notes, *[Text()] * (_NOTES - len(notes)), self._foot()]
        return Padding(Group(*lines), (0, 1))

    def _head(self) -> "RenderableType":
        from rich.table import Table
        from rich.text import Text

        ordering = self._listening.session.ordering
        radio = self._listening.session.like is not None
        way = "radio" if radio else ordering.policy
        left = Text.assemble(
            ("VibeluX ", "bold cyan"), self._words.text(f"cli.play.policies.{way}")
        )
        if way not in ("off", "radio"):
            full = round(_STEPS * ordering.strength)
            left.append("  " + "━" * full, "cyan").append("─" * (_STEPS - full), "bright_black")
        left.append(f"  {self._words.translated(self._listening.player_name)}", "dim")
        on = self._following.is_on
        camera = self._following.line
        right = Text(
            f"  {'●' if on else '○'} {camera}" if camera else "", "bold red" if on else "dim"
        )
        row = Table.grid(expand=True)
        row.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        row.add_column(justify="right", no_wrap=True)
        row.add_row(left, right)
        return row

    def _song(self) -> list["RenderableType"]:
        """Return five lines: the song, how far it is, and why it plays."""
        from rich.text import Text

        now, pick = self._listening.playing(), self._listening.pick
        if now is None or pick is None or pick.song.id != now.song.id:
            return [Text("…", style="dim"), *[Text()] * (1 + _REASON)]
        name = _name(pick, style="bold")
        name = Text("Ⅱ " if now.paused else "▶ ", style="cyan") + name
        if self._listening.liked:
            name.append("  ♥", style="red")
        name.no_wrap, name.overflow = True, "ellipsis"
        return [name, self._progress(now.seconds, now.song.duration), *self._reason(pick)]

    def _progress(self, seconds: float, duration: float | None) -> "Text":
        from rich.text import Text

        clock = _clock(seconds) + (f" / {_clock(duration)}" if duration else "")
        width = max(10, out().width - len(clock) - 8)
        done = round(width * min(1.0, seconds / duration)) if duration else 0
        return Text.assemble(
            "  ", ("━" * done, "cyan"), ("─" * (width - done), "bright_black"), f"  {clock}"
        )

    def _reason(self, pick: "Pick") -> list["Text"]:
        """Return always as many lines, so that nothing below them jumps."""
        from rich.text import Text

        from vibelux.recommend.reason_words import in_words

        console = out()
        said = printable(in_words(pick.reasons, self._words))
        wrapped = Text(said, style="dim").wrap(console, max(20, console.width - 6))
        lines = [Text("  ") + line for line in wrapped[:_REASON]]
        return lines + [Text()] * (_REASON - len(lines))

    def _mood(self) -> "Text":
        """Return for which mood it plays, in a sentence."""
        from rich.text import Text

        from vibelux.language import sentence
        from vibelux.language.mood_phrase import face_phrase, mood_phrase

        session, words = self._listening.session, self._words
        if session.like is not None:
            said = words.text("cli.play.radio", song=printable(session.like.title))
            return Text(said, style="bold")
        if session.mood is None:
            return Text()
        if session.whose == "the face":
            return Text(sentence(face_phrase(session.mood, words)), style="bold")
        said = words.text("cli.play.mood", mood=mood_phrase(session.mood, words))
        return Text(said, style="bold")

    def _mood_and_queue(self) -> "RenderableType":
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        following = Table.grid(padding=(0, 2, 0, 0), expand=True)
        following.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
        following.add_column(no_wrap=True)
        for pick in self._listening.upcoming[:_NEXT]:
            sound = sound_of(pick.reasons, self._words)
            following.add_row(Text("  ") + _name(pick), Text(sound, style="dim"))
        coming = Text(self._words.text("cli.play.next"), style="bold")
        return Group(self._mood(), Text(), coming, following)

    def _keys_in_full(self) -> "RenderableType":
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        for name in _KEYS:
            key, _, purpose = self._words.list(f"cli.play.keys.{name}")
            table.add_row(Text(key, style="bold cyan"), purpose)
        return table

    def _foot(self) -> "Text":
        from rich.text import Text

        foot = Text()
        for name in _KEYS:
            key, purpose, _ = self._words.list(f"cli.play.keys.{name}")
            foot.append(key, style="bold cyan").append(f" {purpose}  ", style="dim")
        foot.rstrip()
        return foot

    def _next_policy(self) -> None:
        from vibelux.recommend.policies import POLICIES

        # A journey needs a goal, which a key cannot give; one that was given is not lost.
        ordering = self._listening.session.ordering
        self._goal = goal = ordering.goal or self._goal
        policies = [policy for policy in POLICIES if policy != "journey" or goal is not None]
        policy = policies[(policies.index(ordering.policy) + 1) % len(policies)]
        self._listening.change(policy=policy, goal=goal if policy == "journey" else None)

    def _strengthen(self, step: float) -> None:
        strength = self._listening.session.ordering.strength + step
        self._listening.change(strength=round(min(1.0, max(0.0, strength)), 2))


def show(listening: "Listening", follower: "MoodFollower | None", *, tick: float) -> None:
    """Show the screen until q.

    Args:
        listening: a session that has begun.
        follower: the camera, or None where it is off.
        tick: seconds between two looks at the keyboard and the player.

    """
    from rich.live import Live

    following = Following(listening, follower)
    screen = PlayScreen(listening, following)
    with Live(console=out(), screen=True, auto_refresh=False) as live, Keys() as keys:
        while not screen.ended:
            for note in (*following.tick(), *listening.tick()):
                screen.say(note)
            live.update(screen.render(), refresh=True)
            if key := keys.pressed(wait=tick):
                try:
                    screen.press(key)
                except VibeluxError as error:
                    screen.say(str(error))


def _name(pick: "Pick", *, style: str = "") -> "Text":
    from rich.text import Text

    name = Text(printable(pick.song.title), style=style)
    if pick.song.artist:
        name.append(f" – {printable(pick.song.artist)}", style="not bold dim")
    return name


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"

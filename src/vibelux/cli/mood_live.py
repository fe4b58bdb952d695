"""`vibelux mood --camera --live`: boxes and bars as the camera sees them, nothing kept."""

from collections import deque
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from vibelux.cli.console import mood_bars, out, print_json, spoken
from vibelux.cli.keys import Keys
from vibelux.cli.wrong_usage import wrong

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from vibelux.face.summary import MoodSummary
    from vibelux.face.tracker import Moment
    from vibelux.language import Words

_PREVIEW = 32  # columns; two pixels of a column are as high as a line
_BAR = 22


def watch_camera(
    device: int,
    *,
    model_path: Path | None,
    group: bool,
    seconds: float | None,
    json: bool,
    why: bool,
) -> None:
    """Show what the camera sees until q, Ctrl-C or the time's end."""
    from rich.live import Live

    from vibelux.face.sources import moments_of_camera
    from vibelux.face.summary import MoodSummary

    console = out()
    if not json and not console.is_terminal:
        raise wrong("live_draws", instead={"--json": True})
    summary = MoodSummary()
    with (
        closing(moments_of_camera(device, model_path=model_path, group=group)) as moments,
        suppress(KeyboardInterrupt),
    ):
        if json:
            for moment in _until(moments, seconds):
                summary.add(moment)
                print_json(moment.as_json())
        else:
            with Live(console=console, auto_refresh=False, transient=True) as live, Keys() as keys:
                words = spoken()
                live.update(words.text("cli.look"), refresh=True)
                rate = FrameRate()
                for moment in _until(moments, seconds):
                    summary.add(moment)
                    frames = rate.after(moment.time)
                    shown = live_view(moment, words, rate=frames if why else None, group=group)
                    live.update(shown, refresh=True)
                    if keys.pressed() in ("q", "Q"):
                        break
    if json:
        print_json({"summary": summary.as_json()})
    else:
        _print_summary(summary, spoken(), group=group)


class FrameRate:
    """Frames per second over the last second."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def after(self, time: float) -> float:
        """Return the rate when a frame of this time in seconds has come, 0 for the first."""
        self._times.append(time)
        while time - self._times[0] > 1:
            self._times.popleft()
        span = time - self._times[0]
        return (len(self._times) - 1) / span if span > 0 else 0.0


def live_view(
    moment: "Moment", words: "Words", *, rate: float | None, group: bool
) -> "RenderableType":
    """Return the screen for a moment, made for 80 columns.

    Args:
        moment: what is seen.
        words: of the language.
        rate: frames per second, to show it and the seven numbers; None: only words.
        group: the mood is of all faces.

    """
    from rich.console import Group
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    from vibelux.emotions import mood_dict

    mood = moment.reading.mood
    seen = [Text(), _state(moment, words, group=group)]
    body = Table.grid(padding=(0, 2))
    outline = Panel(frame_outline(moment), padding=0, border_style="bright_black", expand=False)
    if rate is None:
        body.add_row(outline, Group(*seen))
    else:
        bars = mood_bars(None if mood is None else mood_dict(mood), words, width=_BAR)
        minutes, rest = divmod(int(moment.time), 60)
        seen.append(Text(f"{minutes}:{rest:02}  {rate:.1f}/s", style="dim"))
        body.add_row(outline, Group(*seen, Text(), bars))
    foot = f"{words.text('cli.mood.end')}  {words.text('cli.estimate')}"
    return Group(body, Text(foot, style="dim"))


def frame_outline(moment: "Moment", *, columns: int = _PREVIEW) -> "Text":
    """Return where the faces are in the frame, drawn by half blocks as in a mirror.

    The main face's box is bright. There is nothing of the picture in it.
    """
    from rich.text import Text

    rows = max(2, round(columns * moment.height / moment.width / 2))
    pixels = [[""] * columns for _ in range(2 * rows)]
    for place, (box, _) in reversed(list(enumerate(moment.frame.faces))):
        style = "bright_black" if place else "bold cyan"
        per_pixel = moment.width / columns
        left = columns - 1 - int((box.x + box.w) / per_pixel)
        right = columns - 1 - int(box.x / per_pixel)
        top, bottom = int(box.y / per_pixel), int((box.y + box.h) / per_pixel)
        for y in range(max(top, 0), min(bottom + 1, 2 * rows)):
            for x in range(max(left, 0), min(right + 1, columns)):
                if y in (top, bottom) or x in (left, right):
                    pixels[y][x] = style
    drawn = Text()
    for upper, lower in zip(pixels[::2], pixels[1::2], strict=True):
        if drawn:
            drawn.append("\n")
        for above, below in zip(upper, lower, strict=True):
            sign = "█" if above and below else "▀" if above else "▄" if below else " "
            drawn.append(sign, style=above or below)
    return drawn


def _state(moment: "Moment", words: "Words", *, group: bool) -> "Text":
    """Return the mood in words, or what keeps it from being seen."""
    from rich.text import Text

    from vibelux.cli.mood import looks
    from vibelux.language import sentence

    if moment.reading.mood is None:
        return Text(sentence(words.text(f"cli.states.{moment.reading.state}")), style="yellow")
    said = Text(sentence(looks(moment.reading.mood, words, group=group)), style="bold")
    if moment.held and moment.frame.mood is None:
        now = sentence(words.text(f"cli.states.{moment.frame.state}"))
        said.append(f"\n{now}", style="not bold dim")
    return said


def _until(moments: "Iterator[Moment]", seconds: float | None) -> "Iterator[Moment]":
    """Yield moments for some seconds, or without end."""
    for moment in moments:
        yield moment
        if seconds is not None and moment.time >= seconds:
            return


def _print_summary(summary: "MoodSummary", words: "Words", *, group: bool) -> None:
    """Print what was seen in all."""
    from rich.text import Text

    from vibelux.cli.mood import print_mood
    from vibelux.cli.scan_progress import duration_in_words
    from vibelux.language import sentence

    if not summary.frames:
        out().print(Text(words.text("cli.mood.nothing"), style="dim"))
        return
    if summary.mood is None:
        out().print(sentence(words.text(f"cli.states.{summary.state}")))
    else:
        print_mood(summary.mood, group=group)
    time = duration_in_words(summary.duration, words)
    out().print(Text(words.text("cli.mood.watched", time=time), style="dim"))

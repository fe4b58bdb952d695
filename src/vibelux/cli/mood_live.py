"""`vibelux mood --camera --live`: boxes and bars as the camera sees them, nothing kept."""

from collections import deque
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from vibelux.cli.console import mood_bars, out, print_json
from vibelux.cli.keys import Keys
from vibelux.errors import InvalidInput

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from vibelux.face.summary import MoodSummary
    from vibelux.face.tracker import Moment

_PREVIEW = 32  # columns; two pixels of a column are as high as a line
_BAR = 22


def watch_camera(
    device: int, *, model_path: Path | None, group: bool, seconds: float | None, json: bool
) -> None:
    """Show what the camera sees until q, Ctrl-C or the time's end."""
    from rich.live import Live

    from vibelux.face.sources import moments_of_camera
    from vibelux.face.summary import MoodSummary

    console = out()
    if not json and not console.is_terminal:
        raise InvalidInput("--live draws in a terminal; add --json to write somewhere else")
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
                live.update("look into the camera …", refresh=True)
                rate = FrameRate()
                for moment in _until(moments, seconds):
                    summary.add(moment)
                    view = live_view(
                        moment, device=device, rate=rate.after(moment.time), group=group
                    )
                    live.update(view, refresh=True)
                    if keys.pressed() in ("q", "Q"):
                        break
    if json:
        print_json({"summary": summary.as_json()})
    else:
        console.print(_in_words(summary))


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


def live_view(moment: "Moment", *, device: int, rate: float, group: bool) -> "RenderableType":
    """Return the screen for a moment, made for 80 columns."""
    from rich.console import Group
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    from vibelux.emotions import mood_dict

    reading = moment.reading
    count = len(moment.frame.faces)
    faces = "no face" if not count else "1 face" if count == 1 else f"{count} faces"
    minutes, rest = divmod(int(moment.time), 60)
    head = Text.assemble(
        (f"camera {device}", "bold"),
        (f"  {minutes}:{rest:02}  {rate:4.1f} frames/s  {faces}", "dim"),
        ("  the group's mood" if group else "", "dim"),
    )
    body = Table.grid(padding=(0, 2))
    bars = mood_bars(None if reading.mood is None else mood_dict(reading.mood), width=_BAR)
    body.add_row(
        Panel(frame_outline(moment), padding=0, border_style="bright_black", expand=False),
        Group(Text(), bars, Text(), _state(moment)),
    )
    foot = Text("q ends.  An estimate of the expression, not of feelings.", style="dim")
    return Group(head, body, foot)


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


def _state(moment: "Moment") -> "Text":
    """Return the mood in a word, or what keeps it from being seen."""
    from rich.text import Text

    from vibelux.emotions import strongest
    from vibelux.face.reading import ADVICE

    if moment.reading.mood is None:
        state = moment.reading.state
        return Text.assemble((state.replace("_", " "), "bold yellow"), f": {ADVICE[state]}")
    word = Text.assemble("mostly ", (strongest(moment.reading.mood), "bold"))
    if moment.held:
        away = moment.frame.state.replace("_", " ") if moment.frame.mood is None else "away"
        word.append(f"  ({away} for a moment)", style="dim")
    return word


def _until(moments: "Iterator[Moment]", seconds: float | None) -> "Iterator[Moment]":
    """Yield moments for some seconds, or without end."""
    for moment in moments:
        yield moment
        if seconds is not None and moment.time >= seconds:
            return


def _in_words(summary: "MoodSummary") -> "Text":
    """Return the whole session in a line."""
    from rich.text import Text

    from vibelux.emotions import strongest

    if not summary.frames:
        return Text("stopped before the first frame", style="dim")
    rest = f"  {summary.duration:.0f} s, {summary.frames:,} frames; nothing was kept"
    if summary.mood is None:
        return Text.assemble(summary.state.replace("_", " "), (rest, "dim"))
    return Text.assemble("Mostly ", (strongest(summary.mood), "bold"), (rest, "dim"))

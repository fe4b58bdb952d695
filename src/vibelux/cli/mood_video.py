"""`vibelux mood --video FILE`: the mood over time, its mean, its picture."""

from collections.abc import Sequence
from contextlib import nullcontext
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from vibelux.cli.console import err, mood_bars, out, print_json, printable

if TYPE_CHECKING:
    from rich.text import Text

    from vibelux.emotions import Mood
    from vibelux.face.summary import MoodSummary
    from vibelux.face.tracker import Moment

_SPANS = 12  # of the course in words; more are not read


def watch_video(
    path: Path, *, model_path: Path | None, group: bool, json: bool, plot: Path | None
) -> None:
    """Print a line of JSON a frame and a summary, or the mean mood and its course in words.

    Raises:
        NoFace: there is no mood in the whole video.

    """
    from vibelux.errors import NoFace
    from vibelux.face.reading import ADVICE
    from vibelux.face.sources import moments_of_video
    from vibelux.face.summary import MoodSummary

    moments: list[Moment] = []
    summary = MoodSummary()
    with nullcontext() if json else err().status("watching the video …"):
        for moment in moments_of_video(path, model_path=model_path, group=group):
            moments.append(moment)
            summary.add(moment)
            if json:
                print_json(moment.as_json())
    if json:
        print_json({"summary": summary.as_json()})
    if summary.mood is None:
        raise NoFace(ADVICE[summary.state], state=summary.state)
    if not json:
        _show(summary, summary.mood, moments, name=printable(path.name), group=group)
    if plot is not None:
        _draw(plot, moments, summary.mood, title=printable(path.name))


def _show(
    summary: "MoodSummary", mean: "Mood", moments: "Sequence[Moment]", *, name: str, group: bool
) -> None:
    from rich.text import Text

    from vibelux.emotions import mood_dict, strongest

    console = out()
    whose = "average of all faces" if group else "main face"
    size = f"{summary.duration:.1f} s, {summary.frames:,} frames analysed, {whose}"
    console.print(Text.assemble((name, "bold"), (f"  {size}", "dim")))
    console.print()
    console.print(mood_bars(mood_dict(mean), width=48))
    console.print()
    console.print(
        Text.assemble(
            "Mostly ",
            (strongest(mean), "bold"),
            (": an estimate of the expression, not of feelings.", "dim"),
        )
    )
    course = _course(moments)
    if course:
        console.print(Text("Over time: ", style="dim") + course)


def _course(moments: "Sequence[Moment]") -> "Text":
    """Return when which emotion was the strongest; nothing if it was the same all the time."""
    from rich.text import Text

    from vibelux.emotions import strongest
    from vibelux.plots.mood_course import clock

    def word(moment: "Moment") -> str:
        mood = moment.reading.mood
        return moment.reading.state.replace("_", " ") if mood is None else strongest(mood)

    spans = [(name, next(found).time) for name, found in groupby(moments, key=word)]
    if len(spans) == 1:
        return Text()
    if len(spans) > _SPANS:
        return Text(f"{len(spans) - 1} changes; --plot FILE.png draws them")
    return Text(", ").join(
        Text.assemble((name, "bold"), f" from {clock(begun)}") for name, begun in spans
    )


def _draw(plot: Path, moments: "Sequence[Moment]", mean: "Mood", *, title: str) -> None:
    import numpy as np

    from vibelux.emotions import EMOTIONS
    from vibelux.plots.mood_course import draw_course

    nothing = np.full(len(EMOTIONS), np.nan)
    readings = [moment.reading for moment in moments]
    draw_course(
        plot,
        times=np.array([moment.time for moment in moments]),
        moods=np.stack([nothing if one.mood is None else one.mood for one in readings]),
        states=[one.state for one in readings],
        mean=mean,
        title=title,
        model=readings[0].model,
    )

"""`vibelux mood --video FILE`: the mood over time, its mean, its picture."""

from collections.abc import Sequence
from contextlib import nullcontext
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from vibelux.cli.console import err, mood_bars, out, print_json, printable, spoken

if TYPE_CHECKING:
    from vibelux.emotions import Mood
    from vibelux.face.summary import MoodSummary
    from vibelux.face.tracker import Moment
    from vibelux.language import Words

_SPANS = 12  # of the course in words; more are not read


def watch_video(
    path: Path, *, model_path: Path | None, group: bool, json: bool, plot: Path | None, why: bool
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
    with nullcontext() if json else err().status(spoken().text("cli.mood.watching")):
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
        _show(summary, summary.mood, moments, name=printable(path.name), group=group, why=why)
    if plot is not None:
        _draw(plot, moments, summary.mood, title=printable(path.name))


def _show(
    summary: "MoodSummary",
    mean: "Mood",
    moments: "Sequence[Moment]",
    *,
    name: str,
    group: bool,
    why: bool,
) -> None:
    from rich.text import Text

    from vibelux.cli.mood import print_mood
    from vibelux.emotions import mood_dict

    words, console = spoken(), out()
    print_mood(mean, group=group)
    if course := _course(moments, words):
        console.print(course)
    console.print(Text(words.text("cli.estimate"), style="dim"))
    if why:
        seconds = words.decimal(summary.duration, ".1f")
        frames = words.figures(summary.frames)
        size = words.text("cli.mood.size", seconds=seconds, frames=frames)
        console.print()
        console.print(Text.assemble((name, "bold"), (f"  {size}", "dim")))
        console.print(mood_bars(mood_dict(mean), words, width=48))


def _course(moments: "Sequence[Moment]", words: "Words") -> str:
    """Return when the expression was which; nothing if it was the same all the time."""
    from vibelux.emotions import strongest
    from vibelux.language import lowered
    from vibelux.plots.mood_course import clock

    def key(moment: "Moment") -> str:
        mood = moment.reading.mood
        if mood is None:
            return f"cli.states.{moment.reading.state}"
        return f"looks.{strongest(mood)}"

    spans = [(name, next(found).time) for name, found in groupby(moments, key=key)]
    if len(spans) == 1:
        return ""
    if len(spans) > _SPANS:
        return words.text("cli.mood.changes", changes=words.figures(len(spans) - 1))
    parts = [
        words.text("cli.mood.span", mood=lowered(words.text(name)), time=clock(begun))
        for name, begun in spans
    ]
    return words.text("cli.mood.course", course=", ".join(parts))


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

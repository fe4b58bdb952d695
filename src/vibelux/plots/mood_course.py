"""The picture of a mood over time: seven curves, with gaps where the mood is withheld."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vibelux.dependencies import place_font_cache
from vibelux.emotions import EMOTIONS
from vibelux.errors import InvalidInput
from vibelux.plots.mood import COLOURS, INK, MUTED, TRACK, sign
from vibelux.plots.picture import save

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LABELLED = 0.035
"""Share of the width from which on a span has room for its state's name, written upwards."""


def draw_course(
    path: Path,
    *,
    times: NDArray[np.floating],
    moods: NDArray[np.floating],
    states: Sequence[str],
    mean: NDArray[np.floating],
    title: str,
    model: str,
) -> None:
    """Draw the course of a mood, with the mean shares at its side.

    Args:
        path: the PNG file to write.
        times: [shape=(k,), unit=s] ascending, one or more.
        moods: [shape=(k, 7)] in the order of `EMOTIONS`, NaN where there is none.
        states: k words; those other than ``ok`` are named in the gaps.
        mean: [shape=(7,)] of the whole, for the list at the side.
        title: where the face comes from.
        model: the model's name, version and hash.

    Raises:
        InvalidInput: there is no moment, or the shapes do not fit.
        VibeluxError: the file cannot be written.

    """
    count = len(times)
    if not count or moods.shape != (count, len(EMOTIONS)) or len(states) != count:
        raise InvalidInput(
            f"{count} times, moods of shape {moods.shape} and {len(states)} states do not fit"
        )
    place_font_cache()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4.6), dpi=150, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.075, 0.185, 0.70, 0.69))
    edges = _edges(times)
    _gaps(axes, edges, states)
    seen = ~np.isnan(moods).any(axis=1)
    around = np.concatenate([[False], seen, [False]])
    alone = seen & ~around[:-2] & ~around[2:]  # a curve of one point shows nothing
    for index in np.argsort(mean):  # the strongest above the others
        colour = COLOURS[EMOTIONS[index]]
        width = 2.4 if index == mean.argmax() else 1.5
        axes.plot(
            times, moods[:, index], color=colour, linewidth=width, solid_capstyle="round",
            clip_on=False,
        )  # fmt: skip
        axes.plot(times[alone], moods[alone, index], "o", color=colour, markersize=4)
    axes.set(xlim=(edges[0], edges[-1]), ylim=(0, 1), yticks=(0, 0.25, 0.5, 0.75, 1))
    axes.set_yticklabels(("0", "", "50 %", "", "100 %"))
    axes.xaxis.set_major_formatter(lambda seconds, _: clock(seconds))
    axes.grid(axis="y", color=TRACK, linewidth=1)
    axes.set_axisbelow(True)
    axes.tick_params(colors=MUTED, labelsize=9, length=0, pad=6)
    axes.spines[:].set_visible(False)
    _shares(figure.add_axes((0.80, 0.185, 0.17, 0.69)), mean)
    sign(figure, title=title, model=model)
    save(figure, path)


def clock(seconds: float) -> str:
    """Return a time as ``1:05``, with tenths where they matter: ``0:02.5``."""
    minutes, rest = divmod(round(float(seconds), 1), 60)
    return f"{minutes:.0f}:{rest:04.1f}".removesuffix(".0")


def _edges(times: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return where each of k moments begins and ends [shape=(k + 1,)]."""
    middles = (times[1:] + times[:-1]) / 2
    if not len(middles):
        return np.array([times[0], times[0] + 1.0])
    return np.concatenate([times[:1], middles, times[-1:]]).astype(np.float64)


def _gaps(axes: "Axes", edges: NDArray[np.float64], states: Sequence[str]) -> None:
    """Shade the spans in which there is no mood, each with its state's name."""
    begins = [0, *(i for i in range(1, len(states)) if states[i] != states[i - 1]), len(states)]
    whole = edges[-1] - edges[0]
    for first, end in pairwise(begins):
        if states[first] == "ok":
            continue
        left, right = edges[first], edges[end]
        axes.axvspan(left, right, facecolor=TRACK, edgecolor="white", linewidth=0, hatch="////")
        if right - left >= _LABELLED * whole:
            axes.text(
                (left + right) / 2, 0.5, states[first].replace("_", " "), color=MUTED, size=9,
                ha="center", va="center", clip_on=True,
                rotation=0 if right - left >= 3 * _LABELLED * whole else 90,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 2.5},
            )  # fmt: skip


def _shares(axes: "Axes", mean: NDArray[np.floating]) -> None:
    """List the emotions with their mean shares, the largest first, as a legend."""
    axes.set(xlim=(0, 1), ylim=(len(EMOTIONS) - 0.5, -0.7))
    axes.set_axis_off()
    axes.text(1, -0.6, "mean", color=MUTED, size=8, va="center", ha="right")
    for place, index in enumerate(np.argsort(-mean, kind="stable")):
        ink, weight = (INK, "bold") if place == 0 else (MUTED, "normal")
        colour = COLOURS[EMOTIONS[index]]
        axes.plot((0.0, 0.13), (place, place), color=colour, linewidth=3, solid_capstyle="round")
        axes.text(0.22, place, EMOTIONS[index], color=ink, weight=weight, size=10, va="center")
        axes.text(
            1, place, f"{mean[index]:.0%}", color=ink, weight=weight, size=10, va="center",
            ha="right",
        )  # fmt: skip

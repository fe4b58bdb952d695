"""Figures of an evaluation or a training, as PNG files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vibelux.dependencies import place_font_cache
from vibelux.plots.picture import save

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK = "#1f2933"
_MUTED = "#7b8794"
_LINE = "#e4e7eb"
_BLUE = "#2563eb"
_RED = "#dc2626"
_CURVES = (_BLUE, "#ea580c", "#059669", "#7c3aed", "#db2777", "#0891b2")
_PARTS = {"train_": "training", "val_": "validation"}
_DPI = 150


def confusion_matrix(
    path: Path, matrix: NDArray[np.integer[Any]], *, names: Sequence[str], title: str
) -> None:
    """Draw a confusion matrix: shares of each true class, with the counts.

    Args:
        path: the PNG file to write.
        matrix: counts [shape=(C, C)]; rows are the true classes.
        names: of the C classes.
        title: above the figure.

    """
    rows = matrix.sum(axis=1, keepdims=True)
    shares = np.divide(matrix, rows, out=np.zeros(matrix.shape), where=rows > 0)
    side = 1.6 + 0.72 * len(names)
    figure = _figure(side + 0.6, side)
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (i, j), share in np.ndenumerate(shares):
        ink = "white" if share > 0.55 else _INK
        if matrix[i, j]:
            weight = "bold" if i == j else "normal"
            axes.text(j, i, f"{share:.0%}", ha="center", va="bottom", color=ink, weight=weight)
            axes.text(j, i + 0.1, f"{matrix[i, j]}", ha="center", va="top", color=ink, size=7)
    ticks = range(len(names))
    axes.set_xticks(ticks, names)
    axes.set_yticks(
        ticks, [f"{name}\nn = {n}" for name, n in zip(names, rows[:, 0].tolist(), strict=True)]
    )
    axes.set_xticks(np.arange(1, len(names)) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, len(names)) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=2)
    axes.tick_params(which="both", length=0)
    axes.set_xlabel("predicted", color=_MUTED)
    axes.set_ylabel("labelled", color=_MUTED)
    axes.spines[:].set_visible(False)
    _title(axes, title)
    _save(figure, path)


def reliability_diagram(
    path: Path,
    *,
    edges: NDArray[np.float64],
    count: NDArray[np.integer[Any]],
    confidence: NDArray[np.float64],
    accuracy: NDArray[np.float64],
    ece: float,
    title: str,
) -> None:
    """Draw confidence against accuracy, with the number of rows in each bin below.

    Args:
        path: the PNG file to write.
        edges: of the bins [shape=(B + 1,)], from 0 to 1.
        count: rows in each bin [shape=(B,)].
        confidence: mean confidence in each bin [shape=(B,)].
        accuracy: share of right answers in each bin [shape=(B,)], NaN where empty.
        ece: expected calibration error, written into the figure.
        title: above the figure.

    """
    figure = _figure(5.2, 5.8)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    filled = count > 0
    left, width = edges[:-1], np.diff(edges)
    upper.plot([0, 1], [0, 1], color=_MUTED, linewidth=1, linestyle=(0, (4, 3)))
    upper.bar(
        left[filled], accuracy[filled], width[filled],
        align="edge", color=_BLUE, alpha=0.75, edgecolor="white", label="share that is right",
    )  # fmt: skip
    middle = (left + width / 2)[filled]
    upper.vlines(middle, accuracy[filled], confidence[filled], color=_RED, linewidth=1.5)
    upper.scatter(middle, confidence[filled], s=16, color=_RED, zorder=3, label="mean probability")
    upper.set_xlim(0, 1)
    upper.set_ylim(0, 1)
    upper.legend(loc="upper left", frameon=False, labelcolor=_INK)
    upper.text(0.025, 0.8, f"ECE = {ece:.3f}", color=_INK, weight="bold", va="top")
    lower.bar(left, count, width, align="edge", color=_MUTED, edgecolor="white")
    lower.set_ylabel("rows", color=_MUTED)
    lower.set_xlabel("probability of the strongest", color=_MUTED)
    for axes in (upper, lower):
        _plain(axes)
    _title(upper, title)
    _save(figure, path)


def training_curves(path: Path, history: Sequence[Mapping[str, Any]]) -> None:
    """Draw how a training went, one panel a figure.

    Names that differ only by a leading ``train_`` or ``val_`` share a panel.

    Args:
        path: the PNG file to write.
        history: a mapping from name to number for each epoch; ``epoch`` is the place on the x
            axis (else 1, 2, …), and a name may be absent or None in some epochs.

    """
    panels: dict[str, list[str]] = {}
    for entry in history:
        for name, value in entry.items():
            if name != "epoch" and isinstance(value, int | float):
                names = panels.setdefault(name.removeprefix("train_").removeprefix("val_"), [])
                if name not in names:
                    names.append(name)
    columns = min(3, max(1, len(panels)))
    lines = -(-max(1, len(panels)) // columns)
    figure = _figure(3.9 * columns + 0.4, 3.0 * lines + 0.2)
    grid = figure.subplots(lines, columns, squeeze=False).ravel()
    for axes, (panel, names) in zip(grid, panels.items(), strict=False):
        for name, color in zip(sorted(names), _CURVES, strict=False):
            points = [
                (entry.get("epoch", place), entry[name])
                for place, entry in enumerate(history, start=1)
                if isinstance(entry.get(name), int | float)
            ]
            x, y = zip(*points, strict=True)
            marker = "o" if len(points) < 20 else ""
            part = _PARTS.get(name.removesuffix(panel), name)
            axes.plot(x, y, color=color, linewidth=1.8, marker=marker, markersize=3, label=part)
            axes.annotate(
                f"{y[-1]:.3g}", (x[-1], y[-1]), xytext=(5, 0), textcoords="offset points",
                color=color, va="center", size=8, annotation_clip=False,
            )  # fmt: skip
        if len(names) > 1:
            axes.legend(frameon=False, labelcolor=_INK, fontsize=8)
        axes.set_xlabel("epoch", color=_MUTED)
        axes.xaxis.get_major_locator().set_params(integer=True)
        _plain(axes)
        _title(axes, panel.replace("_", " "))
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    _save(figure, path)


def _figure(width: float, height: float) -> "Figure":
    place_font_cache()
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=_DPI, layout="constrained", facecolor="white")


def _plain(axes: "Axes") -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_LINE)
    axes.tick_params(colors=_MUTED, length=0, labelsize=8)
    axes.grid(axis="y", color=_LINE, linewidth=0.8)
    axes.set_axisbelow(True)


def _title(axes: "Axes", title: str) -> None:
    axes.set_title(title, loc="left", color=_INK, weight="bold", size=10, pad=10)


def _save(figure: "Figure", path: Path) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    FigureCanvasAgg(figure)
    save(figure, path)

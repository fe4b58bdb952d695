"""The tables of `vibelux evaluate match` and `vibelux evaluate similar`."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vibelux.emotions import EMOTIONS
from vibelux.evaluation.matching import DEFAULT, QUADRANT_OF_EMOTION, Precision
from vibelux.evaluation.sound import SoundFigures

if TYPE_CHECKING:
    from rich.console import Console


def print_matching(console: "Console", found: Mapping[str, Precision], *, title: str) -> None:
    """Print precision at 10 of each method, in percent, for the faces of each emotion."""
    console.print(Text(title, style="bold"))
    console.print(
        Text("precision at 10 in %: songs of the quadrant that fits the face's label", style="dim")
    )
    console.print()
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, header_style="dim")
    table.add_column("")
    for emotion in EMOTIONS:
        table.add_column(f"{emotion[:4]}\n{QUADRANT_OF_EMOTION[emotion]}", justify="right")
    table.add_column("mean\n", justify="right")
    table.add_column("±\n", justify="right", style="dim")
    table.add_column("faces\n", justify="right")
    for name, precision in found.items():
        style = "bold" if name == DEFAULT else ""
        table.add_row(
            name,
            *(_percent(value) for value in precision.by_emotion),
            _percent(precision.mean),
            "" if precision.spread is None else _percent(precision.spread),
            _percent(precision.faces),
            style=style,
        )
    console.print(Padding(table, (0, 0, 0, 1), expand=False))
    console.print()
    console.print(
        Text(
            "mean: over the emotions, ± its standard error over artists;\nfaces: over all faces. "
            f"VibeluX uses: {DEFAULT}",
            style="dim",
        )
    )


def print_sound(console: "Console", figures: SoundFigures, *, title: str) -> None:
    """Print precision at 10 of the songs nearest by sound, beside neighbours drawn by lot."""
    console.print(Text(f"{title}: {figures.songs:,} songs", style="bold"))
    console.print(Text("precision at 10 of the nearest songs, in %", style="dim"))
    console.print()
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 2, 0, 0), show_edge=False, header_style="dim")
    table.add_column("")
    table.add_column("by sound", justify="right", style="bold")
    table.add_column("by lot", justify="right")
    for name, found, chance in (
        ("same artist (where there are others)", figures.artist, figures.artist_by_chance),
        ("same quadrant", figures.quadrant, figures.quadrant_by_chance),
        (
            "same quadrant, other artists only",
            figures.quadrant_other_artists,
            figures.quadrant_by_chance,
        ),
    ):
        table.add_row(name, f"{100 * found:.1f}", f"{100 * chance:.1f}")
    console.print(Padding(table, (0, 0, 0, 1), expand=False))


def _percent(share: float) -> str:
    return "–" if np.isnan(share) else f"{100 * share:.0f}"

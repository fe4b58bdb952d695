"""The picture of a face's mood: the crop that the model saw beside seven bars."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vibelux.dependencies import place_font_cache
from vibelux.emotions import EMOTIONS, strongest
from vibelux.plots.picture import save

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK = "#1f2933"
MUTED = "#7b8794"
TRACK = "#edf0f3"
COLOURS = {
    "angry": "#d64545",
    "disgust": "#7d9d3f",
    "fear": "#7b5ea7",
    "happy": "#f2b134",
    "neutral": "#9aa5b1",
    "sad": "#3d7ea6",
    "surprise": "#ef8354",
}


def draw_mood(
    path: Path,
    *,
    mood: NDArray[np.floating],
    crop: NDArray[np.uint8],
    title: str,
    model: str,
) -> None:
    """Draw a face's crop beside the bars of its mood.

    Args:
        path: the PNG file to write.
        mood: [shape=(7,)] in the order of `EMOTIONS`.
        crop: [shape=(48, 48), dtype=uint8] what the model saw.
        title: where the face comes from.
        model: the model's name, version and hash.

    Raises:
        VibeluxError: the file cannot be written.

    """
    place_font_cache()
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4.2), dpi=150, facecolor="white")
    face = figure.add_axes((0.045, 0.15, 0.325, 0.325 * 9 / 4.2))
    face.imshow(crop, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    face.set_axis_off()

    bars = figure.add_axes((0.505, 0.135, 0.40, 0.74))
    top = strongest(mood)
    for place, (name, share) in enumerate(zip(EMOTIONS, mood, strict=True)):
        weight = "bold" if name == top else "normal"
        ink = INK if name == top else MUTED
        bars.barh(place, 1, height=0.56, color=TRACK)
        bars.barh(place, share, height=0.56, color=COLOURS[name])
        bars.text(-0.03, place, name, ha="right", va="center", color=ink, weight=weight, size=11)
        bars.text(
            1.03, place, f"{share:.1%}", ha="left", va="center", color=ink, weight=weight, size=11
        )
    bars.set_xlim(0, 1)
    bars.set_ylim(len(EMOTIONS) - 0.5, -0.5)  # angry above
    bars.set_axis_off()

    sign(figure, title=title, model=model)
    save(figure, path)


def sign(figure: "Figure", *, title: str, model: str) -> None:
    """Write the title above a figure and what it rests on below."""
    # Names of files are shown as they are: a $ begins no formula.
    plain: dict[str, Any] = {"parse_math": False}
    figure.text(0.045, 0.935, _short(title, 44), color=INK, size=12, weight="bold", **plain)
    figure.text(
        0.045, 0.045, f"An estimate of the expression, not of feelings  ·  {model}",
        color=MUTED, size=8, **plain,
    )  # fmt: skip


def _short(text: str, most: int) -> str:
    """Shorten a text to a number of characters by leaving out the middle."""
    if len(text) <= most:
        return text
    return f"{text[: most // 2]}…{text[-(most - most // 2 - 1) :]}"

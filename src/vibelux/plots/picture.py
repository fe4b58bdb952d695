"""Figures as PNG files, which are there whole or not at all."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from vibelux.atomic_file import atomic_file
from vibelux.errors import VibeluxError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def save(figure: "Figure", path: Path) -> None:
    """Write a figure.

    Raises:
        VibeluxError: the file cannot be written; one that was there before is unharmed.

    """
    try:
        # A name may have characters that no font has; they are drawn as boxes.
        with atomic_file(path) as part, warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph")
            figure.savefig(part, format="png")
    except OSError as error:
        raise VibeluxError(f"cannot write the picture {path}: {error.strerror or error}") from error

"""Sample pieces as files, rendered once for all processes that run tests."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from vibelux.library.locks import Held, process_lock
from vibelux.samples.rendering import render_samples
from vibelux.samples.synthesis import PIECES, Piece


def shared_samples(
    factory: pytest.TempPathFactory, name: str = "samples", pieces: Sequence[Piece] = PIECES
) -> list[Path]:
    """Return the files of pieces; tests copy what they change.

    Args:
        factory: of this process's temporary folders.
        name: of the folder that all processes share for these pieces.
        pieces: default: all.

    """
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    while True:
        try:
            with process_lock(shared / f"{name}.lock", ""):
                return render_samples(shared / name, pieces=pieces)
        except Held:
            time.sleep(0.1)

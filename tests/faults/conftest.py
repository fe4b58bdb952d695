"""Faults are repeated a few times in `make test` and as often as asked in `make faults`."""

import os
from collections.abc import Callable

import pytest


@pytest.fixture
def rounds() -> Callable[[int, int], int]:
    """Return how often to repeat a fault, of few times and many."""
    every = os.environ.get("VIBELUX_FAULTS", "") not in ("", "0")

    def number(few: int, many: int) -> int:
        return many if every else few

    return number

"""`vibelux preprocess`."""


def preprocess() -> None:
    """Not there yet."""
    raise SystemExit(1)

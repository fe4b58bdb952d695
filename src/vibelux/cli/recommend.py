"""`vibelux recommend`."""


def recommend() -> None:
    """Not there yet."""
    raise SystemExit(1)

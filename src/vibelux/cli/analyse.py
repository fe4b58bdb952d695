"""`vibelux analyse`."""


def analyse() -> None:
    """Not there yet."""
    raise SystemExit(1)

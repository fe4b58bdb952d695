"""`vibelux scan`."""


def scan() -> None:
    """Not there yet."""
    raise SystemExit(1)

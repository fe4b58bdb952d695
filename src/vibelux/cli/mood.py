"""`vibelux mood`."""


def mood() -> None:
    """Not there yet."""
    raise SystemExit(1)

"""`vibelux demo`."""


def demo() -> None:
    """Not there yet."""
    raise SystemExit(1)

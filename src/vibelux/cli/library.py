"""`vibelux library`."""


def library() -> None:
    """Not there yet."""
    raise SystemExit(1)

"""What a command says where its optional packages are not installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from vibelux.cli.console import spoken
from vibelux.errors import MissingExtra


@contextmanager
def train_extra() -> Iterator[None]:
    """Import what training needs inside this context.

    Raises:
        MissingExtra: a package of the extra is not installed.

    """
    try:
        yield
    except ImportError as error:
        raise MissingExtra(
            f"this needs the train extra ({error.name} is missing); install torch from its CPU "
            'index or with your CUDA, then: pip install "vibelux[train]"'
        ) from error


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Import what an extra brings inside this context.

    Args:
        name: of the extra.

    Raises:
        MissingExtra: a package of the extra is not installed.

    """
    try:
        yield
    except ImportError as error:
        said = spoken().text("cli.extra", name=name, missing=str(error.name))
        raise MissingExtra(said) from error

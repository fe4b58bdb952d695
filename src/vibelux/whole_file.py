"""Files that are there whole or not at all."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Yield a path beside another one, whose place it takes in one step when the block ends well.

    Whatever ends the block otherwise leaves the file that was there as it is, and nothing beside
    it.

    Args:
        path: in an existing folder.

    Raises:
        OSError: it cannot take the other one's place.

    """
    # Not named after the file: its name may be as long as names can be. Two threads may write.
    part = path.with_name(f".vibelux-{os.getpid()}-{threading.get_ident()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)

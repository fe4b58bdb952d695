"""OpenCV without its chatter: what goes wrong becomes an exception, not lines on stderr."""

from collections.abc import Iterator
from contextlib import contextmanager

import cv2


@contextmanager
def quiet() -> Iterator[None]:
    """Silence OpenCV's own log, which describes on stderr what callers raise as errors."""
    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)

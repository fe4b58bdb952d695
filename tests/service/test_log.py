import io
import logging
import sys

import pytest

from vibelux.service import log
from vibelux.service.log import FoldingHandler, folded_log

logger = logging.getLogger("vibelux.test.log")


@pytest.fixture
def written(monkeypatch):
    """What was written to stderr."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    return stream.getvalue


@pytest.fixture
def handler(written):
    handler = FoldingHandler()
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)
    handler.close()


def test_what_repeats_itself_is_counted(handler, written):
    for number in range(1000):
        logger.warning("no file %d", number)
    logger.error("another")
    handler.close()
    lines = written().splitlines()
    assert lines == [
        *(f"no file {number}" for number in range(5)),
        "another",
        "no file 999 (repeated 995 times)",
    ]


def test_the_same_fault_is_told_with_its_traceback_a_few_times(handler, written):
    for number in range(100):
        try:
            raise ValueError(number)
        except ValueError:
            logger.exception("GET /%d failed", number)
    assert written().count("Traceback") == 5


def test_after_a_while_it_is_told_again(monkeypatch, handler, written):
    now = [0.0]
    monkeypatch.setattr(log.time, "monotonic", lambda: now[0])
    for _ in range(7):
        logger.warning("full")
    now[0] = 61.0
    logger.warning("full")
    assert written().splitlines() == [
        *["full"] * 5,
        "full (repeated 2 times)",
        "full",
    ]


def test_a_line_is_one_line_whatever_a_request_held(handler, written):
    logger.warning("GET %s failed", "/a\nERROR: forged \x1b[31m")
    assert written() == "GET /a\\nERROR: forged \\x1b[31m failed\n"


def test_many_kinds_take_no_memory(handler):
    for number in range(5000):
        logger.warning(f"kind {number}")
    assert len(handler._kinds) <= 201


def test_it_is_there_as_long_as_the_service(capsys):
    with folded_log():
        for _ in range(7):
            logger.warning("inside")
    assert capsys.readouterr().err.splitlines()[-1] == "inside (repeated 2 times)"
    assert not any(isinstance(one, FoldingHandler) for one in logging.getLogger().handlers)

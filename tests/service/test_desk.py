"""Questions that come at the same time: a real second process takes some of them."""

import asyncio
import json
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from vibelux.emotions import parse_mood
from vibelux.errors import CatalogueEmpty
from vibelux.library.catalogue import Catalogue
from vibelux.service.context import Context
from vibelux.service.desk import Desk, SecondProcess, answer
from vibelux.service.folders import Roots
from vibelux.service.schemas import Asked
from vibelux.settings import Settings

from .conftest import fill, mood

ASKED = Asked(mood=mood(happy=1), n=6, seed=3, strength=1.0, personal=0, diversity=0)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        fill(catalogue, tmp_path / "music")
    return Settings(home=tmp_path, workers=1, song_timeout=30.0)


@pytest.fixture
def context(settings: Settings) -> Iterator[Context]:
    context = Context.open(settings, Roots.of([settings.home]))
    context.desk = Desk(context.sittings, settings, large=2)
    others = children()
    yield context
    context.close()
    until(lambda: children() <= others)


@pytest.fixture
def second(settings: Settings) -> Iterator[SecondProcess]:
    others = children()
    second = SecondProcess(settings)
    until(lambda: second.ready)
    own = children() - others
    yield second
    second.close()
    until(lambda: not children() & own)


def children() -> set[int | None]:
    return {process.pid for process in multiprocessing.active_children()}


def until(what: Callable[[], object]) -> None:
    while not what():
        time.sleep(0.02)


def at_once(desk: Desk, asked: Asked = ASKED, *, times: int = 8) -> list[bytes]:
    async def ask() -> list[bytes]:
        return await asyncio.gather(*(desk.answer(asked) for _ in range(times)))

    return asyncio.run(ask())


def test_questions_that_would_wait_start_a_second_process_that_answers_the_same(context, second):
    own = children()
    first = answer(context.sittings, ASKED)
    assert second.answer(ASKED, 0) == first
    assert at_once(context.desk, times=1) == [first]
    assert children() == own
    assert at_once(context.desk) == [first] * 8
    until(lambda: children() > own)
    for _ in range(20):
        assert at_once(context.desk) == [first] * 8


def test_a_small_library_is_answered_by_one_process(settings):
    context = Context.open(settings, Roots.of([settings.home]))
    try:
        for _ in range(3):
            assert len(at_once(context.desk)) == 8
        assert not multiprocessing.active_children()
    finally:
        context.close()


def test_what_was_corrected_counts_in_both_at_once(context, second):
    sad = next(song for song in context.catalogue.songs() if song.title == "Sad")

    def fit(body: bytes | None) -> float:
        assert body is not None
        (score,) = (
            pick["score"]
            for pick in json.loads(body)["songs"]
            if pick["song"]["title"] == sad.title
        )
        return score

    assert fit(second.answer(ASKED, 0)) < 0.5
    context.correct(sad, parse_mood("happy"))
    assert fit(answer(context.sittings, ASKED)) > 0.9
    assert fit(second.answer(ASKED, 1)) > 0.9
    assert min(map(fit, at_once(context.desk))) > 0.9


def test_the_first_process_goes_on_when_the_second_one_ends(context, caplog):
    for _ in range(2):  # the first time, nobody knows yet how many songs there are
        at_once(context.desk)
    until(multiprocessing.active_children)
    (process,) = multiprocessing.active_children()
    until(lambda: context.desk._second.ready)
    process.kill()
    process.join(20)
    for _ in range(3):
        assert len(at_once(context.desk)) == 8
    assert "answers alone" in caplog.text


def test_a_second_process_that_cannot_read_says_nothing_and_is_done_without(
    settings, caplog, capfd
):
    settings.profile.write_text("no profile")
    second = SecondProcess(settings)
    until(lambda: "answers alone" in caplog.text)
    assert not second.ready
    until(lambda: not multiprocessing.active_children())
    assert "cannot be started: the profile" in caplog.text
    assert capfd.readouterr().err == ""


def test_mistakes_are_told_as_the_first_process_tells_them(context, second, settings):
    with Catalogue(settings.catalogue) as catalogue, catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE songs SET state = 'missing'")
    assert second.answer(ASKED, 1) is None
    context.expire()
    with pytest.raises(CatalogueEmpty, match="6 missing"):
        at_once(context.desk)


def test_the_second_process_ends_with_the_first(settings, tmp_path):
    script = tmp_path / "first.py"
    script.write_text(_FIRST)
    arguments = [sys.executable, script, settings.home]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as first:
        try:
            assert first.stdout is not None
            pid = int(first.stdout.readline())
            assert not ended(pid)
        finally:
            first.kill()
    until(lambda: ended(pid))


def ended(pid: int) -> bool:
    """Tell whether a process is gone, or waits for nobody to take note of its end."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except (ProcessLookupError, FileNotFoundError):
        return True


_FIRST = """
import multiprocessing, sys, time
from pathlib import Path
from vibelux.service.desk import SecondProcess
from vibelux.settings import Settings

if __name__ == "__main__":
    second = SecondProcess(Settings(home=Path(sys.argv[1]), workers=1, song_timeout=30.0))
    while not second.ready:
        time.sleep(0.02)
    print(multiprocessing.active_children()[0].pid, flush=True)
    time.sleep(600)
"""

"""The cache of small covers: bounded, private, and never in the way."""

import os
import stat
import sys

import pytest
from tests.covers import picture

from vibelux.library.cover_cache import CoverCache

COVER = picture(size=(96, 96))


def name(number):
    return f"{number:032x}"


def test_what_was_put_comes_back_by_picture_and_size(tmp_path):
    cache = CoverCache(tmp_path / "cache" / "covers")
    assert cache.get(name(1), 96) is None
    cache.put(name(1), 96, COVER)
    assert CoverCache(tmp_path / "cache" / "covers").get(name(1), 96) == COVER
    assert cache.get(name(1), 256) is None
    assert cache.get(name(2), 96) is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no modes")
def test_nobody_else_may_look(tmp_path):
    cache = CoverCache(tmp_path / "covers")
    cache.put(name(1), 96, COVER)
    (file,) = cache.folder.iterdir()
    assert stat.S_IMODE(cache.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_was_used_longest_ago_goes_first(tmp_path):
    cache = CoverCache(tmp_path, most=10 * len(COVER))
    (tmp_path / "notes.txt").write_text("not a cover")
    for number in range(10):
        cache.put(name(number), 96, COVER)
        os.utime(tmp_path / f"{name(number)}-96.jpg", (1000 + number, 1000 + number))
    assert cache.get(name(0), 96) == COVER  # and so it was used just now
    cache.put(name(10), 96, COVER)
    left = {number for number in range(11) if cache.get(name(number), 96)}
    assert left == {0, 4, 5, 6, 7, 8, 9, 10}
    assert (tmp_path / "notes.txt").exists()


def test_the_bound_holds_for_what_another_service_has_put(tmp_path):
    CoverCache(tmp_path).put(name(1), 96, COVER)
    CoverCache(tmp_path).put(name(2), 96, COVER)
    CoverCache(tmp_path, most=len(COVER)).put(name(3), 96, COVER)
    assert len(list(tmp_path.glob("*.jpg"))) < 2


def test_half_a_cover_is_none(tmp_path):
    cache = CoverCache(tmp_path)
    cache.put(name(1), 96, COVER)
    (tmp_path / f"{name(1)}-96.jpg").write_bytes(COVER[:-20])
    assert cache.get(name(1), 96) is None
    cache.put(name(1), 96, COVER)
    assert cache.get(name(1), 96) == COVER


def test_where_nothing_can_be_kept_it_is_said_once(tmp_path, caplog):
    (tmp_path / "covers").write_text("a file in the way")
    cache = CoverCache(tmp_path / "covers")
    for number in range(3):
        cache.put(name(number), 96, COVER)
        assert cache.get(name(number), 96) is None
    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 1
    assert "covers cannot be kept" in warnings[0].message

"""Failed files: listed, dismissed until they change, and tried again."""

import pytest
from scan_analysers import heard

from vibelux.library.failed_files import count_failed, dismiss, failed_files, show_again
from vibelux.library.scan import retry_failed
from vibelux.library.workers_process import Analyser


@pytest.fixture
def failing(run, music):
    """A folder with two songs that fail and one that does not."""
    for name in ("x", "y"):
        (music / f"{name}.mp3").write_text(f"bad {name}")
    (music / "good.mp3").write_text("good")
    run()
    return music


@pytest.fixture
def retry(catalogue, notes, run):
    def retry_(**options):
        analyser = Analyser("scan_analysers:analyser", "stand-in-1", notes)
        options = {"workers": 1, "song_timeout": 30.0} | options
        return retry_failed(catalogue, analyser=analyser, **options)

    return retry_


def names(catalogue):
    return [file.path.name for file in failed_files(catalogue)]


def test_failed_files_come_with_folder_and_reason(catalogue, failing):
    (first, second) = failed_files(catalogue)
    assert (first.path, first.code) == (failing / "x.mp3", "not_audio")
    assert first.reason.endswith("it is a picture")
    assert second.path == failing / "y.mp3"
    assert [file.path for file in failed_files(catalogue, limit=1)] == [first.path]


def test_what_is_dismissed_stays_so_until_the_file_changes(run, catalogue, failing):
    (first, _) = failed_files(catalogue)
    assert dismiss(catalogue, [first.id, 999]) == 1
    assert names(catalogue) == ["y.mp3"]
    run()
    run(retry=True)
    assert names(catalogue) == ["y.mp3"]
    assert catalogue.counts()["failed"] == 2
    (failing / "x.mp3").write_text("bad in another way")
    run()
    assert names(catalogue) == ["x.mp3", "y.mp3"]


def test_all_can_be_dismissed_and_shown_again(catalogue, failing):
    assert dismiss(catalogue) == 2
    assert (names(catalogue), count_failed(catalogue)) == ([], 0)
    assert dismiss(catalogue) == 0
    show_again(catalogue)
    assert count_failed(catalogue) == 2


def test_only_failed_files_are_tried_again(catalogue, failing, notes, retry):
    (failing / "new.mp3").write_text("new")
    (failing / "good.mp3").write_text("changed")
    heard(notes)
    (failing / "x.mp3").write_text("fine now")
    report = retry()
    assert heard(notes) == ["x.mp3", "y.mp3"]
    assert (report.analysed, report.failed, report.missing) == (1, 1, 0)
    assert names(catalogue) == ["y.mp3"]
    assert catalogue.counts() == {"ok": 2, "failed": 1, "missing": 0}


def test_dismissed_files_are_not_tried_again(catalogue, failing, notes, retry):
    dismiss(catalogue)
    heard(notes)
    assert retry().failed == 0
    assert heard(notes) == []


def test_failed_files_that_are_gone_count_as_missing(catalogue, failing, retry):
    (failing / "x.mp3").unlink()
    report = retry()
    assert (report.failed, report.missing) == (1, 1)
    assert catalogue.counts() == {"ok": 1, "failed": 1, "missing": 1}
    failing.rename(failing.with_name("elsewhere"))
    failing.mkdir()  # what a disk that is pulled out leaves
    assert retry().missing == 0
    assert catalogue.counts()["failed"] == 1

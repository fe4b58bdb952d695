"""Folders and failed files in the library, and what is said about a folder that is typed."""

import re
import shutil

import httpx
import pytest

from .axe import violations


@pytest.fixture
def library(open_page, new_service, samples):
    """The library of a new person whose folder of music holds two songs and a broken file."""
    music = new_service.root / "Music"
    for song in samples[:2]:
        shutil.copy(song, music)
    (music / "broken.mp3").write_bytes(b"no sound at all")
    (new_service.root / "empty").mkdir()
    seen = open_page(f"{new_service.url}#/library")
    seen.page.get_by_role("heading", name="Where is your music?").wait_for()
    return seen


def scan(page, folder):
    page.get_by_role("combobox").fill(str(folder))
    page.get_by_role("button", name="Scan it").click()


def songs_of(service):
    return httpx.get(f"{service.url}api/v1/library", timeout=None).json()["ok"]


def test_what_is_wrong_with_a_folder_stands_at_its_field(library, new_service):
    page = library.page
    library.expected += ["422", "403"]
    field = page.get_by_role("combobox")
    for folder, said in (
        (new_service.root / "empty", "There is no music in this folder"),
        (new_service.root / "nowhere", "There is no such folder. If it is on another disk"),
        ("Music", "This path has no beginning. Type the whole path"),
        ("/", "This folder is outside"),
    ):
        scan(page, folder)
        page.get_by_role("alert").filter(has_text=said).wait_for()
        assert field.get_attribute("aria-invalid") == "true"
        assert field.input_value() == str(folder)
        assert page.locator(".message").count() == 0
        assert page.locator(".scan-ended:visible").count() == 0
    assert violations(page) == []
    field.fill(str(new_service.root / "Music"))
    assert field.get_attribute("aria-invalid") is None
    page.get_by_role("button", name="Scan it").click()
    page.get_by_text("2 new songs, 1 failed.").wait_for()


def test_what_is_wrong_is_said_in_the_language_of_the_page(open_page, new_service):
    seen = open_page(f"{new_service.url}#/library", language="de-DE")
    seen.expected.append("422")
    seen.page.get_by_role("combobox").fill(str(new_service.root / "nowhere"))
    seen.page.get_by_role("button", name="Einlesen", exact=True).click()
    wrong = seen.page.get_by_role("alert").filter(has_text="Diesen Ordner gibt es nicht.")
    wrong.wait_for()
    assert "folder" not in wrong.inner_text()


def test_a_folder_is_removed_and_scanned_again(library, new_service):
    page, music = library.page, new_service.root / "Music"
    scan(page, music)
    page.get_by_role("button", name="1 folder").click()
    row = page.locator(".folder-list li")
    row.filter(has_text="2 songs · 1 failed").wait_for()
    assert row.get_by_text(str(music)).is_visible()
    assert violations(page) == []
    page.get_by_role("button", name=f"Remove {music} from the library").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert songs_of(new_service) == 2
    page.get_by_role("button", name=f"Remove {music} from the library").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    page.get_by_text("2 songs removed.").wait_for()
    page.get_by_role("heading", name="Where is your music?").wait_for()
    assert page.locator(".song-row:visible").count() == 0
    assert songs_of(new_service) == 0
    assert (music / "broken.mp3").exists()
    scan(page, music)
    page.locator(".song-row").nth(1).wait_for()


def test_failed_files_are_put_aside_and_tried_again(library, new_service, samples):
    page, music = library.page, new_service.root / "Music"
    (music / "Demos").mkdir()
    (music / "Demos" / "empty.mp3").touch()
    scan(page, music)
    page.get_by_role("button", name="2 files could not be analysed").click()
    page.get_by_role("list", name=str(music / "Demos")).wait_for()
    broken = page.locator(".failed-files li").filter(has_text="broken.mp3")
    assert re.search("sound|damaged", broken.text_content())
    assert violations(page) == []
    page.get_by_role("button", name="Dismiss empty.mp3 until it changes").click()
    page.get_by_role("button", name="1 file could not be analysed").wait_for()
    shutil.copy(samples[2], music / "broken.mp3")  # its content counts, not its name
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("1 new song.").wait_for()
    page.locator(".failed-files").wait_for(state="hidden")
    page.reload()
    page.locator(".song-row").first.wait_for()
    assert page.get_by_role("button", name=re.compile("could not be analysed")).count() == 0


def test_music_can_begin_while_songs_are_analysed(open_page, new_service):
    page = open_page(f"{new_service.url}#/library").page
    page.get_by_role("button", name="Try it with sample songs").click()
    card = page.locator(".scan-progress")
    card.get_by_text("You can listen now.").wait_for(timeout=120_000)
    assert httpx.get(f"{new_service.url}api/v1/library", timeout=None).json()["ok"] >= 5
    # Also where this machine is so busy that they are all analysed by now.
    page.locator(".scan-panel").get_by_role("link", name="Listen").filter(visible=True).click()
    page.locator(".queue-row, .now").first.wait_for()

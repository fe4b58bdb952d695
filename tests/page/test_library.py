"""The library: ten thousand songs are searched, sorted, filtered, seen on the map and played."""

import re

import pytest

from . import songs
from .axe import violations
from .serving import served
from .sound import remember, wait_until_it_plays

COUNT = 10_000


@pytest.fixture(scope="module")
def large(page_folder, samples, tmp_path_factory):
    """A service with ten thousand songs."""
    home = tmp_path_factory.mktemp("large")
    songs.catalogue_many(home, COUNT, playable=samples[0])
    with served(home, home) as service:
        yield service


def rows(page):
    return page.get_by_text(re.compile(r"^Song \d{5}$"))


def search(page, text):
    page.keyboard.press("/")
    page.wait_for_function("() => document.activeElement.matches('input')")
    page.keyboard.type(text)


def test_ten_thousand_songs_are_searched_and_filtered(open_page, large):
    page = open_page(f"{large.url}#/library").page
    rows(page).first.wait_for()
    page.get_by_text(re.compile("10,000 songs")).first.wait_for()
    # Only what is seen is in the page: memory and scrolling do not grow with the library.
    assert rows(page).count() < 300
    search(page, "song 04321")
    page.wait_for_function(
        """() => {
          const found = [...document.querySelectorAll("main *")].filter((e) =>
            !e.children.length && /^Song \\d{5}$/.test(e.textContent));
          return found.length === 1 && found[0].textContent === "Song 04321";
        }"""
    )


def test_the_end_of_ten_thousand_songs_is_reached_by_scrolling(open_page, large):
    page = open_page(f"{large.url}#/library").page
    rows(page).first.wait_for()
    first = rows(page).first.text_content()
    page.keyboard.press("End")
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_function(
        """(first) => {
          const shown = [...document.querySelectorAll("main *")].filter((e) =>
            !e.children.length && /^Song \\d{5}$/.test(e.textContent));
          return shown.length > 3 && !shown.some((e) => e.textContent === first);
        }""",
        arg=first,
    )


def test_ten_thousand_songs_are_on_the_map(open_page, large):
    page = open_page(f"{large.url}#/map").page
    canvas = page.locator("main canvas").first
    canvas.wait_for()
    page.wait_for_load_state("networkidle")
    page.wait_for_function(
        """() => {
          const canvas = document.querySelector("main canvas");
          const { width, height } = canvas;
          const data = canvas.getContext("2d").getImageData(0, 0, width, height).data;
          let drawn = 0;
          for (let i = 3; i < data.length; i += 4) if (data[i] > 40) drawn++;
          return drawn > 5000;
        }"""
    )
    assert violations(page) == []


def test_ten_thousand_songs_play_what_fits(open_page, large):
    page = remember(open_page(large.url))
    page.get_by_role("button", name="Play anything").click()
    wait_until_it_plays(page)


def test_the_search_finds_a_song_whose_page_says_how_it_sounds(open_page, service):
    page = open_page(f"{service.url}#/library").page
    search(page, "sample sad 2")
    page.get_by_text("Sample sad 2", exact=True).first.wait_for()
    page.get_by_text("Sample happy 1", exact=True).wait_for(state="hidden")
    page.get_by_role("link", name=re.compile("Sample sad 2")).first.click()
    page.get_by_role("heading", name="Sample sad 2").wait_for()
    page.wait_for_load_state("networkidle")
    assert not page.locator(".seven").is_visible()
    page.get_by_role("button", name="Numbers").click()
    assert page.locator(".seven dd").count() == 7
    assert page.locator(".seven").is_visible()
    assert violations(page) == []
    page.get_by_text(re.compile("^Sample sad [13]$")).first.wait_for()  # what sounds like it
    page.set_viewport_size({"width": 390, "height": 844})
    titles = page.locator(".song-alike .song-title")
    assert titles.evaluate_all("all => all.filter((t) => t.scrollWidth > t.clientWidth)") == []


def test_a_word_for_a_mood_finds_the_songs_that_have_it(open_page, service):
    page = open_page(f"{service.url}#/library").page
    search(page, "traurig")  # in any language
    page.get_by_text("3 of 21 songs").wait_for()
    page.get_by_text("Sample sad 2", exact=True).first.wait_for()
    page.get_by_role("searchbox").fill("")
    page.get_by_label("Sort", exact=False).select_option("arousal")
    page.locator(".song-row .mood-word-text").filter(has_text="energetic").first.wait_for()
    assert "%" not in page.locator(".song-row .mood-words").first.text_content()

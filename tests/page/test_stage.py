"""The stage where one listens: the space bar, one set of controls, and every size of window."""

import pytest

from .axe import violations
from .listening import mix, unfold
from .sound import is_silent, remember, wait_until_it_plays

SIZES = {
    "desk": (1280, 800),
    "phone": (390, 844),
    "200 %": (640, 400),
    "400 %": (320, 256),
}


@pytest.fixture
def playing(open_page, own_service):
    """A page that plays what fits a sad mood."""
    page = remember(open_page(own_service.url))
    mix(page, sad=100)
    page.locator(".queue-row").nth(3).wait_for()
    page.get_by_role("button", name="Play what fits").click()
    wait_until_it_plays(page)
    # The samples are short: this one shall not end meanwhile.
    page.evaluate("decks.forEach((deck) => (deck.playbackRate = 0.1))")
    return page


def is_paused(page):
    page.get_by_role("region", name="Player").get_by_role("button", name="Play").wait_for()
    assert is_silent(page)


def goes_on(page):
    page.get_by_role("region", name="Player").get_by_role("button", name="Pause").wait_for()
    assert not is_silent(page)


def test_space_plays_and_pauses_whatever_was_pressed_last(playing):
    page = playing
    now = page.get_by_role("region", name="Now playing")
    presses = [
        lambda: now.get_by_role("button", name="Like").click(),
        lambda: page.get_by_role("radio", name="Calm").check(),
        lambda: page.get_by_label("How closely the music fits").click(),
        lambda: page.get_by_role("slider", name="sad").click(),
        lambda: unfold(page, "Numbers"),
        lambda: page.get_by_role("link", name="Map").click(),
    ]
    for press in presses:
        press()
        page.keyboard.press(" ")
        is_paused(page)
        page.keyboard.press(" ")
        goes_on(page)


def test_space_is_the_buttons_where_the_keyboard_has_led_to_it(playing):
    page = playing
    now = page.get_by_role("region", name="Now playing")
    heart = now.get_by_role("button", name="Like")
    page.locator("h1").focus()
    while not heart.evaluate("(button) => button === document.activeElement"):
        page.keyboard.press("Tab")
    page.keyboard.press(" ")
    now.get_by_role("button", name="Like", pressed=True).wait_for()
    assert not is_silent(page)
    page.keyboard.press("Enter")
    now.get_by_role("button", name="Like", pressed=False).wait_for()
    heart.click()
    now.get_by_role("button", name="Like", pressed=True).wait_for()
    page.keyboard.press(" ")
    is_paused(page)
    page.keyboard.press("Enter")
    now.get_by_role("button", name="Like", pressed=False).wait_for()
    assert is_silent(page)


def test_space_is_written_where_one_writes(playing):
    page = playing
    page.keyboard.press("2")
    page.keyboard.press("/")
    page.wait_for_function("() => document.activeElement.matches('input')")
    page.keyboard.type("a b")
    assert page.evaluate("document.activeElement.value") == "a b"
    assert not is_silent(page)


@pytest.mark.parametrize("size", SIZES)
def test_there_is_one_set_of_controls(playing, size):
    page = playing
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    for name in ("Pause", "Next song", "Like", "Not now"):
        assert page.get_by_role("button", name=name, exact=True).filter(visible=True).count() == 1


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_and_one_scrolls_in_one_direction(open_page, own_service, size, dark):
    page = remember(open_page(own_service.url, dark=dark))
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    mix(page, sad=100)
    unfold(page, "Numbers")
    page.locator(".queue-row").nth(3).wait_for()
    page.get_by_role("button", name="Play what fits").click()
    wait_until_it_plays(page)
    # The whole page at once: what lies half below the player's bar is scrolled to by a person.
    whole = page.evaluate("document.documentElement.scrollHeight + 200")
    page.set_viewport_size(
        {"width": width, "height": max(height, whole) if height > 499 else height}
    )
    assert violations(page) == []
    page.set_viewport_size({"width": width, "height": height})
    assert page.evaluate("document.documentElement.scrollWidth <= document.body.clientWidth")


@pytest.mark.parametrize("size", ["200 %", "400 %"])
def test_nothing_stays_in_the_way_of_a_low_window(playing, size):
    page = playing
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    for place in ("listen", "library", "map", "history", "settings"):
        page.evaluate("(place) => (location.hash = `#/${place}`)", place)
        page.locator(f"main[data-place={place}] h1").wait_for(state="attached")
        stays = page.evaluate(
            """() => [...document.querySelectorAll("body *")]
              .filter((e) => e.checkVisibility() && e.clientHeight > 0
                             && ["fixed", "sticky"].includes(getComputedStyle(e).position)
                             && !e.matches(".skip"))
              .map((e) => e.outerHTML.slice(0, 120))"""
        )
        assert stays == [], place


def test_the_song_comes_first_on_a_phone_and_the_mirror_lies_on_its_cover(playing):
    page = playing
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("window.scrollTo(0, 0)")
    cover = page.locator(".now-cover").bounding_box()
    title = page.locator(".now-title").bounding_box()
    mirror = page.locator(".mirror").bounding_box()
    foot = page.locator(".foot").bounding_box()
    assert title["y"] + title["height"] < foot["y"]  # the bars leave it whole
    assert cover["y"] < title["y"]
    assert mirror["width"] < cover["width"] / 2
    assert cover["y"] < mirror["y"] < cover["y"] + cover["height"]
    assert cover["x"] < mirror["x"] < cover["x"] + cover["width"] < mirror["x"] + mirror["width"]
    bar = page.get_by_role("region", name="Player")
    assert bar.get_by_role("button", name="Pause").is_visible()

"""What stays as it is when the tab is loaded again, and when its language changes."""

import re

import pytest

from .listening import mix, titles
from .sound import is_silent, remember, wait_until_it_plays

SOUND = """() => {
  const deck = decks.find((one) => !one.paused);
  return deck && { song: deck.currentSrc, at: deck.currentTime };
}"""


def sliders(page):
    return (
        page.get_by_role("region", name=re.compile("Your mood|Deine Stimmung"))
        .get_by_role("slider")
        .evaluate_all("(all) => all.map((slider) => Number(slider.value))")
    )


@pytest.fixture
def listening(open_page, own_service):
    """A page that plays, in a calm order, what fits a sad and angry mood."""
    seen = open_page(own_service.url)
    page = remember(seen)
    page.get_by_label("How closely the music fits").fill("40")
    page.get_by_role("radio", name="Calm").check()
    mix(page, sad=60, angry=40)
    page.get_by_text("for 60 % sad, 40 % angry").wait_for()
    page.locator(".queue-row").nth(3).wait_for()
    page.get_by_role("button", name="Play what fits").click()
    wait_until_it_plays(page)
    # The samples are short: this one shall not end meanwhile.
    page.evaluate("decks.forEach((deck) => (deck.playbackRate = 0.1))")
    page.wait_for_load_state("networkidle")
    return seen


def test_a_reload_goes_on_with_the_same_queue_and_mood(listening):
    page = listening.page
    heard = page.locator(".player-title").text_content()
    first = titles(page)
    page.get_by_role("button", name=f"Remove {first[1]} from the queue").click()
    page.wait_for_load_state("networkidle")
    before = titles(page)
    assert first[1] not in before
    page.evaluate("localStorage.setItem('vibelux.policy', '\"lift\"')")  # by another tab
    begun = len(listening.asked)
    page.reload()
    page.get_by_text("for 60 % sad, 40 % angry").wait_for()
    page.locator(".queue-row").nth(3).wait_for()
    page.wait_for_load_state("networkidle")
    assert titles(page) == before
    assert heard not in before
    assert sliders(page) == [40, 0, 0, 0, 0, 60, 0]
    assert page.get_by_role("radio", name="Calm").is_checked()
    assert page.get_by_label("How closely the music fits").input_value() == "40"
    assert page.locator(".player-title").text_content() == heard
    assert is_silent(page)  # music goes on when the person says so
    asked = [ask for ask in listening.asked[begun:] if ask.url.endswith("/sessions")]
    assert asked == []  # no session was begun
    place = page.get_by_role("slider", name="Place in the song").input_value()
    page.get_by_role("region", name="Player").get_by_role("button", name="Play").click()
    wait_until_it_plays(page)
    assert page.locator(".player-title").text_content() == heard
    assert page.evaluate("decks.find((deck) => !deck.paused).currentTime") >= float(place) > 0
    assert titles(page) == before


def test_a_reload_after_the_service_forgot_begins_anew_without_a_word(listening, own_service):
    listening.expected.append("404")
    page = listening.page
    own_service.kill()
    for path in (own_service.home / "sessions").iterdir():
        path.unlink()
    own_service.start_again()
    page.reload()
    page.get_by_role("region", name="Player").get_by_role("button", name="Play").wait_for()
    page.wait_for_load_state("networkidle")
    assert page.get_by_role("alert").filter(visible=True).count() == 0
    mix(page, happy=100)
    page.locator(".queue-row").nth(3).wait_for()


def test_another_language_changes_words_and_nothing_else(listening):
    page = listening.page
    page.evaluate("window.stays = true")
    before = sliders(page)
    queue = titles(page)
    page.get_by_role("link", name="Settings").click()
    sound = page.evaluate(SOUND)
    loads = [ask.url for ask in listening.asked if ask.kind in ("document", "script")]
    page.get_by_role("radio", name="Deutsch").check()
    page.get_by_role("heading", name="Einstellungen").wait_for()
    assert page.evaluate("document.documentElement.lang") == "de"
    page.wait_for_function(
        "(at) => decks.some((deck) => !deck.paused && deck.currentTime > at)", arg=sound["at"]
    )
    assert page.evaluate(SOUND)["song"] == sound["song"]
    assert page.get_by_role("region", name="Player").count() == 0
    page.get_by_role("link", name="Hören").first.click()
    page.get_by_text("für 60 % traurig").wait_for()
    assert sliders(page) == before
    assert titles(page) == queue
    assert page.evaluate("window.stays")
    again = [ask.url for ask in listening.asked if ask.kind in ("document", "script")]
    assert again == loads

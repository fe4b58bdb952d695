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
        .get_by_role("slider", include_hidden=True)  # folded away
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
    page.get_by_text("for your mood: sad, a little angry").wait_for()
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
    page.get_by_text("for your mood: sad, a little angry").wait_for()
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
    # The slider counts in tenths of a second.
    assert page.evaluate("decks.find((deck) => !deck.paused).currentTime") > float(place) - 0.1
    assert float(place) > 0
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
    page.get_by_text("für deine Stimmung: traurig").wait_for()
    assert sliders(page) == before
    assert titles(page) == queue
    assert page.evaluate("window.stays")
    again = [ask.url for ask in listening.asked if ask.kind in ("document", "script")]
    assert again == loads


def test_a_word_is_remembered_for_the_next_visit(open_page, own_service):
    seen = open_page(own_service.url)
    page = seen.page
    page.get_by_role("button", name="melancholy").click()
    page.get_by_role("button", name="melancholy", pressed=True).wait_for()
    page.get_by_role("radio", name="Calmer").check()
    later = seen.context.new_page()
    later.goto(own_service.url)
    later.get_by_text("You chose “melancholy”").wait_for()
    later.get_by_role("button", name="melancholy", pressed=True).wait_for()
    later.locator(".queue-row").nth(3).wait_for()
    assert later.locator(".queue-for").text_content() == "for your mood: melancholy"
    assert later.get_by_role("radio", name="Calmer").is_checked()
    later.get_by_role("button", name="melancholy").click()  # taken back
    later.get_by_text("What mood are you in?").wait_for()
    last = seen.context.new_page()
    last.goto(own_service.url)
    last.get_by_role("button", name="melancholy", pressed=False).wait_for()
    last.get_by_text("What mood are you in?").wait_for()


def test_of_a_face_nothing_is_remembered(open_page, camera_browser, own_service):
    """No mood here beside none there: all of it is gone, but what was set by hand."""
    page = remember(open_page(own_service.url, within=camera_browser, camera=True))
    page.get_by_role("radio", name="Calmer").check()
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_text("You look ").wait_for()
    page.get_by_role("button", name="Play what fits").click()
    wait_until_it_plays(page)
    page.evaluate("decks.forEach((deck) => (deck.playbackRate = 0.1))")
    heard = page.locator(".player-title").text_content()
    page.reload()
    page.get_by_text("What mood are you in?").wait_for()
    page.wait_for_load_state("networkidle")
    assert page.locator(".now-title").text_content() == heard
    assert "you" not in page.locator(".now-reason").text_content()
    assert page.locator(".queue-for").text_content().strip() == ""
    shares = page.get_by_role("meter", include_hidden=True)
    assert {meter.get_attribute("aria-valuetext") for meter in shares.all()} == {"–"}
    assert page.get_by_role("radio", name="Calmer").is_checked()

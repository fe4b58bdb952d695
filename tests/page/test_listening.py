"""Listening: from the first visit to music, and how the music follows the mood."""

import re

import httpx
import pytest

from .axe import violations
from .listening import mix, titles
from .sound import is_silent, remember, wait_until_it_plays


@pytest.fixture
def listening(open_page, own_service):
    """A page over a catalogue and a profile of its own."""
    seen = open_page(own_service.url)
    page = remember(seen)
    mix(page, sad=100)
    page.locator(".queue-row").nth(3).wait_for()
    return page


def wait_for_first(page, name):
    """Wait until the next song, and another of the next four, are meant to sound so."""
    page.wait_for_function(
        """(name) => {
          const next = [...document.querySelectorAll(".queue-title")].slice(0, 4);
          const fit = next.map((title) => title.textContent.startsWith(`Sample ${name}`));
          return fit[0] && fit.filter(Boolean).length >= 2;
        }""",
        arg=name,
    )


def test_the_queue_follows_the_sliders_and_says_why(listening):
    page = listening
    page.get_by_label("How closely the music fits").fill("100")
    wait_for_first(page, "sad")
    why = page.locator(".queue-reason").first.text_content()
    assert "you" in why
    # What the library holds is said once, and not in every row.
    page.get_by_text(re.compile(r"^(None|One|\d+) of your \d+ songs (is|are) sad\.$")).wait_for()
    assert not any("library" in row for row in page.locator(".queue-reason").all_text_contents())
    mix(page, sad=0, angry=100)
    wait_for_first(page, "angry")
    assert page.locator(".queue-reason").first.text_content() != why


def test_the_policies_lead_elsewhere(listening):
    page = listening
    page.get_by_label("How closely the music fits").fill("100")
    wait_for_first(page, "sad")
    page.get_by_role("radio", name="Travel to").check()
    page.get_by_label("Travel to").last.select_option("happy")
    page.get_by_text(re.compile("^Sample happy")).first.wait_for()


def test_a_journey_draws_its_way_and_says_where_it_is(listening):
    page = listening
    page.get_by_role("radio", name="Travel to").check()
    said = page.get_by_text(re.compile(r"^Song 1 of \d+ on the way\.$"))
    said.wait_for()
    songs = int(re.findall(r"\d+", said.text_content())[-1])
    assert 4 <= songs < 12  # with three songs of each kind
    assert page.locator(".way circle.way-song").count() == songs
    page.get_by_text(f"Only {songs} of your songs lie on this way").wait_for()
    page.get_by_label("Songs on the way").fill("3")
    page.get_by_label("Songs on the way").press("Enter")
    page.get_by_text("Song 1 of 3 on the way.").wait_for()
    assert page.locator(".way circle.way-song").count() == 3
    assert violations(page) == []
    page.get_by_role("button", name="Play what fits").click()
    wait_until_it_plays(page)
    page.keyboard.press("n")
    page.get_by_text("Song 2 of 3 on the way.").wait_for()
    assert page.locator(".way circle.way-gone").count() == 2
    page.keyboard.press("n")
    page.get_by_text("You have arrived").wait_for()
    page.get_by_role("radio", name="Stay with it").check()
    page.locator(".way").wait_for(state="hidden")


def test_it_plays_pauses_goes_on_and_jumps(listening):
    page = listening
    page.get_by_role("button", name="Play what fits").click()
    wait_until_it_plays(page)
    bar = page.get_by_role("region", name="Player")
    first = bar.locator(".player-title").text_content()
    bar.get_by_role("button", name="Pause").click()
    page.wait_for_function("() => decks.every((deck) => deck.paused)")
    bar.get_by_role("slider", name="Place in the song").fill("5")
    page.wait_for_function("() => decks.some((deck) => deck.currentTime >= 5)")
    bar.get_by_role("button", name="Play").click()
    wait_until_it_plays(page)
    bar.get_by_role("button", name="Next song").click()
    page.wait_for_function(
        "(first) => document.querySelector('.player-title').textContent !== first", arg=first
    )
    wait_until_it_plays(page)


def test_a_song_that_ends_is_followed_by_another(listening):
    page = listening
    page.get_by_role("button", name="Play what fits").click()
    wait_until_it_plays(page)
    first = page.locator(".player-title").text_content()
    page.evaluate(
        """() => {
          const deck = decks.find((one) => !one.paused);
          deck.currentTime = deck.duration - 0.8;
        }"""
    )
    page.wait_for_function(
        "(first) => document.querySelector('.player-title').textContent !== first", arg=first
    )
    wait_until_it_plays(page)


def test_opinions_are_learnt(listening, own_service):
    page = listening

    def learnt():
        return httpx.get(f"{own_service.url}api/v1/profile", timeout=None).json()

    page.get_by_role("button", name="Play what fits").click()
    wait_until_it_plays(page)
    page.keyboard.press(" ")  # the samples are short: this one shall not end meanwhile
    now = page.get_by_role("region", name="Now playing")
    now.get_by_role("button", name="Like").click()
    now.get_by_role("button", name="Like", pressed=True).wait_for()
    with page.expect_response(re.compile("/feedback")):
        page.keyboard.press("l")  # not after all
    now.get_by_role("button", name="Like", pressed=False).wait_for()
    assert learnt()["liked"] == 0
    now.get_by_role("button", name="Like").click()
    now.get_by_role("button", name="Like", pressed=True).wait_for()
    first = page.locator(".player-title").text_content()
    changed = "(first) => document.querySelector('.player-title').textContent !== first"
    with page.expect_response(re.compile("/feedback")):
        now.get_by_role("button", name="Not now").click()
    page.wait_for_function(changed, arg=first)
    wait_until_it_plays(page)
    page.keyboard.press(" ")
    second = page.locator(".player-title").text_content()
    now.get_by_role("button", name="Wrong mood").click()
    dialog = page.get_by_role("dialog", name="How does it sound to you?")
    dialog.get_by_role("button", name="playful").click()
    assert violations(page) == []
    with page.expect_response(re.compile("/feedback")):
        dialog.get_by_role("button", name="Correct it").click()
    page.wait_for_function(changed, arg=second)
    page.wait_for_load_state("networkidle")
    known = learnt()
    assert known["liked"] == 1
    assert known["skipped"] >= 1
    assert known["wrong_mood"] == 1
    page.get_by_role("link", name="Settings").click()
    forget = page.locator("main").get_by_role("button", name="Forget it all")
    forget.click()
    page.get_by_role("dialog").get_by_role("button", name="Forget it all").click()
    page.get_by_text("Nothing yet. It learns from").wait_for()
    assert forget.is_disabled() and learnt()["liked"] == 0


def test_the_queue_is_the_listeners(listening):
    page = listening
    first, second = titles(page)[:2]
    page.get_by_role("button", name=f"Remove {first} from the queue").click()
    page.wait_for_function(
        "(first) => document.querySelector('.queue-title').textContent !== first", arg=first
    )
    page.get_by_role("button", name=re.compile(f"^{second}|Play {second} now")).first.click()
    wait_until_it_plays(page)
    assert page.locator(".player-title").text_content() == second


def test_the_queue_is_kept_as_a_playlist(listening):
    """It gets a name, stands in the library, and is played, downloaded, renamed and deleted."""
    page = listening
    shown = titles(page)
    page.get_by_role("button", name="Save as playlist").click()
    name = page.get_by_role("textbox", name="Name of the playlist")
    proposed = name.input_value()
    assert re.fullmatch(r"\w+, \d{1,2} \w+", proposed)
    name.press("Enter")
    page.get_by_text(f"“{proposed}” with").wait_for()
    page.get_by_role("button", name="Save as playlist").click()
    page.wait_for_function(
        "(name) => document.querySelector('dialog input')?.value === `${name} (2)`", arg=proposed
    )
    name.fill("Mine / yours")
    name.press("Enter")
    page.get_by_text(f"“Mine / yours” with {len(shown)} songs is in your library.").wait_for()
    page.get_by_role("link", name="Library").first.click()
    playlists = page.get_by_role("region", name="Playlists")
    playlists.get_by_text(f"{len(shown)} songs").first.wait_for()
    with page.expect_download() as download:
        playlists.get_by_role("button", name="Download Mine / yours as a file").click()
    assert download.value.suggested_filename == "Mine _ yours.m3u8"
    text = download.value.path().read_text(encoding="utf-8")
    assert text.startswith("#EXTM3U")
    assert [title for title in shown if title in text] == shown
    playlists.get_by_role("button", name="Rename Mine / yours").click()
    page.get_by_role("textbox", name="Rename Mine / yours").fill("Sunday")
    page.get_by_role("button", name="Rename", exact=True).click()
    playlists.locator(".playlist-play", has_text="Sunday").click()
    page.locator(".player-title").filter(has_text=shown[0]).wait_for()
    wait_until_it_plays(page)
    page.get_by_role("link", name="Listen").first.click()
    page.wait_for_function(
        """(titles) => {
          const next = [...document.querySelectorAll(".queue-title")].map((t) => t.textContent);
          return titles.every((title, i) => next[i] === title);
        }""",
        arg=shown[1:5],
    )
    page.get_by_role("link", name="Library").first.click()
    playlists.get_by_role("button", name="Delete Sunday").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_text("“Sunday” is deleted.").wait_for()
    playlists.get_by_role("button", name=f"Delete {proposed}").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    playlists.wait_for(state="hidden")


def test_the_keyboard_alone(listening):
    page = listening
    page.keyboard.press(" ")
    wait_until_it_plays(page)
    first = page.locator(".player-title").text_content()
    page.keyboard.press("n")
    page.wait_for_function(
        "(first) => document.querySelector('.player-title').textContent !== first", arg=first
    )
    page.keyboard.press("l")
    page.get_by_role("button", name="Like", pressed=True).first.wait_for()
    page.keyboard.press(" ")
    page.wait_for_function("() => decks.every((deck) => deck.paused)")
    assert is_silent(page)


def test_from_a_face_to_the_music_that_fits_it(open_page, camera_browser, own_service):
    """The camera sets the mood; the queue is for it, and plays."""
    seen = open_page(own_service.url, within=camera_browser, camera=True)
    page = remember(seen)
    page.get_by_role("button", name="Start the camera").click()
    page.get_by_role("button", name="Play what fits").click()
    wait_until_it_plays(page)
    page.wait_for_function(
        "() => document.querySelector('.queue-for').textContent.startsWith('for ')"
    )
    session = [ask for ask in seen.asked if "/sessions" in ask.url and ask.body]
    assert any(b'"face"' in ask.body for ask in session)
    assert "you" in page.locator(".queue-reason").first.text_content()


def test_the_service_dies_and_comes_back(open_page, own_service):
    seen = open_page(own_service.url)
    seen.expected += ["ERR_", "404"]
    page = remember(seen)
    mix(page, sad=100)
    page.locator(".queue-row").nth(3).wait_for()
    own_service.kill()
    page.get_by_role("radio", name="Calm").check()
    page.get_by_role("alert").filter(has_text="VibeluX does not answer.").wait_for()
    own_service.start_again()
    page.get_by_text("VibeluX answers again.").wait_for()
    page.get_by_role("alert").filter(has_text="does not answer").wait_for(state="hidden")
    page.get_by_role("button", name="Play what fits").click()
    wait_until_it_plays(page)


def test_nothing_moves_away_from_under_a_pointer(listening):
    page = listening
    before = titles(page)
    caption = page.locator(".queue-for").text_content()
    page.evaluate(
        """() => {
          const list = document.querySelector(".queue");
          const mouse = { pointerType: "mouse" };
          const tell = (kind) => list.dispatchEvent(new PointerEvent(kind, mouse));
          const moving = setInterval(() => tell("pointermove"), 100);
          window.away = () => (clearInterval(moving), tell("pointerleave"));
        }"""
    )
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        mix(page, sad=0, angry=100)
    page.wait_for_function(
        "(old) => document.querySelector('.queue-for').textContent !== old", arg=caption
    )
    page.wait_for_load_state("networkidle")
    assert titles(page) == before
    page.evaluate("away()")
    page.wait_for_function(
        "(first) => document.querySelector('.queue-title').textContent !== first", arg=before[0]
    )

"""The page as a whole: it loads in good order, from its own address alone."""

from urllib.parse import urlsplit

import pytest

PLACES = ("listen", "library", "map", "history", "settings")


def test_it_loads_without_a_complaint_and_asks_nobody_else(open_page, service):
    seen = open_page()
    page = seen.page
    for place in PLACES * 2:  # a second visit finds what the first one left
        page.goto(f"{service.url}#/{place}")
        page.locator("main h1").wait_for()
        page.wait_for_load_state("networkidle")
    own = urlsplit(service.url).netloc
    elsewhere = [ask.url for ask in seen.asked if urlsplit(ask.url).netloc not in (own, "")]
    assert elsewhere == []
    assert any("/api/v1/" in ask.url for ask in seen.asked)


def test_the_policy_forbids_other_scripts(open_page):
    seen = open_page()
    seen.expected.append("Content Security Policy")
    page = seen.page
    page.evaluate(
        """() => {
          const script = document.createElement("script");
          script.textContent = "window.stranger = true";
          document.body.append(script);
        }"""
    )
    assert page.evaluate("window.stranger") is None
    assert page.evaluate("fetch('https://example.org/').then(() => 'sent', () => 'refused')") == (
        "refused"
    )


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("language", ["en-GB", "de-DE"])
def test_a_phone_scrolls_in_one_direction_only(open_page, service, place, language):
    page = open_page(f"{service.url}#/{place}", phone=True, language=language).page
    page.locator("main h1").wait_for()
    page.wait_for_load_state("networkidle")
    wide = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
          .filter((e) => e.checkVisibility() && e.getBoundingClientRect().right > innerWidth + 1
                         && !e.closest("[data-scrolls], .visually-hidden"))
          .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), wide

"""Everybody can use the page: axe finds nothing, and no mouse is needed."""

import pytest

from .axe import violations

PLACES = ("listen", "library", "map", "history", "settings")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_in_any_place(open_page, service, dark):
    page = open_page(dark=dark).page
    found = {}
    for place in PLACES:
        page.goto(f"{service.url}#/{place}")
        page.locator("main h1").wait_for()
        page.wait_for_load_state("networkidle")
        found[place] = violations(page)
    assert not any(found.values()), found


def test_axe_finds_nothing_in_dialogs(open_page):
    page = open_page().page
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    assert violations(page) == []


def test_a_dialog_keeps_the_focus_and_gives_it_back(open_page):
    """And begins at its beginning, however low the window is."""
    page = open_page().page
    page.set_viewport_size({"width": 640, "height": 400})
    opener = page.get_by_role("link", name="Settings")
    opener.focus()
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    assert page.get_by_role("heading", name="Keyboard").evaluate(
        "(title) => title.getBoundingClientRect().top >= 0"
    )
    for _ in range(6):
        page.keyboard.press("Tab")
        assert page.evaluate(
            """() => {
              const e = document.activeElement;
              return e === document.body || e.closest("dialog") !== null;
            }"""
        )
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert focused(page) == "a Settings"


def test_axe_sees_what_is_wrong(open_page):
    """The check itself works."""
    page = open_page().page
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any(text.startswith("button-name") for text in violations(page))


def focused(page):
    """Return the role-giving element and the name of what has the focus."""
    return page.evaluate(
        """() => {
          const e = document.activeElement;
          const name = e.getAttribute("aria-label") ?? e.textContent.trim();
          return `${e.tagName.toLowerCase()} ${name}`;
        }"""
    )


def test_the_keyboard_reaches_every_place(open_page):
    page = open_page().page
    page.locator("main h1").wait_for()
    page.keyboard.press("Tab")
    assert focused(page) == "a Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    for key, place in (("2", "library"), ("3", "map"), ("4", "history"), ("1", "listen")):
        page.keyboard.press(key)
        page.locator(f"main[data-place={place}] h1").wait_for(state="attached")
        assert focused(page).startswith("h1 "), place  # the reader goes on there


def test_what_has_the_focus_is_seen(open_page, service):
    """Every stop of the Tab key changes its outline or its shadow."""
    page = open_page(f"{service.url}#/settings").page
    page.locator("main h1").wait_for()
    page.wait_for_load_state("networkidle")
    unseen, stops = [], 0
    for _ in range(40):
        page.keyboard.press("Tab")
        style = page.evaluate(
            """() => {
              const e = document.activeElement;
              if (e === document.body) return null;
              const ringed = [e, e.closest("label"), e.nextElementSibling].filter(Boolean);
              const seen = ringed.some((x) => {
                const s = getComputedStyle(x);
                return (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0)
                  || s.boxShadow !== "none";
              });
              return [seen, e.outerHTML.slice(0, 120)];
            }"""
        )
        if style is None:
            break
        stops += 1
        if not style[0]:
            unseen.append(style[1])
    assert unseen == []
    assert stops >= 8


def test_the_list_of_keys_closes_with_escape_and_gives_the_focus_back(open_page):
    page = open_page().page
    button = page.get_by_role("button", name="Keyboard")
    button.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert focused(page) == "button Keyboard"

"""The mood map: a song under the pointer plays, empty ground becomes the mood, fingers zoom."""

import math
import re
from dataclasses import dataclass

import httpx
import pytest

from . import songs
from .serving import served
from .sound import remember, wait_until_it_plays

EDGE = 34
"""Pixels around the plane, as of `web/src/map/frame.ts`."""


@dataclass(frozen=True)
class Point:
    """A song's title and where it is on the screen."""

    title: str
    x: float
    y: float

    def far(self, x: float, y: float) -> float:
        return math.hypot(self.x - x, self.y - y)


@dataclass(frozen=True)
class Seen:
    """The map as it is on the screen when all of it is shown."""

    left: float
    top: float
    width: float
    height: float
    points: tuple[Point, ...]

    def at(self, valence: float, arousal: float) -> tuple[float, float]:
        return (
            self.left + self.width / 2 + valence * (self.width / 2 - EDGE),
            self.top + self.height / 2 - arousal * (self.height / 2 - EDGE),
        )

    def alone(self, x: float, y: float) -> float:
        """Return how far the nearest song is from a place."""
        return min(point.far(x, y) for point in self.points)


def look(page, service):
    """Wait for the map and return where its songs are."""
    surface = page.locator(".map-surface")
    page.get_by_text(re.compile(r"^\d+ songs[;,] ")).wait_for()
    page.wait_for_load_state("networkidle")
    surface.scroll_into_view_if_needed()
    box = surface.evaluate(
        """(surface) => {
          const { left, top } = surface.getBoundingClientRect();
          return [left + surface.clientLeft, top + surface.clientTop,
                  surface.clientWidth, surface.clientHeight];
        }"""
    )
    api = f"{service.url}api/v1/songs"
    titles = {
        song["id"]: song["title"]
        for song in httpx.get(api, params={"limit": 100}, timeout=None).json()["songs"]
    }
    columns = httpx.get(f"{api}/map", timeout=None).json()
    bare = Seen(*box, ())
    points = tuple(
        Point(titles[number], *bare.at(valence, arousal))
        for number, valence, arousal in zip(
            columns["ids"], columns["valence"], columns["arousal"], strict=True
        )
    )
    return Seen(*box, points)


@pytest.fixture
def opened(open_page, own_service):
    """The map with a mouse."""
    page = remember(open_page(f"{own_service.url}#/map"))
    return page, look(page, own_service)


def test_a_click_on_a_point_plays_its_song(opened):
    page, seen = opened
    song = max(
        seen.points,
        key=lambda point: min(p.far(point.x, point.y) for p in seen.points if p is not point),
    )
    page.mouse.move(song.x, song.y)
    page.locator(".map-label").filter(has_text=song.title).wait_for()
    page.mouse.click(song.x, song.y)
    page.locator(".player-title").filter(has_text=song.title).wait_for()
    wait_until_it_plays(page)
    here = page.get_by_role("region", name="Songs here")
    here.get_by_role("listitem").first.get_by_text(song.title, exact=True).wait_for()
    page.mouse.click(song.x, song.y)
    page.wait_for_function("() => decks.every((deck) => deck.paused)")


def test_a_click_on_empty_ground_sets_the_mood(opened):
    page, seen = opened
    grid = [n / 20 for n in range(-14, 15)]
    valence, arousal = max(
        ((v, a) for v in grid for a in grid), key=lambda place: seen.alone(*seen.at(*place))
    )
    assert seen.alone(*seen.at(valence, arousal)) > 30
    with page.expect_request(lambda ask: ask.url.endswith("/sessions")) as begun:
        page.mouse.click(*seen.at(valence, arousal))
    here = page.get_by_role("region", name="Songs here")
    here.get_by_role("button", name="Your mood is here", disabled=True).wait_for()
    asked = begun.value.post_data_json
    assert asked["source"] == "chosen"
    meant = httpx.post(
        begun.value.url.replace("/sessions", "/moods"),
        json={"valence": valence, "arousal": arousal},
    ).json()["numbers"]
    assert asked["mood"] == pytest.approx(meant, abs=0.03)  # a pixel's worth
    assert page.evaluate("decks.every((deck) => deck.paused)")  # a mood alone plays nothing
    page.get_by_role("link", name="Listen").first.click()
    page.get_by_text(re.compile("^for ")).wait_for()
    page.locator(".queue-row").nth(3).wait_for()


def test_a_song_is_shown_on_a_map_that_was_seen_before(opened):
    page, seen = opened
    for song in seen.points[:2]:
        page.get_by_role("link", name="Library").first.click()
        page.get_by_role("link", name=song.title, exact=True).first.click()
        page.get_by_role("button", name="Show on the map").click()
        page.locator(".map-label").filter(has_text=song.title).wait_for()
        here = page.get_by_role("region", name="Songs here")
        here.get_by_role("listitem").first.get_by_text(song.title, exact=True).wait_for()
    page.get_by_role("button", name="Show all").click()
    far = max(seen.points, key=lambda point: point.far(song.x, song.y))
    page.mouse.click(far.x, far.y)
    page.locator(".player-title").filter(has_text=far.title).wait_for()


def test_two_fingers_zoom(open_page, own_service):
    """Fingers that move apart by half move every song away from the middle by half."""
    page = open_page(f"{own_service.url}#/map", phone=True).page
    seen = look(page, own_service)
    middle = seen.at(0, 0)
    apart = 1.5

    def moved(point):
        return tuple(m + apart * (at - m) for at, m in zip((point.x, point.y), middle, strict=True))

    def is_inside(x, y):
        return (
            seen.left + 20 < x < seen.left + seen.width - 60
            and seen.top + 20 < y < seen.top + seen.height - 60
        )

    away = [Point(point.title, *moved(point)) for point in seen.points]
    song = max(
        (point for point in away if is_inside(point.x, point.y)),
        key=lambda point: min(
            seen.alone(point.x, point.y),  # none is there before
            *(other.far(point.x, point.y) for other in away if other is not point),
        ),
    )
    fingers = page.context.new_cdp_session(page)

    def touch(kind, *offsets):
        points = [
            {"x": middle[0] + offset, "y": middle[1], "id": number}
            for number, offset in enumerate(offsets)
        ]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", -60)
    touch("touchStart", -60, 60)
    for offset in range(61, round(60 * apart) + 1):
        touch("touchMove", -offset, offset)
    touch("touchEnd")
    label = page.locator(".map-label")
    assert label.is_hidden()
    page.touchscreen.tap(song.x, song.y)
    label.filter(has_text=song.title).wait_for()
    page.get_by_role("button", name="Show all").click()
    page.touchscreen.tap(song.x, song.y)
    page.get_by_role("button", name="Your mood is here").wait_for()  # there was empty ground


@dataclass(frozen=True)
class Quarter:
    """The right half of the map as a line to draw, and the songs in it."""

    corners: tuple[tuple[float, float], ...]
    titles: set[str]


def right_half(seen):
    corners = ((0.02, 0.99), (0.99, 0.99), (0.99, -0.99), (0.02, -0.99))
    places = tuple(seen.at(*corner) for corner in corners)
    left = places[0][0]
    return Quarter(places, {point.title for point in seen.points if point.x > left})


def draw(page, corners):
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=8)
    page.mouse.up()


@pytest.mark.parametrize("shift", [False, True], ids=["by the button", "with Shift"])
def test_an_area_is_drawn_and_played(opened, shift):
    page, seen = opened
    right = right_half(seen)
    if shift:
        page.keyboard.down("Shift")
    else:
        page.get_by_role("button", name="Draw an area").click()
        page.get_by_role("button", name="Draw an area", pressed=True).wait_for()
    draw(page, right.corners)
    if shift:
        page.keyboard.up("Shift")
    area = page.get_by_role("region", name="Your area")
    area.get_by_text(f"{len(right.titles)} songs", exact=True).wait_for()
    page.get_by_role("button", name="Draw an area", pressed=False).wait_for()
    area.get_by_role("button", name="Play").click()
    wait_until_it_plays(page)
    assert page.locator(".player-title").text_content() in right.titles
    area.get_by_role("button", name="Remove the area").click()
    area.wait_for(state="hidden")


def test_an_area_is_drawn_by_the_keys(opened):
    page, seen = opened
    page.locator(".map-surface").focus()
    page.keyboard.press("a")
    for key in ["Shift+ArrowRight"] * 12 + ["Shift+ArrowUp"] * 12:
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    corner = seen.at(0, 0)
    titles = {p.title for p in seen.points if p.x > corner[0] and p.y < corner[1]}
    area = page.get_by_role("region", name="Your area")
    area.get_by_text(re.compile(f"^{len(titles)} songs?$")).wait_for()
    page.keyboard.press("Escape")
    area.wait_for(state="hidden")


def test_a_finger_draws_an_area(open_page, own_service):
    page = open_page(f"{own_service.url}#/map", phone=True).page
    seen = look(page, own_service)
    right = right_half(seen)
    page.get_by_role("button", name="Draw an area").tap()
    fingers = page.context.new_cdp_session(page)

    def touch(kind, *points):
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    touch("touchStart", dict(zip("xy", right.corners[0], strict=True)))
    for corner in right.corners[1:]:
        touch("touchMove", dict(zip("xy", corner, strict=True)))
    touch("touchEnd")
    area = page.get_by_role("region", name="Your area")
    area.get_by_text(f"{len(right.titles)} songs", exact=True).wait_for()


def test_the_camera_goes_on_until_told_otherwise(open_page, camera_browser, own_service):
    """A press on empty ground shows what is there; the button takes its mood instead."""
    page = open_page(own_service.url, within=camera_browser, camera=True).page
    page.get_by_role("button", name="Start the camera").click()
    on = page.locator(".head .live")
    on.wait_for()
    page.get_by_role("link", name="Map").first.click()
    seen = look(page, own_service)
    grid = [n / 20 for n in range(-14, 15)]
    place = max(
        ((v, a) for v in grid for a in grid), key=lambda place: seen.alone(*seen.at(*place))
    )
    page.mouse.click(*seen.at(*place))
    here = page.get_by_role("region", name="Songs here")
    here.get_by_role("button", name="Set my mood here").wait_for()
    assert on.is_visible()
    here.get_by_role("button", name="Set my mood here").click()
    on.wait_for(state="hidden")
    here.get_by_role("button", name="Your mood is here", disabled=True).wait_for()


MANY = 17_000


@pytest.fixture
def map_of_many(open_page, page_folder, samples, tmp_path):
    """The map of more songs than are told one by one."""
    (tmp_path / "home").mkdir()
    songs.catalogue_many(tmp_path / "home", MANY, playable=samples[0])
    with served(tmp_path / "home", samples[0].parent) as service:
        yield open_page(f"{service.url}#/map").page


def test_many_songs_are_squares_and_near_ones_are_points(map_of_many):
    page = map_of_many
    page.get_by_text(re.compile(r"^17,000 songs[;,] ")).wait_for()
    squares = page.get_by_text(re.compile("^Each square stands for many songs"))
    squares.wait_for()
    surface = page.locator(".map-surface")
    surface.focus()
    here = page.get_by_role("region", name="Songs here")
    page.keyboard.press("ArrowRight")
    here.get_by_role("listitem").nth(7).wait_for()  # the nearest ones, which are no points yet
    with page.expect_response(lambda answer: "/songs/map?min_valence" in answer.url) as loaded:
        for _ in range(3):
            page.keyboard.press("+")
    found = loaded.value.json()
    assert found["bins"] is None
    assert 0 < len(found["ids"]) < MANY
    squares.wait_for(state="hidden")
    page.get_by_role("button", name="Show all").click()
    squares.wait_for()


def test_an_area_of_many_songs_is_counted_and_played(map_of_many):
    page = map_of_many
    page.get_by_text(re.compile("^Each square stands for many songs")).wait_for()
    page.locator(".map-surface").focus()
    page.keyboard.press("a")
    for key in ["Shift+ArrowRight"] * 12 + ["Shift+ArrowUp"] * 12:
        page.keyboard.press(key)
    with page.expect_response(lambda answer: answer.url.endswith("/songs/map/area")) as told:
        page.keyboard.press("Enter")
    answer = told.value.json()
    assert 100 == len(answer["ids"]) < answer["total"] < MANY / 2
    area = page.get_by_role("region", name="Your area")
    area.get_by_text(f"{answer['total']:,} songs", exact=True).wait_for()

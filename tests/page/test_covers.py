"""Covers in the real page: where a song has one, and where its mood's colours stay."""

import shutil

import numpy as np
import pytest
from tests.covers import BLUE, RED, embed, picture

from vibelux.emotions import EMOTIONS

from . import songs
from .serving import served
from .sound import remember, wait_until_it_plays

pytest.importorskip("mutagen")


@pytest.fixture
def covered(page_folder, samples, tmp_path):
    """A service with a song with a cover inside, one with a picture beside it, and one without."""
    rng = np.random.default_rng(5)
    rows = []
    for number, name in enumerate(("Inside", "Beside", "Without")):
        path = tmp_path / "music" / name / f"song{samples[number].suffix}"
        path.parent.mkdir(parents=True)
        shutil.copy(samples[number], path)
        mood = np.full(len(EMOTIONS), 0.05)
        mood[number] = 0.7
        more = {"title": name, "duration": 8.0, "content_hash": bytes([number]) * 20}
        rows.append(songs.row(path, mood, rng, **more))
        if name == "Inside":
            embed(path, picture(RED, size=(900, 900)))
        if name == "Beside":
            (path.parent / "Folder.jpg").write_bytes(picture(BLUE, size=(900, 600)))
    home = tmp_path / "home"
    songs.write(home, rows)
    with served(home, tmp_path / "music") as service:
        yield service


COLOUR = """(image) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const brush = canvas.getContext("2d");
  brush.drawImage(image, 0, 0, 1, 1);
  return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
}"""


WIDTH = """async (src) => {
  const image = new Image();
  image.src = src;
  await image.decode();
  return image.naturalWidth;
}"""


def colour(image):
    return np.array(image.evaluate(COLOUR), float)


def test_songs_show_their_covers_and_the_others_their_colours(open_page, covered):
    seen = open_page(f"{covered.url}#/library")
    page = seen.page
    for title, meant in (("Inside", RED), ("Beside", BLUE)):
        image = page.get_by_role("row", name=title).locator("img.cover.is-there")
        image.wait_for()
        assert np.abs(colour(image) - meant).max() < 8
        assert image.evaluate("(i) => i.naturalWidth") == 96
        box = image.bounding_box()
        assert box["width"] == pytest.approx(box["height"], abs=1)
    page.wait_for_function("() => document.querySelectorAll('.song-row .cover').length === 2")
    without = page.get_by_role("row", name="Without")
    assert without.locator("img").count() == 0
    assert "gradient" in without.locator(".tile").evaluate("(e) => e.style.background")
    asked = [one.url for one in seen.asked if "/cover" in one.url]
    assert len(asked) == len(set(asked)) == 3


def test_what_plays_shows_its_cover_also_to_the_system(open_page, covered):
    page = remember(open_page(f"{covered.url}#/library"))
    artwork = "() => (navigator.mediaSession.metadata?.artwork ?? []).map(({ src }) => src)"
    for title, kind in (("Inside", "blob:"), ("Without", "data:image/png")):
        page.get_by_role("button", name=f"Play {title}").click()
        wait_until_it_plays(page)
        page.wait_for_function(f"(kind) => ({artwork})()[0]?.startsWith(kind)", arg=kind)
        bar = page.get_by_role("region", name="Player")
        bar.get_by_text(title).wait_for()
        if title == "Inside":
            bar.locator("img.cover.is-there").wait_for()
            (source,) = page.evaluate(artwork)
            assert page.evaluate(WIDTH, source) == 512
        else:
            page.wait_for_function("() => !document.querySelector('.player img')")

"""The page reads faces in the browser, and gets the numbers that the Python package gets."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from vibelux.face.sources import mood_of_image

from .serving import Served
from .watched import Watched, watched

DATA = Path(__file__).parents[1] / "data"
FRAMES = {
    frame["frame"]: frame
    for frame in json.loads((DATA / "golden.json").read_text("utf-8"))["frames"]
}

ASK = """async ([worker, kind, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const photo = new Blob([bytes], { type: kind });
  const reader = window.reader ??= new Worker(worker, { type: "module" });
  const id = window.asked = (window.asked ?? 0) + 1;
  return new Promise((resolve, reject) => {
    reader.onerror = (event) => reject(new Error(event.message));
    reader.onmessage = ({ data }) => data.id === id && resolve(data);
    reader.postMessage({ id, ask: "photo", photo });
  });
}"""
"""What the page does with a photo, without its looks: web/src/vision/messages.ts."""


@dataclass
class Reader:
    """The page's worker, and what the page asked for meanwhile."""

    seen: Watched
    worker: str

    def __call__(self, picture: bytes, kind: str = "image/png") -> dict[str, Any]:
        """Read an image file."""
        data = base64.b64encode(picture).decode("ascii")
        answer = self.seen.page.evaluate(ASK, [self.worker, kind, data])
        return answer.get("reading", answer)


@pytest.fixture(scope="module")
def read(browser, service: Served, page_folder: Path) -> Iterator[Reader]:
    (worker,) = page_folder.glob("assets/worker-*.js")
    with watched(browser, service.url) as seen:
        yield Reader(seen, f"/assets/{worker.name}")
        assert seen.unexpected() == []


def _places(faces: list[Any]) -> np.ndarray:
    rows = [[face["box"][side] for side in ("x", "y", "w", "h", "score")] for face in faces]
    return np.array(rows).reshape(-1, 5)


def test_golden_frames(read: Reader) -> None:
    for name, golden in FRAMES.items():
        found = read((DATA / name).read_bytes())
        expected = np.array(golden["boxes"]).reshape(-1, 5)
        assert _places(found["faces"]).shape == expected.shape, name
        assert np.allclose(_places(found["faces"]), expected, rtol=0, atol=0.01), name
        assert found["state"] == (golden["faces"][0]["state"] if len(expected) else "no_face")
        for face, alone in zip(found["faces"], golden["faces"], strict=False):
            assert (face["mood"] is not None) == (alone["state"] == "ok")
            if face["mood"] is not None:
                assert np.allclose(face["mood"], alone["mood"], rtol=0, atol=1e-3), name


def test_a_small_face_in_a_large_photo(read: Reader, tmp_path: Path) -> None:
    """It is looked for three times, as by `vibelux mood --image`."""
    portrait = Image.open(DATA / "portrait.png").resize((240, 180), Image.Resampling.BOX)
    photo = Image.new("RGB", (1600, 1200), (128, 128, 128))
    photo.paste(portrait, (1200, 900))
    path = tmp_path / "photo.png"
    photo.save(path)
    expected = mood_of_image(path)
    found = read(path.read_bytes())
    assert expected.face is not None
    assert (found["state"], found["width"], found["height"]) == (expected.state, 1600, 1200)
    boxes = [[box.x, box.y, box.w, box.h, box.score] for box, _ in expected.faces]
    assert np.allclose(_places(found["faces"]), boxes, rtol=0, atol=0.05)
    assert (found["mood"] is None) == (expected.mood is None)
    if expected.mood is not None:
        # A hundredth of a pixel more or less turns grey levels of so small a face.
        assert np.allclose(found["mood"], expected.mood, rtol=0, atol=0.01)


def test_a_photo_taken_upright(read: Reader, tmp_path: Path) -> None:
    """Phones store it lying, with the turn in its EXIF data."""
    lying = Image.open(DATA / "portrait.png").transpose(Image.Transpose.ROTATE_90)
    turned = Image.Exif()
    turned[0x0112] = 6  # turn me a quarter clockwise to see me upright
    path = tmp_path / "photo.jpg"
    lying.save(path, quality=95, exif=turned)
    expected = mood_of_image(path)
    found = read(path.read_bytes(), "image/jpeg")
    assert (found["width"], found["height"]) == (640, 480)
    box = expected.face
    assert box is not None
    assert np.allclose(_places(found["faces"])[0, :4], [box.x, box.y, box.w, box.h], rtol=0, atol=2)
    assert found["state"] == expected.state == "ok"


def test_what_is_no_picture_is_refused(read: Reader) -> None:
    assert read(b"no picture")["why"] == "photo"
    assert read((DATA / "portrait.png").read_bytes())["state"] == "ok"  # and the worker goes on


def test_everything_comes_from_the_service_and_nothing_goes_there(
    read: Reader, page_folder: Path, service: Served
) -> None:
    read((DATA / "portrait.png").read_bytes())
    asked = read.seen.asked
    assert {urlsplit(ask.url).netloc for ask in asked} == {urlsplit(service.url).netloc}
    assert [ask for ask in asked if len(ask.body) > 1000] == []
    assert {ask.method for ask in asked if "/models/" in ask.url} == {"GET"}
    wasm = [ask.url for ask in asked if ask.url.endswith(".wasm")]
    assert len(wasm) == len(list(page_folder.rglob("*.wasm"))) == 1

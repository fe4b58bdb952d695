"""The page reads faces in the browser, and gets the numbers that the Python package gets."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image, ImageCms

from vibelux.face.image import turned
from vibelux.face.plain_picture import plain_picture
from vibelux.face.reading import as_grey
from vibelux.face.sources import mood_of_image

from .serving import Served
from .watched import Watched, watched

DATA = Path(__file__).parents[1] / "data"
PHOTOS = json.loads((DATA / "golden.json").read_text("utf-8"))["photos"]
PICTURES = json.loads((DATA / "pictures.json").read_text("utf-8"))

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

SHOW = """async ([kind, data]) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const options = { imageOrientation: "from-image", colorSpaceConversion: "none" };
  const picture = await createImageBitmap(new Blob([bytes], { type: kind }), options);
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext("2d", { alpha: false });
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.drawImage(picture, 0, 0);
  return [...context.getImageData(0, 0, width, height).data];
}"""
"""How the page shows a picture to itself: web/src/vision/pixels.ts."""


def _photo(mode: str, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    Image.open(DATA / "portrait.png").convert(mode).save(file, kind, **options)
    return file.getvalue()


def _cut_out(opaque: np.ndarray, *, kind: str = "PNG", mode: str = "RGBA", **options: Any) -> bytes:
    """Return the portrait, so opaque [shape=(h, w), in [0, 1]]."""
    photo = Image.open(DATA / "portrait.png").convert("RGBA")
    photo.putalpha(Image.fromarray(np.rint(255 * opaque).astype(np.uint8)))
    file = BytesIO()
    photo.convert(mode).save(file, kind, **options)
    return file.getvalue()


_Y, _X = np.mgrid[0:480, 0:640]
_AWAY = np.hypot((_X - 316) / 150, (_Y - 225) / 190)
_HEAD = np.clip(6 * (1.1 - _AWAY), 0, 1)
"""1 on the head, softly falling to 0 around it."""

VARIANTS = {
    "hidden": lambda: _cut_out(np.zeros_like(_HEAD)),
    "cut out": lambda: _cut_out(_HEAD),
    "cut out, in grey": lambda: _cut_out(_HEAD, mode="LA"),
    "cut out, WebP": lambda: _cut_out(_HEAD, kind="WEBP", lossless=True, exact=True),
    "shining through": lambda: _cut_out(np.full_like(_HEAD, 0.7)),
    "palette": lambda: _photo("P", "PNG"),
    "GIF": lambda: _photo("L", "GIF"),
    "JPEG with a profile": lambda: _photo("RGB", "JPEG", quality=95, icc_profile=_linear()),
}


def _linear() -> bytes:
    """Return the profile of sRGB with curves that take levels as they are for light."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    curve = profile.index(b"para", 128)
    # Type 3, a curve with a straight part below, becomes type 0 with the exponent 1.
    return profile[:curve] + b"para\0\0\0\0\0\0\0\0\0\1\0\0" + profile[curve + 16 :]


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


@pytest.mark.parametrize("photo", PHOTOS, ids=lambda photo: f"{photo['frame']}-{photo['quarters']}")
def test_golden_photos(read: Reader, photo: dict[str, Any]) -> None:
    file = BytesIO()
    pixels = np.rot90(np.array(Image.open(DATA / photo["frame"])), photo["quarters"])
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG")
    found = read(file.getvalue())
    assert found["state"] == photo["state"]
    expected = np.array(photo["boxes"]).reshape(-1, 6)
    assert _places(found["faces"]).shape == expected[:, :5].shape
    assert np.allclose(_places(found["faces"]), expected[:, :5], rtol=0, atol=0.01)
    for face, row, mood in zip(found["faces"], expected, photo["moods"], strict=True):
        assert face["box"]["turn"] == row[5]
        assert (face["mood"] is None) == (mood is None)
        assert mood is None or np.allclose(face["mood"], mood, rtol=0, atol=1e-3)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture["name"])
def test_picture_files(read: Reader, picture: dict[str, Any]) -> None:
    """Each is decoded, and turned as the Python package turns it."""
    found = read(base64.b64decode(picture["file"]), picture["kind"])
    assert (found["width"], found["height"]) == (picture["width"], picture["height"])


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture["name"])
def test_levels_of_picture_files(read: Reader, picture: dict[str, Any]) -> None:
    """Without its metadata this browser shows of each what the Python package sees."""
    plain, _ = plain_picture(base64.b64decode(picture["file"]))
    data = base64.b64encode(plain).decode("ascii")
    rgba = np.array(read.seen.page.evaluate(SHOW, [picture["kind"], data]), np.uint8)
    shape = picture["height"], picture["width"]
    lying = picture["orientation"] >= 5
    colours = rgba.reshape(*(shape[::-1] if lying else shape), 4)[..., :3]
    seen = turned(as_grey(np.ascontiguousarray(colours[..., ::-1])), picture["orientation"])
    expected = np.frombuffer(base64.b64decode(picture["grey"]), np.uint8).reshape(shape)
    lossy = picture["kind"] in ("image/jpeg", "image/avif")  # computed in another order
    assert np.abs(seen.astype(int) - expected).max() <= (2 if lossy else 1)


@pytest.mark.parametrize("kind", VARIANTS)
def test_variants_of_a_photo(read: Reader, kind: str, tmp_path: Path) -> None:
    """Whatever a file is like, the page gets the mood that `vibelux mood --image` gets."""
    path = tmp_path / "photo"
    path.write_bytes(VARIANTS[kind]())
    expected = mood_of_image(path)
    found = read(path.read_bytes(), "")
    assert (found["state"], len(found["faces"])) == (expected.state, len(expected.faces))
    if kind == "hidden":
        assert expected.state == "no_face"
        return
    boxes = [[box.x, box.y, box.w, box.h, box.score] for box, _ in expected.faces]
    assert np.allclose(_places(found["faces"]), boxes, rtol=0, atol=0.5)
    assert np.allclose(found["mood"], expected.mood, rtol=0, atol=0.02)


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

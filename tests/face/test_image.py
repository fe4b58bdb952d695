import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

import vibelux.face.image as image
from vibelux.errors import ImageError
from vibelux.face.image import read_image

HEIGHT, WIDTH = 96, 128


@pytest.fixture
def gradient() -> np.ndarray:
    """A picture whose four corners differ: rising to the right and downwards."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return (20 + x + y // 2).astype(np.uint8)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "bmp", "tif", "gif", "avif", "pgm"])
def test_reads_the_usual_formats(tmp_path: Path, gradient: np.ndarray, suffix: str) -> None:
    path = tmp_path / f"face.{suffix}"
    if suffix in ("gif", "avif"):
        Image.fromarray(np.stack([gradient] * 3, axis=-1)).save(path)
    else:
        assert cv2.imwrite(str(path), gradient)
    picture = read_image(path)
    assert picture.reduction == 1
    assert picture.grey.dtype == np.uint8
    assert picture.grey.shape == (HEIGHT, WIDTH)
    assert np.abs(picture.grey.astype(int) - gradient).mean() < 3


def test_reads_16_bit_alpha_and_palette(tmp_path: Path, gradient: np.ndarray) -> None:
    cv2.imwrite(str(tmp_path / "16.png"), gradient.astype(np.uint16) * 257)
    rgba = np.dstack([gradient] * 3 + [np.full_like(gradient, 128)])
    Image.fromarray(rgba).save(tmp_path / "alpha.png")
    Image.fromarray(gradient).convert("P").save(tmp_path / "palette.png")
    Image.fromarray(gradient > 100).save(tmp_path / "bits.png")
    for name in ("16.png", "alpha.png", "palette.png"):
        assert np.abs(read_image(tmp_path / name).grey.astype(int) - gradient).max() <= 1, name
    assert set(np.unique(read_image(tmp_path / "bits.png").grey)) == {0, 255}


def test_colour_becomes_luma(tmp_path: Path) -> None:
    green = np.zeros((20, 20, 3), np.uint8)
    green[..., 1] = 200
    Image.fromarray(green).save(tmp_path / "green.png")
    assert np.all(np.abs(read_image(tmp_path / "green.png").grey.astype(int) - 117) <= 1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_applies_the_exif_orientation(
    tmp_path: Path, gradient: np.ndarray, orientation: int
) -> None:
    # What must be stored so that a viewer who obeys the tag sees the gradient upright.
    stored = {
        1: lambda g: g,
        2: np.fliplr,
        3: lambda g: np.rot90(g, 2),
        4: np.flipud,
        5: np.transpose,
        6: lambda g: np.rot90(g, 1),
        7: lambda g: np.rot90(g, 2).T,
        8: lambda g: np.rot90(g, -1),
    }[orientation](gradient)
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / "turned.jpg"
    Image.fromarray(np.ascontiguousarray(stored)).save(path, exif=exif, quality=95)
    grey = read_image(path).grey
    assert grey.shape == gradient.shape
    assert np.abs(grey.astype(int) - gradient).mean() < 2


def test_name_may_have_any_character(tmp_path: Path, gradient: np.ndarray) -> None:
    path = tmp_path / "Gesicht 😀 – “ä”.png"
    Image.fromarray(gradient).save(path)
    assert np.array_equal(read_image(path).grey, gradient)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n", "is not an image"),
        (b"just text, no picture\n" * 50, "is not an image"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC.*JPEG or PNG"),
        (b"\x1aE\xdf\xa3" + bytes(100), "--video"),
    ],
)
def test_refuses_what_is_no_image(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "face.jpg"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=message):
        read_image(path)


def test_refuses_damaged_picture(
    tmp_path: Path, gradient: np.ndarray, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.png"
    Image.fromarray(gradient).save(path)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ImageError, match="damaged PNG"):
        read_image(path)
    assert capfd.readouterr().err == ""


def test_refuses_folder_missing_and_null_character(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="is a folder"):
        read_image(tmp_path)
    with pytest.raises(ImageError, match="there is no file"):
        read_image(tmp_path / "none.png")
    with pytest.raises(ImageError, match=r"no file|cannot be read"):
        read_image(Path("a\0b.png"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_does_not_wait_for_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    with pytest.raises(ImageError, match="not a regular file"):
        read_image(tmp_path / "pipe.png")


def test_says_when_it_may_not_read(
    tmp_path: Path, gradient: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "face.png"
    Image.fromarray(gradient).save(path)
    monkeypatch.setattr(Path, "read_bytes", denied)  # root may read everything
    with pytest.raises(ImageError, match="permission denied"):
        read_image(path)


def test_refuses_one_pixel(tmp_path: Path) -> None:
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    with pytest.raises(ImageError, match="1×1 pixels, too small"):
        read_image(tmp_path / "dot.png")


def test_refuses_a_huge_size_before_decoding(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    Image.new("L", (16, 16)).save(path)
    data = bytearray(path.read_bytes())
    data[16:24] = (20_000).to_bytes(4, "big") * 2
    path.write_bytes(data)
    with pytest.raises(ImageError, match="20,000×20,000 pixels, too large for a PNG"):
        read_image(path)


def test_refuses_a_huge_file(
    tmp_path: Path, gradient: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.fromarray(gradient).save(tmp_path / "face.bmp")
    monkeypatch.setattr(image, "MAX_BYTES", 2**13)
    with pytest.raises(ImageError, match="save the picture smaller"):
        read_image(tmp_path / "face.bmp")


@pytest.mark.parametrize(("pixels", "reduction"), [(1, 1), (2, 2), (5, 4), (17, 8)])
def test_large_jpegs_are_decoded_reduced(
    tmp_path: Path,
    gradient: np.ndarray,
    monkeypatch: pytest.MonkeyPatch,
    pixels: int,
    reduction: int,
) -> None:
    """A picture with so many times the pixels that fit is reduced by so much."""
    Image.fromarray(gradient).save(tmp_path / "face.jpg", quality=95)
    monkeypatch.setattr(image, "MEMORY", image.BYTES_PER_PIXEL["JPEG"] * gradient.size // pixels)
    picture = read_image(tmp_path / "face.jpg")
    assert picture.reduction == reduction
    assert picture.grey.shape == (HEIGHT // reduction, WIDTH // reduction)
    expected = cv2.resize(gradient, picture.grey.shape[::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(picture.grey.astype(int) - expected).mean() < 2


def test_progressive_jpeg_cannot_be_reduced(
    tmp_path: Path, gradient: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "face.jpg"
    Image.fromarray(gradient).save(path, progressive=True)
    assert read_image(path).grey.shape == gradient.shape
    monkeypatch.setattr(image, "MEMORY", 7 * gradient.size)
    with pytest.raises(ImageError, match="too large for a progressive JPEG"):
        read_image(path)

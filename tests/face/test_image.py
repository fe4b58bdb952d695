import os
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

import vibelux.face.image as image
from vibelux.errors import ImageError
from vibelux.face.image import read_image
from vibelux.face.reading import as_grey

HEIGHT, WIDTH = 96, 128


@pytest.fixture
def gradient() -> np.ndarray:
    """A picture whose four corners differ: rising to the right and downwards."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    return (20 + x + y // 2).astype(np.uint8)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "bmp", "tif", "gif", "avif", "pgm"])
def test_reads_the_usual_formats(tmp_path: Path, gradient: np.ndarray, suffix: str) -> None:
    path = tmp_path / f"face.{suffix}"
    Image.fromarray(gradient if suffix == "pgm" else np.dstack([gradient] * 3)).save(path)
    picture = read_image(path)
    assert picture.reduction == 1
    assert picture.grey.dtype == np.uint8
    assert picture.grey.shape == (HEIGHT, WIDTH)
    assert np.abs(picture.grey.astype(int) - gradient).mean() < 3


def test_reads_16_bit_alpha_and_palette(tmp_path: Path, gradient: np.ndarray) -> None:
    deep = gradient.astype(np.uint16) * 257
    Image.fromarray(deep).save(tmp_path / "16.png")
    Image.fromarray(deep).save(tmp_path / "16.tif")
    (tmp_path / "16.pgm").write_bytes(b"P5 128 96 65535\n" + deep.astype(">u2").tobytes())
    grey = Image.fromarray(gradient)
    grey.convert("LA").save(tmp_path / "la.png")
    grey.convert("RGB").convert("CMYK").save(tmp_path / "cmyk.tif")
    rgba = np.dstack([gradient] * 3 + [np.full_like(gradient, 255)])
    Image.fromarray(rgba).save(tmp_path / "alpha.png")
    Image.fromarray(gradient).convert("P").save(tmp_path / "palette.png")
    Image.fromarray(gradient > 100).save(tmp_path / "bits.png")
    for name in ("16.png", "16.tif", "16.pgm", "alpha.png", "la.png", "cmyk.tif", "palette.png"):
        assert np.abs(read_image(tmp_path / name).grey.astype(int) - gradient).max() <= 1, name
    assert set(np.unique(read_image(tmp_path / "bits.png").grey)) == {0, 255}


@pytest.mark.parametrize("suffix", ["png", "webp", "tif", "gif", "avif"])
def test_what_is_hidden_is_not_read(tmp_path: Path, gradient: np.ndarray, suffix: str) -> None:
    """Nothing of the colours below counts, and the rest lies before white."""
    hidden = np.where(np.arange(WIDTH) < 64, 0, 255) * np.ones((HEIGHT, 1))
    rgba = np.dstack([gradient] * 3 + [hidden]).astype(np.uint8)
    path = tmp_path / f"cut.{suffix}"
    exact = {"lossless": True, "exact": True} if suffix == "webp" else {}
    Image.fromarray(rgba).save(path, **exact)
    grey = read_image(path).grey
    assert np.all(grey[:, :60] >= 254)
    assert np.abs(grey[:, 68:].astype(int) - gradient[:, 68:]).mean() < 5  # a GIF has few colours


def test_what_shines_through_lies_before_white(tmp_path: Path, gradient: np.ndarray) -> None:
    rgba = np.dstack([gradient] * 3 + [np.full_like(gradient, 51)])
    Image.fromarray(rgba).save(tmp_path / "a.png")
    Image.fromarray(rgba).save(tmp_path / "a.tif")
    for name in ("a.png", "a.tif"):
        seen = read_image(tmp_path / name).grey
        assert np.abs(seen - (gradient * 0.2 + 204)).max() <= 1, name


def test_premultiplied_colours_are_not_darkened(tmp_path: Path) -> None:
    """As TIFF may store them (associated alpha)."""
    rgba = np.full((20, 20, 4), (60, 60, 60, 128), np.uint8)
    path = tmp_path / "associated.tif"
    Image.fromarray(rgba).save(path)
    kind = struct.Struct("<HHIHH")  # ExtraSamples: 2 is alpha by itself, 1 multiplied into colours
    path.write_bytes(
        path.read_bytes().replace(kind.pack(338, 3, 1, 2, 0), kind.pack(338, 3, 1, 1, 0))
    )
    assert np.abs(read_image(path).grey.astype(int) - 187).max() <= 1


def test_ink_becomes_light(tmp_path: Path, gradient: np.ndarray) -> None:
    colours = Image.fromarray(np.dstack([gradient] * 3)).convert("CMYK")
    colours.save(tmp_path / "cmyk.jpg", quality=95)
    assert np.abs(read_image(tmp_path / "cmyk.jpg").grey.astype(int) - gradient).mean() < 2


def test_refuses_levels_without_a_range(tmp_path: Path, gradient: np.ndarray) -> None:
    Image.fromarray(gradient.astype(np.float32)).save(tmp_path / "float.tif")
    with pytest.raises(ImageError, match=r"float\.tif .*floating-point.* as JPEG or PNG"):
        read_image(tmp_path / "float.tif")


def test_colour_becomes_luma(tmp_path: Path) -> None:
    colours = np.random.default_rng(0).integers(0, 256, (90, 70, 3), np.uint8)
    for kind in ("png", "bmp", "ppm", "tif"):
        Image.fromarray(colours).save(tmp_path / f"colours.{kind}")
        found = read_image(tmp_path / f"colours.{kind}").grey
        assert np.array_equal(found, as_grey(colours[..., ::-1])), kind


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("jpg", {"quality": 95}),
        ("png", {}),
        ("webp", {"lossless": True}),
        ("tif", {}),
        ("tif", {"compression": "tiff_lzw"}),
    ],
    ids=str,
)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_applies_the_exif_orientation(
    tmp_path: Path, gradient: np.ndarray, orientation: int, kind: str, options: dict[str, object]
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
    path = tmp_path / f"turned.{kind}"
    Image.fromarray(np.ascontiguousarray(stored)).save(path, exif=exif, **options)
    grey = read_image(path).grey
    assert grey.shape == gradient.shape
    assert np.abs(grey.astype(int) - gradient).mean() < 2


@pytest.mark.parametrize("kind", ["jpg", "webp", "tif", "png", "avif"])
def test_a_turn_in_xmp_does_not_count(tmp_path: Path, gradient: np.ndarray, kind: str) -> None:
    """Programs that turn a picture often leave it there as it was."""
    path = tmp_path / f"stale.{kind}"
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    options: dict[str, object] = {"xmp": xmp}
    if kind == "png":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", xmp.decode("ascii"))
        options = {"pnginfo": info}
    Image.fromarray(gradient).save(path, **options)
    assert read_image(path).grey.shape == gradient.shape


@pytest.mark.parametrize("size", [2**20 + 1, 80 * 2**20])
@pytest.mark.parametrize("add", ["add_text", "add_itxt"])
def test_text_of_any_length_is_passed_over(
    tmp_path: Path, gradient: np.ndarray, add: str, size: int
) -> None:
    """Editors and generators keep their whole history there."""
    info = PngImagePlugin.PngInfo()
    for number in range(2):
        getattr(info, add)(f"history {number}", "x" * size, zip=True)
    path = tmp_path / "edited.png"
    Image.fromarray(gradient).save(path, pnginfo=info)
    assert np.array_equal(read_image(path).grey, gradient)


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "tif", "avif"])
@pytest.mark.parametrize(
    "exif",
    [
        b"Exif\0\0odd",
        b"Exif\0\0II*\0\xff\xff\xff\x7f",
        b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x69\x87\4\0\1\0\0\0\x08\0\0\0" * 9,  # a loop
    ],
    ids=["odd", "nowhere", "loop"],
)
def test_odd_metadata_are_passed_over(
    tmp_path: Path, gradient: np.ndarray, kind: str, exif: bytes
) -> None:
    good = Image.Exif()
    good[0x0110] = "a camera " * 20
    bare = good.tobytes().removeprefix(b"Exif\0\0")
    path = tmp_path / f"odd.{kind}"
    Image.fromarray(gradient).save(path, exif=good.tobytes(), icc_profile=b"no profile")
    odd = exif.removeprefix(b"Exif\0\0").ljust(len(bare), b"\0")[: len(bare)]
    if kind == "tif":
        odd = b""
    path.write_bytes(path.read_bytes().replace(bare, odd) if odd else path.read_bytes())
    grey = read_image(path).grey
    assert np.abs(grey.astype(int) - gradient).mean() < 3


def test_many_pictures_in_one_file(tmp_path: Path, gradient: np.ndarray) -> None:
    """The first one counts, also in what phones and stereo cameras write."""
    first, second = Image.fromarray(gradient), Image.fromarray(255 - gradient)
    for kind in ("mpo", "gif", "webp", "png", "tif", "avif"):
        path = tmp_path / f"two.{kind}"
        first.convert("RGB").save(path, save_all=True, append_images=[second.convert("RGB")])
        assert np.abs(read_image(path).grey.astype(int) - gradient).mean() < 4, kind


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
        (b"ID3\3\0\0\0\0\1\0APIC image/jpeg \xff\xd8\xff\xe0" + bytes(100), "is not an image"),
    ],
)
def test_refuses_what_is_not_an_image(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "face.jpg"
    path.write_bytes(content)
    with pytest.raises(ImageError, match=message):
        read_image(path)


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "gif", "tif", "bmp", "ppm", "avif"])
def test_says_what_is_wrong_in_words(tmp_path: Path, gradient: np.ndarray, kind: str) -> None:
    """Never with an object of the program."""
    path = tmp_path / f"face.{kind}"
    Image.fromarray(gradient).save(path)
    whole = path.read_bytes()
    for share in (0.1, 0.3, 0.6, 0.8):
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(ImageError, match=r"damaged|not an image") as raised:
            read_image(path)
        assert not re.search(r"0x|<|\(\)", str(raised.value))


def test_refuses_damaged_picture(
    tmp_path: Path, gradient: np.ndarray, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.png"
    Image.fromarray(gradient).save(path)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ImageError, match="damaged PNG"):
        read_image(path)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "gif", "tif", "bmp", "ppm", "avif"])
def test_damage_anywhere_is_said(
    tmp_path: Path, gradient: np.ndarray, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """A picture or an `ImageError`, and silence: never another error, whatever is broken."""
    path = tmp_path / f"face.{kind}"
    Image.fromarray(np.dstack([gradient] * 3)).save(path)
    whole = path.read_bytes()
    chance = np.random.default_rng(0)
    for _ in range(60):
        data = bytearray(whole[: chance.integers(len(whole) // 2, len(whole) + 1)])
        for at in chance.integers(0, len(data), 4):
            data[at] = chance.integers(256)
        path.write_bytes(data)
        try:
            read_image(path)
        except ImageError as error:
            assert str(error).startswith(str(path))
    path.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(ImageError, match=r"is a damaged|is not an image"):
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
    expected = Image.fromarray(gradient).reduce(reduction)
    assert np.abs(picture.grey.astype(int) - expected).mean() < 2


def test_a_jpeg_of_any_size_is_read(tmp_path: Path) -> None:
    """Also one for which Pillow by itself suspects an attack."""
    Image.new("L", (13_500, 13_500), 90).save(tmp_path / "huge.jpg")
    picture = read_image(tmp_path / "huge.jpg")
    assert (picture.grey.shape, picture.reduction) == ((3375, 3375), 4)
    assert np.all(np.abs(picture.grey[::50, ::50].astype(int) - 90) <= 1)


def test_progressive_jpeg_cannot_be_reduced(
    tmp_path: Path, gradient: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "face.jpg"
    Image.fromarray(gradient).save(path, progressive=True)
    assert read_image(path).grey.shape == gradient.shape
    monkeypatch.setattr(image, "MEMORY", 9 * gradient.size)
    with pytest.raises(ImageError, match="too large for a progressive JPEG"):
        read_image(path)

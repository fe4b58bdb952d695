"""Picture files damaged at random: each is read, or refused with a sentence, in bounded memory.

They are read in a process of their own, so that a decoder that crashes or takes more memory than
it may is seen.
"""

import base64
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from vibelux.errors import ImageError
from vibelux.face.image import MEMORY, read_image

PICTURES = Path(__file__).resolve().parents[1] / "data" / "pictures.json"
KINDS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP", "AVIF", "PPM")


def test_each_is_read_or_refused(rounds: Callable[[int, int], int]) -> None:
    count = rounds(120, 3000)
    done = subprocess.run(
        [sys.executable, __file__, str(count)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert said["wrong"] == []
    assert said["read"] + said["refused"] == count
    assert min(said["read"], said["refused"]) > count / 10  # else the damage says nothing
    assert said["grown"] < 1.5 * MEMORY


def originals() -> list[bytes]:
    """Return picture files of every kind, with all that belongs to them."""
    golden = [base64.b64decode(one["file"]) for one in json.loads(PICTURES.read_text("utf-8"))]
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (40, 60, 3), np.uint8)
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "described " * 20
    saved = []
    for kind in KINDS:
        for mode in ("RGB", "L"):
            file = BytesIO()
            Image.fromarray(noise).convert(mode).save(file, kind, exif=exif)
            saved.append(file.getvalue())
    return golden + saved * 3


def damaged(data: bytes, rng: np.random.Generator) -> bytes:
    """Return a file with one to four faults: bits, numbers, cuts, holes, repetitions, zeros."""
    file = bytearray(data)
    for _ in range(rng.integers(1, 5)):
        # The beginning holds what the rest is read by.
        most = len(file) if rng.random() < 0.5 else min(len(file), 200)
        at = int(rng.integers(0, max(1, most)))
        size = int(rng.integers(1, 60))
        match rng.integers(0, 7):
            case 0:
                file[at : at + 1] = (
                    bytes([file[at] ^ (1 << int(rng.integers(0, 8)))]) if file else b""
                )
            case 1:
                file[at : at + 4] = b"\xff\xff\xff\xff"[: int(rng.integers(1, 5))]
            case 2:
                file[at : at + 4] = rng.integers(0, 2**32, dtype=np.uint32).tobytes()
            case 3 if rng.random() < 0.3:
                del file[at:]
            case 4:
                del file[at : at + size]
            case 5:
                file[at:at] = file[at : at + size]
            case 6:
                file[at : at + size] = bytes(size)
    return bytes(file)


def outcomes(count: int) -> Iterator[tuple[bool, str]]:
    """Yield for each damaged file whether it was read, and what was wrong about the answer."""
    rng = np.random.default_rng(17)
    files = originals()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture"
        for number in range(count):
            data = damaged(files[number % len(files)], rng)
            path.write_bytes(data)
            try:
                grey = read_image(path).grey
            except ImageError as error:
                said = str(error)
                odd = [sign for sign in ("0x", "object at", " ()", "\n") if sign in said]
                wrong = said if odd or not said.startswith(str(path)) else ""
                yield False, wrong
            except BaseException as error:  # whatever it is, it is the finding
                yield False, f"{number}: {error!r} of {base64.b64encode(data).decode('ascii')}"
            else:
                whole = grey.dtype == np.uint8 and grey.ndim == 2 and min(grey.shape) >= 8
                yield True, "" if whole else f"{number}: {grey.dtype} {grey.shape}"


def main() -> None:
    """Print how many were read and refused, what was wrong, and by how many bytes memory grew."""
    before = _peak()
    found = list(outcomes(int(sys.argv[1])))
    said = {
        "read": sum(read for read, _ in found),
        "refused": sum(not read for read, _ in found),
        "wrong": [wrong for _, wrong in found if wrong],
        "grown": _peak() - before,
    }
    print(json.dumps(said))


def _peak() -> int:
    """Return the most bytes that this process has had, 0 where that is not known."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()

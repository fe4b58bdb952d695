"""Faces as image files, sorted into one folder per emotion.

::

    <emotion>/im0.png                   the faces have no parts
    {train,test}/<emotion>/im0.png      usage = train, test; also valid, validation, val, dev
    archive/{train,test}/…              a folder that only wraps the others is skipped

A folder's name is one of the seven or an alias, in any case. Images of any size and colour become
48×48 grey: the middle square, averaged down or interpolated up.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.faces import SIZE, FaceData
from vibelux.emotions import emotion_index
from vibelux.errors import DatasetError, ImageError, InvalidMood
from vibelux.face.image import read_image
from vibelux.face.sampling import Window, sample

PARTS = frozenset({"train", "training", "test", "testing", "val", "valid", "validation", "dev"})
"""Names of folders that are parts of a data set."""

IMAGE_SUFFIXES = frozenset(
    {".bmp", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp"}
)
"""Endings of image files, in lower case."""


def read_folder(folder: Path) -> FaceData:
    """Read labelled faces from a folder.

    Unknown folder names, files without an image's ending and damaged images are left out and
    listed as skipped. Hidden files are ignored.

    Args:
        folder: see the module; rows are sorted by path.

    Raises:
        DatasetError: no folder is named after an emotion, or the folder cannot be read.

    """
    images: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    usages: list[str] = []
    paths: list[str] = []
    skipped: list[tuple[str, str]] = []
    try:
        root = _unwrapped(folder)
        folders = list(_emotion_folders(root))
        if all(label is None for _, label, _ in folders):
            names = ", ".join(sorted(name.name for name, _, _ in folders)) or "none"
            raise DatasetError(
                f"{folder} has no folder named after an emotion (its folders: {names}); "
                "expected for example happy/1.png or train/happy/1.png"
            )
        for emotion, label, usage in folders:
            if label is None:
                name = emotion.relative_to(folder).as_posix() + "/"
                skipped.append((name, f"{emotion.name!r} is not an emotion"))
                continue
            for path in sorted(emotion.rglob("*")):
                if path.name.startswith(".") or path.is_dir():
                    continue
                given = path.relative_to(folder).as_posix()
                try:
                    images.append(_read_image(path))
                except DatasetError as error:
                    skipped.append((given, str(error)))
                    continue
                labels.append(label)
                usages.append(usage)
                paths.append(given)
    except OSError as error:
        raise DatasetError(f"cannot read {folder}: {error}") from error
    return FaceData(
        images=np.array(images, dtype=np.uint8).reshape(-1, SIZE, SIZE),
        label=np.array(labels, dtype=np.int64),
        usage=np.array(usages, dtype=np.str_) if any(usages) else None,
        paths=tuple(paths),
        skipped=tuple(skipped),
    )


def _unwrapped(folder: Path) -> Path:
    """Follow folders that hold a single folder and are neither a part nor an emotion."""
    for _ in range(3):
        inner = _subfolders(folder)
        if len(inner) != 1 or _is_part(inner[0]) or _label(inner[0]) is not None:
            break
        folder = inner[0]
    return folder


def _emotion_folders(root: Path) -> Iterator[tuple[Path, int | None, str]]:
    """Yield (folder, label or None where the name is unknown, part or "")."""
    for folder in _subfolders(root):
        if _is_part(folder):
            for inner in _subfolders(folder):
                yield inner, _label(inner), folder.name
        else:
            yield folder, _label(folder), ""


def _subfolders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _is_part(folder: Path) -> bool:
    return folder.name.lower() in PARTS


def _label(folder: Path) -> int | None:
    try:
        return emotion_index(folder.name)
    except InvalidMood:
        return None


def _read_image(path: Path) -> NDArray[np.uint8]:
    """Return the image [shape=(48, 48), dtype=uint8].

    Raises:
        DatasetError: with the reason.

    """
    if path.suffix.lower() not in IMAGE_SUFFIXES:
        raise DatasetError(f"not an image, judging by its ending {path.suffix!r}")
    try:
        grey = read_image(path).grey
    except ImageError as error:
        reason = str(error).removeprefix(f"{path} ").partition("; ")[0]
        raise DatasetError(reason) from error
    height, width = grey.shape
    side = min(height, width)
    middle = Window((width - side) // 2, (height - side) // 2, side, side)
    return sample(grey, middle, width=SIZE, height=SIZE)

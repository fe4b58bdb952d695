from pathlib import Path

import numpy as np
import pytest

from vibelux.datasets.face_files import read_faces
from vibelux.datasets.faces import (
    FERPLUS_COLUMNS,
    FERPLUS_OF_SEVEN,
    FaceData,
    votes_of_seven,
)
from vibelux.emotions import EMOTIONS, emotion_index
from vibelux.errors import DatasetError

IMAGES = np.random.default_rng(0).integers(256, size=(4, 48, 48), dtype=np.uint8)
LABEL = np.array([0, 3, 6, 3])


def npz(folder: Path, **arrays: object) -> Path:
    path = folder / "faces.npz"
    np.savez(path, **arrays)
    return path


def test_the_votes_are_put_into_the_order_of_the_seven() -> None:
    columns = [FERPLUS_COLUMNS[i] for i in FERPLUS_OF_SEVEN]
    assert [emotion_index(name) for name in columns] == list(range(len(EMOTIONS)))
    votes = np.arange(10, dtype=np.float32)[None]
    assert votes_of_seven(votes).tolist() == [[4, 5, 6, 1, 0, 3, 2]]


def test_an_npz_is_read_with_or_without_votes_and_usage(tmp_path: Path) -> None:
    data = read_faces(npz(tmp_path, images=IMAGES, label=LABEL))
    np.testing.assert_array_equal(data.images, IMAGES)
    assert data.label.tolist() == LABEL.tolist()
    assert (data.votes, data.usage) == (None, None)
    votes = np.ones((4, 10), dtype=np.int64)
    usage = np.array(["Training", "PublicTest", "Training", "PublicTest"])
    data = read_faces(npz(tmp_path, images=IMAGES, label=LABEL, ferplus=votes, usage=usage))
    assert data.votes is not None and data.votes.dtype == np.float32
    assert data.counts()["happy"] == 2


def test_differences_add_up_to_the_pixels(tmp_path: Path) -> None:
    differences = np.diff(IMAGES, axis=2, prepend=np.uint8(0))
    data = read_faces(npz(tmp_path, images_dx=differences, label=LABEL))
    np.testing.assert_array_equal(data.images, IMAGES)


def test_a_part_keeps_its_rows_together(tmp_path: Path) -> None:
    usage = np.array(["Training", "PublicTest", "Training", "PublicTest"])
    votes = np.arange(40).reshape(4, 10)
    data = read_faces(npz(tmp_path, images=IMAGES, label=LABEL, usage=usage, ferplus=votes))
    part = data.with_usage("publictest")
    np.testing.assert_array_equal(part.images, IMAGES[[1, 3]])
    assert part.label.tolist() == [3, 3]
    assert part.votes is not None and part.votes[:, 0].tolist() == [10, 30]
    assert part.numbers is not None and part.numbers.tolist() == [1, 3]
    assert part.rows(np.array([1])).numbers.tolist() == [3]  # type: ignore[union-attr]
    with pytest.raises(
        DatasetError, match="no row belongs to 'test'; the parts are PublicTest, Tr"
    ):
        data.with_usage("test")
    with pytest.raises(DatasetError, match="have no parts"):
        FaceData(images=IMAGES, label=LABEL).with_usage("test")


def test_equal_pixels_have_equal_hashes() -> None:
    hashes = FaceData(images=IMAGES[[0, 1, 0]], label=LABEL[:3]).hashes()
    assert hashes[0] == hashes[2] != hashes[1]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"label": LABEL}, "has no array 'images'; it has label"),
        ({"images": IMAGES}, "has no array 'label'; it has images"),
        ({"images": IMAGES[:, :40], "label": LABEL}, r"uint8 \(4, 40, 48\), uint8 \(N, 48, 48\)"),
        ({"images": IMAGES / 255, "label": LABEL}, "is float64"),
        ({"images": IMAGES, "label": LABEL[:3]}, r"'label' of .* has shape \(3,\), \(4,\)"),
        ({"images": IMAGES, "label": LABEL + 1}, "must be 0 to 6, found 1 to 7"),
        ({"images": IMAGES, "label": LABEL, "ferplus": np.ones((4, 7))}, r"shape \(4, 7\)"),
        ({"images": IMAGES[:0], "label": LABEL[:0]}, "holds no labelled face"),
        ({"images": np.array([{}]), "label": LABEL}, "not a readable npz"),
    ],
)
def test_a_bad_npz_is_refused_with_the_reason(
    tmp_path: Path, arrays: dict[str, object], message: str
) -> None:
    with pytest.raises(DatasetError, match=message):
        read_faces(npz(tmp_path, **arrays))


def test_damaged_and_unknown_files_are_refused(tmp_path: Path) -> None:
    whole = npz(tmp_path, images=IMAGES, label=LABEL).read_bytes()
    for name, content in (("cut", whole[:3000]), ("empty", b""), ("text", b"hello")):
        path = tmp_path / f"{name}.npz"
        path.write_bytes(content)
        with pytest.raises(DatasetError, match="not a readable npz file"):
            read_faces(path)
    np.save(tmp_path / "array", IMAGES)
    (tmp_path / "array.npy").rename(tmp_path / "array.npz")
    with pytest.raises(DatasetError, match="one array, not arrays by name"):
        read_faces(tmp_path / "array.npz")
    with pytest.raises(DatasetError, match="no such file or folder"):
        read_faces(tmp_path / "nothing.npz")
    (tmp_path / "faces.zip").touch()
    with pytest.raises(DatasetError, match=r"neither an \.npz nor a \.csv"):
        read_faces(tmp_path / "faces.zip")

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vibelux.datasets.face_files import read_faces
from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError

FACE = np.random.default_rng(2).integers(256, size=(48, 48), dtype=np.uint8)


def image(path: Path, pixels: np.ndarray = FACE) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def test_train_and_test_folders_are_the_parts(tmp_path: Path) -> None:
    for part, names in (("train", ("angry", "surprised")), ("test", ("disgusted", "Fearful"))):
        for name in names:
            image(tmp_path / "archive" / part / name / "im0.png")
    for given in (tmp_path, tmp_path / "archive"):
        data = read_faces(given)
        assert sorted(EMOTIONS[i] for i in data.label) == ["angry", "disgust", "fear", "surprise"]
        assert len(data.with_usage("test")) == 2
        assert all((given / path).is_file() for path in data.paths)
    assert data.paths[0] == "test/Fearful/im0.png"
    np.testing.assert_array_equal(data.images[0], FACE)


def test_plain_folders_in_german_name_no_parts(tmp_path: Path) -> None:
    for name in ("Wut", "Ekel", "Angst", "Freude", "neutral", "Trauer", "Überraschung"):
        image(tmp_path / name / "a.png")
    data = read_faces(tmp_path)
    assert data.usage is None
    assert data.counts() == dict.fromkeys(EMOTIONS, 1)


def test_any_size_and_colour_becomes_a_grey_crop(tmp_path: Path) -> None:
    image(tmp_path / "happy" / "a_large.png", np.kron(FACE, np.ones((3, 3), dtype=np.uint8)))
    wide = np.zeros((48, 90), dtype=np.uint8)
    wide[:, 21:69] = FACE
    image(tmp_path / "happy" / "b_wide.png", wide)
    image(tmp_path / "happy" / "c_colour.png", np.dstack([FACE] * 3))
    image(tmp_path / "happy" / "d_small.png", np.full((10, 10), 77, dtype=np.uint8))
    image(tmp_path / "happy" / "e_deep.png", FACE.astype(np.uint16) * 257)
    data = read_faces(tmp_path)
    assert data.images.shape == (5, 48, 48)
    for crop in data.images[[0, 1, 2, 4]]:
        np.testing.assert_allclose(crop.astype(int), FACE, atol=1)
    assert (data.images[3] == 77).all()


def test_bad_files_and_unknown_folders_are_listed(tmp_path: Path) -> None:
    image(tmp_path / "happy" / "good.jpg")
    image(tmp_path / "contempt" / "a.png")
    (tmp_path / "happy" / "empty.png").touch()
    (tmp_path / "happy" / "text.png").write_text("no image")
    (tmp_path / "happy" / "notes.txt").write_text("no image")
    whole = image(tmp_path / "happy" / "cut.png").read_bytes()
    (tmp_path / "happy" / "cut.png").write_bytes(whole[:20])
    (tmp_path / "happy" / ".DS_Store").touch()
    data = read_faces(tmp_path)
    assert data.paths == ("happy/good.jpg",)
    assert dict(data.skipped) == {
        "contempt/": "'contempt' is not an emotion",
        "happy/cut.png": "is not an image that can be read",
        "happy/empty.png": "is empty (0 bytes)",
        "happy/notes.txt": "not an image, judging by its ending '.txt'",
        "happy/text.png": "is not an image that can be read",
    }


def test_folders_without_emotions_or_faces_are_refused(tmp_path: Path) -> None:
    image(tmp_path / "cats" / "a.png")
    image(tmp_path / "dogs" / "a.png")
    with pytest.raises(
        DatasetError, match=r"no folder named after an emotion \(its folders: cats, dogs"
    ):
        read_faces(tmp_path)
    (tmp_path / "happy").mkdir()
    with pytest.raises(DatasetError, match="holds no labelled face"):
        read_faces(tmp_path)

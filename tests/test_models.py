import ctypes
import json
import shutil
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from vibelux.emotions import EMOTIONS
from vibelux.errors import ModelError
from vibelux.models import Card, load_model, sha256_of


@pytest.fixture
def model_copy(face_model: Path, tmp_path: Path) -> Path:
    """A model that the test may damage."""
    for suffix in (".onnx", ".json"):
        shutil.copy(face_model.with_suffix(suffix), tmp_path / f"face{suffix}")
    return tmp_path / "face.onnx"


def edit_card(model: Path, **changes: object) -> None:
    card = model.with_suffix(".json")
    card.write_text(json.dumps(json.loads(card.read_text()) | changes))


def test_a_model_runs_and_names_its_outputs(face_model: Path) -> None:
    model = load_model("face", face_model, threads=2)
    crops = np.zeros((3, 48, 48), dtype=np.uint8)
    crops[:, 0, 3] = 255
    outputs = model.run(crops)
    assert set(outputs) == {"mood", "label", "embedding"}
    assert outputs["label"].shape == (3, 7)
    np.testing.assert_allclose(outputs["label"][0, 3], np.exp(8) / (np.exp(8) + 6), rtol=1e-5)
    assert model.card.model_id == f"face-0.0.1-{sha256_of(face_model)[:8]}"


def test_a_c_library_without_malloc_trim_is_not_an_obstacle(
    face_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    assert load_model("face", face_model).card.kind == "face"


@pytest.mark.parametrize("usable", [True, False])
def test_freed_memory_goes_back_at_once_while_a_model_is_loaded(
    model_copy: Path, monkeypatch: pytest.MonkeyPatch, usable: bool
) -> None:
    if not usable:
        model_copy.write_bytes(b"no graph")
        edit_card(model_copy, sha256=sha256_of(model_copy))
    called: list[tuple[int, ...]] = []
    libc = SimpleNamespace(
        mallopt=lambda option, value: called.append((option, value)),
        malloc_trim=lambda pad: called.append((pad,)),
    )
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: libc)
    with nullcontext() if usable else pytest.raises(ModelError, match="cannot load"):
        load_model("face", model_copy)
    mmap, trim, mebibyte = -3, -1, 1 << 20  # names of glibc's malloc.h
    assert called == [
        *((mmap, mebibyte // 8), (trim, mebibyte // 8)),
        *((mmap, 32 * mebibyte), (trim, 64 * mebibyte)),
        (0,),
    ]


def test_a_batch_that_does_not_fit_is_a_model_error(face_model: Path) -> None:
    model = load_model("face", face_model)
    with pytest.raises(ModelError, match=r"cannot run on shape \(1, 20, 20\), float32"):
        model.run(np.zeros((1, 20, 20), dtype=np.float32))


def test_a_changed_file_is_refused(model_copy: Path) -> None:
    with model_copy.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(ModelError, match=r"sha256 .* its card says .*damaged"):
        load_model("face", model_copy)


def test_another_order_of_labels_is_refused(model_copy: Path) -> None:
    edit_card(model_copy, labels=[*EMOTIONS[::-1]])
    with pytest.raises(ModelError, match="lists the labels surprise, sad"):
        load_model("face", model_copy)


def test_the_other_kind_is_refused(face_model: Path) -> None:
    with pytest.raises(ModelError, match="is a face model, a music model is needed"):
        load_model("music", face_model)


def test_a_missing_model_or_card_is_named(model_copy: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"there is no model at .*nothing\.onnx"):
        load_model("face", tmp_path / "nothing.onnx")
    model_copy.with_suffix(".json").unlink()
    with pytest.raises(ModelError, match=r"face\.json is missing; every ONNX file needs its card"):
        load_model("face", model_copy)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"labels": 3}', '{"labels": [], "x": 1}'])
def test_a_card_that_is_none_is_refused(model_copy: Path, text: str) -> None:
    model_copy.with_suffix(".json").write_text(text)
    with pytest.raises(ModelError, match="is not a model card"):
        load_model("face", model_copy)


def test_a_file_that_is_not_a_graph_is_refused(model_copy: Path) -> None:
    model_copy.write_bytes(b"no graph")
    edit_card(model_copy, sha256=sha256_of(model_copy))
    with pytest.raises(ModelError, match="ONNX Runtime cannot load"):
        load_model("face", model_copy)


def test_a_card_survives_writing_and_reading(face_model: Path, tmp_path: Path) -> None:
    card = replace(
        Card.read(face_model.with_suffix(".json")), limits=("sieht nur Gesichter – 48×48",)
    )
    card.write(tmp_path / "card.json")
    assert Card.read(tmp_path / "card.json") == card
    assert [path.name for path in tmp_path.iterdir()] == ["card.json"]


@pytest.mark.parametrize(
    ("kind", "batch"),
    [
        ("face", np.full((2, 48, 48), 90, dtype=np.uint8)),
        ("music", np.full((2, 192, 313), -40, dtype=np.float32)),
    ],
)
def test_the_shipped_models_give_moods(kind: str, batch: np.ndarray) -> None:
    outputs = load_model(kind).run(batch)  # type: ignore[arg-type]
    assert outputs["mood"].shape == (2, 7)
    np.testing.assert_allclose(outputs["mood"].sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(outputs["embedding"], axis=1), 1, atol=1e-4)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input": None}, "input must be an object"),
        ({"input": {}}, "its input has no name"),
        ({"input": {"name": 5}}, "its input has no name"),
        ({"input": ["crops"]}, "input must be an object"),
        ({"labels": "angry"}, "labels must be a list of texts"),
        ({"labels": None}, "labels must be a list of texts"),
        ({"labels": [1, 2]}, "labels must be a list of texts"),
        ({"limits": "none"}, "limits must be a list of texts"),
        ({"metrics": None}, "metrics must be an object"),
        ({"outputs": []}, "outputs must be an object"),
        ({"preprocessing": "none"}, "preprocessing must be an object"),
        ({"sha256": None}, "sha256 must be a text"),
        ({"sha256": ""}, "sha256 must be a text"),
        ({"kind": ["face"]}, "kind must be a text"),
        ({"version": 1}, "version must be a text"),
        ({"colour": "red"}, "it has 'colour', which no card has"),
    ],
)
def test_a_card_of_another_shape_is_a_stated_error(
    model_copy: Path, changes: dict[str, object], message: str
) -> None:
    edit_card(model_copy, **changes)
    with pytest.raises(ModelError, match=rf"face\.json is not a model card: {message}"):
        load_model("face", model_copy)


@pytest.mark.parametrize("name", ["name", "input", "sha256", "labels", "preprocessing"])
def test_a_card_that_lacks_something_names_it(model_copy: Path, name: str) -> None:
    card = model_copy.with_suffix(".json")
    values = json.loads(card.read_text())
    del values[name]
    card.write_text(json.dumps(values))
    with pytest.raises(ModelError, match=f"is not a model card: it lacks {name}"):
        load_model("face", model_copy)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[]", "it is not a JSON object"),
        (b"null", "it is not a JSON object"),
        (b'{"name": "a", "name": "b"}', "'name' is in it twice"),
        (b'{"input": {"name": "a", "name": "b"}}', "'name' is in it twice"),
        (b"[" * 100_000, "not a model card"),
        (b"\xff\xfe{}", "not a model card"),
        (b" " * 16_000_001, "it has more than 16,000,000 bytes"),
    ],
)
def test_what_is_not_a_card_is_a_stated_error(
    model_copy: Path, content: bytes, message: str
) -> None:
    model_copy.with_suffix(".json").write_bytes(content)
    with pytest.raises(ModelError, match=message):
        load_model("face", model_copy)


@pytest.mark.parametrize(
    "value", ["48", None, True, [48], {}, -1, 0, float("nan"), float("inf"), 10**400]
)
def test_a_constant_that_is_not_a_positive_number_is_a_stated_error(
    model_copy: Path, value: object
) -> None:
    edit_card(model_copy, preprocessing={"size": value, "box_crop_scale": 1.24})
    with pytest.raises(ModelError, match=r"size=.* a positive number is needed"):
        load_model("face", model_copy).card.constant("size")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input": {"name": "frames"}}, "takes crops, its card says frames"),
        ({"outputs": {"mood": "", "label": "", "age": ""}}, "has no output age"),
    ],
)
def test_a_graph_that_differs_from_its_card_is_a_stated_error(
    model_copy: Path, changes: dict[str, object], message: str
) -> None:
    edit_card(model_copy, **changes)
    with pytest.raises(ModelError, match=rf"the graph of face-0\.0\.1-\w+ {message}"):
        load_model("face", model_copy)


def test_a_graph_that_does_not_give_what_its_kind_needs_is_a_stated_error(
    detector_model: Path, model_copy: Path
) -> None:
    shutil.copy(detector_model, model_copy)
    edit_card(
        model_copy, sha256=sha256_of(model_copy), input={"name": "frames"}, outputs={"boxes": ""}
    )
    with pytest.raises(ModelError, match="has no output mood"):
        load_model("face", model_copy)

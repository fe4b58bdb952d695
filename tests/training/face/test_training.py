"""Training of the face CNN on drawn patterns: seven gratings stand for the seven emotions."""

import json
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the train extra is not installed")

from vibelux.datasets.faces import FaceData
from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError, InvalidInput, ModelError
from vibelux.models import WEIGHTS, load_model
from vibelux.training.export import load_weights, read_weights
from vibelux.training.face.augment import augment, mix
from vibelux.training.face.calibration import fit_temperature, fit_temperature_and_bias
from vibelux.training.face.network import FaceGraph, FaceNetwork, standardise
from vibelux.training.face.targets import face_targets, split_faces, taught
from vibelux.training.face.training import FaceRecipe, FaceTraining, train_faces, training_loader
from vibelux.training.fit import average_weights, changed_recipe

SMALL = FaceRecipe(epochs=1, batch_size=32, widths=(4, 8, 8, 8), ema_decay=0.5)


def gratings(count: int, *, seed: int = 0) -> FaceData:
    """One direction of stripes for each emotion, with noise."""
    rng = np.random.default_rng(seed)
    label = np.arange(count) % len(EMOTIONS)
    y, x = np.mgrid[:48, :48]
    angle = label[:, None, None] * np.pi / len(EMOTIONS)
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 0.8)
    images = 128 + 60 * wave + rng.normal(0, 10, (count, 48, 48))
    return FaceData(images=images.clip(0, 255).astype(np.uint8), label=label.astype(np.int64))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    out = tmp_path_factory.mktemp("run")
    lines = []
    result = train_faces(
        gratings(140),
        out,
        recipe=SMALL,
        source="drawn gratings",
        precision="32-true",
        devices=1,
        announce=lines.append,
    )
    return out, result, lines


def test_training_ends_with_a_model_that_agrees_with_torch(trained):
    _, result, lines = trained
    assert result.difference <= 1e-4
    card = load_model("face", result.onnx).card
    assert card.labels == EMOTIONS
    assert card.training["data"] == "drawn gratings"
    assert card.metrics["validation"]["epoch"] == 1
    assert len(result.split.training) + len(result.split.validation) == 140
    assert any("angry 1" in line or "angry 2" in line for line in lines)


def test_exported_outputs_are_probabilities_and_a_unit_embedding(trained):
    _, result, _ = trained
    outputs = load_model("face", result.onnx).run(gratings(5, seed=1).images)
    np.testing.assert_allclose(outputs["mood"].sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(outputs["label"].sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(outputs["embedding"], axis=1), 1, atol=1e-5)


def test_the_card_says_what_the_model_usually_sees_in_faces(trained):
    _, result, _ = trained
    model = load_model("face", result.onnx)
    moods = model.run(result.split.validation.images)["mood"]
    np.testing.assert_allclose(model.card.statistics["usual_mood"], moods.mean(axis=0), atol=1e-3)


def test_a_training_resumes_where_it_stopped(tmp_path):
    train_faces(
        gratings(140),
        tmp_path,
        recipe=SMALL,
        precision="32-true",
        devices=1,
        announce=lambda line: None,
    )
    recipe = FaceRecipe(**{**SMALL.__dict__, "epochs": 2})
    result = train_faces(
        gratings(140),
        tmp_path,
        recipe=recipe,
        resume=True,
        precision="32-true",
        devices=1,
        announce=lambda line: None,
    )
    assert [entry["epoch"] for entry in result.history] == [1, 2]
    assert FaceTraining.read(tmp_path / "last.ckpt").history == result.history


def test_nothing_to_resume_is_said(tmp_path):
    with pytest.raises(DatasetError, match="no checkpoint to resume"):
        train_faces(gratings(40), tmp_path, recipe=SMALL, resume=True, announce=lambda line: None)


def test_a_file_that_is_not_a_checkpoint_is_named(tmp_path):
    (tmp_path / "last.ckpt").write_bytes(b"no checkpoint")
    with pytest.raises(DatasetError, match=r"last\.ckpt is not a checkpoint"):
        FaceTraining.read(tmp_path / "last.ckpt")


def test_shipped_weights_load_back_into_the_network():
    network = FaceNetwork()
    load_weights(network, WEIGHTS / "face.onnx")
    calibration = json.loads((WEIGHTS / "face.json").read_text(encoding="utf-8"))["calibration"]
    graph = FaceGraph(
        network.eval(),
        mood_temperature=calibration["mood_temperature"],
        label_temperature=calibration["label_temperature"],
        label_bias=calibration.get("label_bias", [0.0] * 7),
    )
    faces = gratings(6).images
    with torch.inference_mode():
        mood, label, _ = graph(torch.from_numpy(faces))
    shipped = load_model("face").run(faces)
    np.testing.assert_allclose(mood.numpy(), shipped["mood"], atol=1e-4)
    np.testing.assert_allclose(label.numpy(), shipped["label"], atol=1e-4)


def test_weights_of_another_shape_are_refused(trained):
    _, result, _ = trained
    with pytest.raises(ModelError, match="does not fit this network"):
        load_weights(FaceNetwork(), result.onnx)
    assert "network.trunk.0.0.weight" in read_weights(result.onnx)


def test_equal_pictures_stay_on_one_side():
    data = gratings(70)
    doubled = FaceData(
        images=np.concatenate([data.images, data.images]),
        label=np.concatenate([data.label, data.label]),
    )
    split = split_faces(doubled, validation_share=0.3)
    assert not set(split.training.hashes()) & set(split.validation.hashes())


def test_twins_of_evaluation_rows_and_blank_faces_are_dropped():
    data = gratings(70)
    images = data.images.copy()
    images[69] = 7
    images = np.concatenate([images, images[:5]])
    usage = np.array(["Training"] * 70 + ["PublicTest"] * 5)
    both = FaceData(images=images, label=np.concatenate([data.label, data.label[:5]]), usage=usage)
    split = split_faces(both)
    assert (split.dropped_twins, split.dropped_blank) == (5, 1)
    kept = set(split.training.hashes()) | set(split.validation.hashes())
    assert len(kept) == 64
    assert not kept & set(both.rows(usage == "PublicTest").hashes())


def test_every_seed_holds_back_the_same_faces(trained, tmp_path):
    _, result, _ = trained
    other = train_faces(
        gratings(140),
        tmp_path,
        recipe=replace(SMALL, seed=1),
        precision="32-true",
        devices=1,
        announce=lambda line: None,
    )
    assert set(other.split.validation.hashes()) == set(result.split.validation.hashes())


def test_too_few_faces_are_refused():
    with pytest.raises(DatasetError, match="10 faces are left"):
        split_faces(gratings(10))


def test_targets_mix_label_and_votes():
    votes = np.zeros((3, 10), dtype=np.float32)
    votes[0, [0, 1]] = [2, 8]  # neutral 2, happiness 8
    votes[1, [0, 9]] = [2, 8]  # only two among the seven, eight saw no face
    votes[2, [4, 8]] = [6, 4]  # anger 6, unknown 4
    data = FaceData(images=np.zeros((3, 48, 48), np.uint8), label=np.array([3, 4, 1]), votes=votes)
    targets = face_targets(data, label_share=0.5)
    np.testing.assert_allclose(targets.mood[0], [0, 0, 0, 0.8, 0.2, 0, 0])
    np.testing.assert_allclose(targets.label[0], [0, 0, 0, 0.9, 0.1, 0, 0])
    np.testing.assert_allclose(targets.label[2], [0.5, 0.5, 0, 0, 0, 0, 0])
    assert targets.mood_weight.tolist() == [1, 0, 1]
    assert targets.label_weight.tolist() == [1, 0, 1]


def test_augmentation_keeps_shape_and_range_and_changes_pixels():
    torch.manual_seed(0)
    faces = torch.from_numpy(gratings(16).images).float().unsqueeze(1) / 255
    changed = augment(faces)
    assert changed.shape == faces.shape
    assert changed.min() >= 0 and changed.max() <= 1
    assert (changed - faces).abs().mean() > 0.05


def test_mixup_blends_faces_and_targets_alike():
    torch.manual_seed(1)
    faces = torch.arange(4.0).view(4, 1, 1, 1).expand(4, 1, 2, 2)
    blended, (target,) = mix(faces, (torch.arange(4.0).view(4, 1),), alpha=1.0)
    np.testing.assert_allclose(blended[:, 0, 0, 0], target[:, 0])


def test_standardised_faces_ignore_light_and_contrast():
    faces = torch.from_numpy(gratings(3).images).float().unsqueeze(1) / 255
    np.testing.assert_allclose(
        standardise(faces), standardise(faces * 0.9 + 0.05), atol=0.02, rtol=0.01
    )
    assert standardise(torch.full((1, 1, 48, 48), 0.3)).abs().max() < 1e-5


@pytest.mark.parametrize("temperature", [0.6, 1.0, 2.5])
def test_temperature_is_found_again(temperature):
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (4000, 7)).astype(np.float32)
    scaled = np.exp(logits / temperature)
    targets = (scaled / scaled.sum(axis=1, keepdims=True)).astype(np.float32)
    assert fit_temperature(logits, targets) == pytest.approx(temperature, rel=1e-3)


def test_temperature_and_biases_are_found_again():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (20000, 7))
    bias = np.array([0.0, 0.8, 0.4, -0.3, -0.5, 0.0, -0.4])
    scaled = logits / 1.5 + bias
    labels = (scaled + rng.gumbel(size=scaled.shape)).argmax(axis=1)
    temperature, found = fit_temperature_and_bias(
        logits.astype(np.float32), labels, worst_share=0.0
    )
    assert temperature == pytest.approx(1.5, rel=0.03)
    np.testing.assert_allclose(found - found.mean(), bias - bias.mean(), atol=0.06)


def test_an_emotion_that_does_not_occur_keeps_its_bias():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (50, 7)).astype(np.float32)
    _, found = fit_temperature_and_bias(logits, rng.integers(0, 6, 50))
    assert found[6] == 0
    assert np.abs(found).max() < 3


def test_a_recipe_takes_other_values_by_name() -> None:
    changed = changed_recipe(FaceRecipe(), ["dropout=0.3", "epochs=2", "widths=8,8,16,16"])
    assert changed == replace(FaceRecipe(), dropout=0.3, epochs=2, widths=(8, 8, 16, 16))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("dropuot=0.3", "'dropuot=0.3' does not name a value of the recipe; it has epochs, "),
        ("epochs=many", "'epochs=many': epochs is such as 40"),
        ("widths=8,x", r"'widths=8,x': widths is such as \(32, 64, 128, 256\)"),
    ],
)
def test_a_recipe_refuses_what_it_does_not_have(change: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        changed_recipe(FaceRecipe(), [change])


def test_mild_changes_move_a_face_less() -> None:
    torch.manual_seed(0)
    ramp = torch.linspace(0, 1, 48).expand(64, 1, 48, 48).contiguous()

    def moved(faces: torch.Tensor) -> float:
        upright = torch.minimum((faces - ramp).abs(), (faces - ramp.flip(3)).abs())
        return float(upright.mean())

    assert moved(augment(ramp, strong_share=0.0)) < 0.5 * moved(augment(ramp, strong_share=1.0))


def test_balance_draws_rare_labels_more_often() -> None:
    images = np.random.default_rng(0).integers(0, 255, (600, 48, 48), dtype=np.uint8)
    label = np.array([0] * 540 + [1] * 60)
    data = FaceData(images=images, label=label)
    torch.manual_seed(0)
    drawn = []
    for balance in (0.0, 1.0):
        loader = training_loader(data, replace(FaceRecipe(), balance=balance))
        rows = torch.cat([batch[3] for batch in loader])
        drawn.append(float(rows[:, 1].mean()))
    assert drawn[0] == pytest.approx(0.1, abs=0.02)
    assert drawn[1] == pytest.approx(0.5, abs=0.08)


def test_teachers_are_mixed_into_the_targets(trained):
    _, result, _ = trained
    faces = gratings(20)
    alone = face_targets(faces, label_share=1.0)
    mixed = taught(alone, faces, teachers=[result.onnx, result.onnx], share=0.25)
    model = load_model("face", result.onnx)
    said = [model.run(images)["label"] for images in (faces.images, faces.images[:, :, ::-1])]
    np.testing.assert_allclose(
        mixed.label, 0.75 * alone.label + 0.25 * (said[0] + said[1]) / 2, atol=1e-5
    )
    np.testing.assert_allclose(mixed.mood.sum(axis=1), 1, atol=1e-5)


def test_weights_are_averaged():
    one, other = FaceNetwork(widths=(4, 8, 8, 8)), FaceNetwork(widths=(4, 8, 8, 8))
    wanted = (one.mood.weight + other.mood.weight) / 2
    average_weights(one, [other])
    torch.testing.assert_close(one.mood.weight, wanted)
    with pytest.raises(DatasetError, match="different shapes and have no mean"):
        average_weights(one, [FaceNetwork(widths=(8, 8, 8, 8))])

"""Training of the face detector on drawn pictures: bright discs with two dark eyes."""

import csv
import math
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

torch = pytest.importorskip("torch", reason="the train extra is not installed")

from vibelux.datasets.face_box_split import split_boxes
from vibelux.datasets.face_boxes import BoxData, BoxImage, read_face_boxes
from vibelux.errors import DatasetError
from vibelux.evaluation.detector import evaluate_boxes, predict_boxes
from vibelux.face.detector import FaceDetector
from vibelux.models import WEIGHTS, load_model
from vibelux.training.detector.canvas import SHAPES, Composer
from vibelux.training.detector.distractors import draw_distractors
from vibelux.training.detector.network import (
    MOST_FACES,
    OVERLAP,
    DetectorGraph,
    DetectorNetwork,
    Grids,
    overlaps,
    read_grids,
    standardise,
)
from vibelux.training.detector.occluders import face_hidden
from vibelux.training.detector.pictures import crop_pictures, read_pictures
from vibelux.training.detector.targets import (
    FACE,
    IGNORED,
    NOTHING,
    UNMEASURED,
    complete_overlap,
    detector_loss,
)
from vibelux.training.detector.training import (
    DetectorRecipe,
    DetectorTraining,
    missing_layers,
    train_detector,
)
from vibelux.training.detector.validation import best_threshold, figures_at, frame_of, with_parts
from vibelux.training.export import load_weights

SMALL = DetectorRecipe(
    epochs=1,
    steps=2,
    batch_size=2,
    widths=(4, 4, 8, 8, 8),
    depths=(1, 1, 1),
    head=8,
    pointed=True,
    ema_decay=0.5,
)


SHIPPED = WEIGHTS / "detector.onnx"


def disc(width=160, height=120, *, box=(50, 20, 60, 75)):
    """A bright ellipse that fills the box, on a dark ground."""
    picture = Image.new("L", (width, height), 40)
    x, y, w, h = box
    ImageDraw.Draw(picture).ellipse((x, y, x + w - 1, y + h - 1), 230)
    return picture


@pytest.fixture(scope="module")
def boxes_csv(tmp_path_factory):
    """Twelve persons, each once, six empty pictures, and a doubtful one."""
    folder = tmp_path_factory.mktemp("boxes")
    rows = []
    for i in range(24):
        box = (40 + i, 15, 48, 60)
        disc(box=box).save(folder / f"face{i}.png")
        rows.append(("drawn", f"face{i}.png", 160, 120, *box, 0, f"Person_{chr(65 + i)}_01.jpg"))
    ground = np.random.default_rng(0).integers(0, 120, (30, 40), dtype=np.uint8)
    for i in range(16):
        rolled = Image.fromarray(np.roll(ground, 3 * i)).resize((160, 120))
        rolled.save(folder / f"empty{i}.png")
        rows.append(("empty", f"empty{i}.png", 160, 120, 0, 0, 0, 0, 1, f"{100 + i}.jpg"))
    with (folder / "boxes.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["dataset", "path", "width", "height", *"xywh", "ignore", "source"])
        writer.writerows(rows)
    return folder / "boxes.csv"


@pytest.fixture(scope="module")
def trained(boxes_csv, tmp_path_factory):
    return train_detector(
        read_face_boxes(boxes_csv),
        tmp_path_factory.mktemp("run"),
        recipe=SMALL,
        source="drawn discs",
        precision="32-true",
        devices=1,
        workers=0,
        announce=lambda line: None,
    )


def test_training_ends_with_a_model_that_agrees_with_torch(trained):
    assert trained.difference <= 1e-4
    card = load_model("detector", trained.onnx).card
    assert card.labels == ("face",)
    assert card.input["shape"] == [1, "height", "width"]
    assert card.training["data"] == "drawn discs"
    assert 0.2 <= card.preprocessing["score_threshold"] <= 0.9
    assert set(card.metrics["validation"]) >= {"recall_50_large", "false_per_empty"}
    assert [entry["epoch"] for entry in trained.history] == [1]


@pytest.mark.parametrize("shape", [(256, 320), (320, 256), (240, 320), (32, 32), (75, 101)])
def test_the_exported_graph_takes_frames_of_any_size(trained, shape):
    frame = np.random.default_rng(1).integers(0, 255, (1, *shape), dtype=np.uint8)
    outputs = load_model("detector", trained.onnx).run(frame)
    assert outputs["boxes"].shape == (1, MOST_FACES, 4)
    assert outputs["scores"].shape == (1, MOST_FACES)
    assert outputs["points"].shape == (1, MOST_FACES, 5, 2)


def test_a_training_resumes_where_it_stopped(trained, boxes_csv):
    out = trained.onnx.parent
    result = train_detector(
        read_face_boxes(boxes_csv),
        out,
        recipe=replace(SMALL, epochs=2),
        resume=True,
        precision="32-true",
        devices=1,
        workers=0,
        announce=lambda line: None,
    )
    assert [entry["epoch"] for entry in result.history] == [1, 2]
    assert DetectorTraining.read(out / "last.ckpt").recipe.widths == SMALL.widths


def test_nothing_to_resume_is_said(boxes_csv, tmp_path):
    with pytest.raises(DatasetError, match="no checkpoint to resume"):
        train_detector(read_face_boxes(boxes_csv), tmp_path, recipe=SMALL, resume=True)


def test_a_few_steps_teach_the_network_to_find_discs(boxes_csv):
    torch.manual_seed(0)
    composer = Composer(read_pictures(split_boxes(read_face_boxes(boxes_csv)).training))
    network = DetectorNetwork(widths=SMALL.widths, depths=SMALL.depths, head=SMALL.head)
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-2)
    losses = []
    for step in range(40):
        rng = np.random.default_rng(step)
        frames = [composer.compose((96, 128), rng) for _ in range(8)]
        grey, boxes, kinds, points = (
            torch.from_numpy(np.stack([getattr(frame, name) for frame in frames]))
            for name in ("grey", "boxes", "kinds", "points")
        )
        grids = read_grids(network(standardise(grey[:, None])))
        loss = detector_loss(grids, boxes, kinds, points)
        optimizer.zero_grad()
        loss.total.backward()
        optimizer.step()
        losses.append(float(loss.total.detach()))
    assert np.mean(losses[-8:]) < 0.7 * np.mean(losses[:8])


def test_outputs_are_sorted_boxes_without_duplicates():
    torch.manual_seed(0)
    network = DetectorNetwork(widths=SMALL.widths, depths=SMALL.depths, head=SMALL.head).eval()
    with torch.no_grad():
        for head in network.heads:
            head[-1].bias[0] = 0.0  # many cells say that there is a face
            head[-1].weight *= 20
        frame = torch.randint(0, 255, (1, 96, 128), dtype=torch.uint8)
        boxes, scores, points = (
            output[0] for output in DetectorGraph(network, pointed=True)(frame)
        )
    assert (scores[:-1] >= scores[1:]).all()
    found = boxes[scores > 0]
    assert len(found) > 3
    assert (boxes[scores == 0] == 0).all() and (points[scores == 0] == 0).all()
    edges = torch.cat([found[:, :2], found[:, :2] + found[:, 2:]], dim=1)
    each = overlaps(edges[:, None], edges[None]) - torch.eye(len(edges))
    assert each.max() <= OVERLAP


def test_cells_lie_where_their_boxes_say():
    maps = [torch.zeros(1, 15, 96 // stride, 128 // stride) for stride in (8, 16, 32)]
    grids = read_grids(maps)
    assert grids.logits.shape == (1, 12 * 16 + 6 * 8 + 3 * 4)
    assert grids.centres[17].tolist() == [12, 12]
    assert grids.boxes[0, 17].tolist() == [4, 4, 20, 20]
    assert grids.points[0, 17].tolist() == [[12, 12]] * 5
    assert grids.boxes[0, -1].tolist() == [112 - 32, 80 - 32, 112 + 32, 80 + 32]


def test_flat_frames_and_dim_ones_are_standardised():
    flat = torch.full((1, 1, 4, 4), 90, dtype=torch.uint8)
    assert standardise(flat).abs().max() < 1e-5
    bright = torch.randint(0, 255, (1, 1, 64, 64), dtype=torch.uint8)
    dim = (bright.float() / 2).to(torch.uint8)
    np.testing.assert_allclose(standardise(dim), standardise(bright), atol=0.3)


def grids_for(box, *, logit=-3.0):
    """Answers that put the same box at each cell of a 128×96 frame."""
    maps = [torch.zeros(1, 15, 96 // stride, 128 // stride) for stride in (8, 16, 32)]
    grids = read_grids(maps)
    boxes = torch.tensor(box, dtype=torch.float32).expand(1, grids.logits.shape[1], 4)
    return Grids(
        logits=torch.full_like(grids.logits, logit).requires_grad_(),
        boxes=boxes.clone().requires_grad_(),
        points=grids.points,
        centres=grids.centres,
        strides=grids.strides,
    )


def pushed(kind, box=(40.0, 20.0, 60.0, 45.0), points=None):
    """The cells whose score is pushed up, those pushed down, and the losses of box and points."""
    grids = grids_for(box)
    points = torch.tensor(points or [[torch.nan] * 2] * 5).expand(1, 1, 5, 2)
    losses = detector_loss(grids, torch.tensor([[box]]), torch.tensor([[kind]]), points)
    losses.total.backward()
    gradient = grids.logits.grad[0]
    return grids, gradient < 0, gradient > 0, (losses.box.item(), losses.points.item())


def test_a_face_is_learnt_at_its_centre_on_the_grid_of_its_size():
    grids, up, down, (box_loss, points_loss) = pushed(FACE)
    assert set(grids.strides[up].tolist()) == {8.0}
    assert ((grids.centres[up] - torch.tensor([50.0, 32.5])).abs() <= 8).all()
    assert down[grids.strides == 32].any()
    assert (box_loss, points_loss) == (pytest.approx(0, abs=1e-5), 0)
    large, up_of_large, _, _ = pushed(FACE, (0.0, 0.0, 120.0, 96.0))
    assert set(large.strides[up_of_large].tolist()) == {16.0, 32.0}


def test_an_ignored_face_is_neither_right_nor_wrong():
    grids, up, down, _ = pushed(IGNORED)
    low, high = torch.tensor([40, 20]), torch.tensor([60, 45])
    inside = (grids.centres >= low) & (grids.centres <= high)
    assert not up.any()
    assert not down[inside.all(dim=1)].any()
    assert down[~inside.all(dim=1)].all()


def test_a_face_with_doubtful_sides_teaches_its_place_only():
    _, up, _, losses = pushed(UNMEASURED, points=[[50.0, 30.0]] * 5)
    assert up.any()
    assert losses == (0, 0)


def test_points_are_learnt_where_they_are_known():
    grids, up, _, (_, loss) = pushed(FACE, points=[[50.0, 30.0]] * 5)
    away = (grids.centres[up] - torch.tensor([50.0, 30.0])).abs().mean()
    assert loss == pytest.approx(float(away) / math.sqrt(20 * 25))


def test_a_frame_without_faces_pushes_every_score_down():
    _, up, down, losses = pushed(NOTHING)
    assert not up.any() and down.all()
    assert losses == (0, 0)


def test_complete_overlap_of_known_boxes():
    wanted = torch.tensor([[0.0, 0.0, 10.0, 10.0]] * 3)
    found = torch.tensor([[0.0, 0.0, 10.0, 10.0], [5.0, 0.0, 15.0, 10.0], [20.0, 0.0, 30.0, 10.0]])
    expected = [1, 1 / 3 - 25 / 325, -400 / 1000]
    np.testing.assert_allclose(complete_overlap(found, wanted), expected, atol=1e-5)


def test_composed_boxes_follow_the_picture(tmp_path):
    disc().save(tmp_path / "a.png")
    faces = np.array([[50, 20, 60, 75]], np.float32)
    none = np.zeros((0, 4), np.float32)
    image = BoxImage(tmp_path / "a.png", "a.png", 160, 120, "drawn", "A.jpg", faces, none)
    composer = Composer(read_pictures([image]))
    seen = brighter = 0
    for seed in range(80):
        shape = SHAPES[seed % len(SHAPES)]
        frame = composer.compose(shape, np.random.default_rng(seed))
        assert frame.grey.shape == shape
        for box, kind in zip(frame.boxes, frame.kinds, strict=True):
            w, h = box[2:] - box[:2]
            if kind != FACE or min(w, h) < 24:
                continue
            x, y = (box[:2] + box[2:]) / 2
            if not (0 <= x < shape[1] and 0 <= y < shape[0]):
                continue
            left, top = (int(max(edge, 0)) for edge in (x - w / 4, y - h / 4))
            centre = frame.grey[top : int(y + h / 4), left : int(x + w / 4)].mean()
            corner = frame.grey[int(max(box[1], 0)) :, int(max(box[0], 0)) :][
                : max(1, int(h / 12)), : max(1, int(w / 12))
            ].mean()
            seen += 1
            brighter += centre > corner
    assert seen > 40
    assert brighter / seen > 0.85


def test_people_who_are_turned_over_are_not_to_be_found(tmp_path, monkeypatch):
    disc().save(tmp_path / "a.png")
    faces = np.array([[50, 20, 60, 75]], np.float32)
    none = np.zeros((0, 4), np.float32)
    image = BoxImage(tmp_path / "a.png", "a.png", 160, 120, "drawn", "A.jpg", faces, none)
    composer = Composer(read_pictures([image]))
    frames = [composer.compose((240, 320), np.random.default_rng(seed)) for seed in range(20)]
    assert sum((frame.kinds == FACE).any() for frame in frames) > 8
    monkeypatch.setattr("vibelux.training.detector.canvas.OVERTURNED_SHARE", 1.0)
    frames = [composer.compose((240, 320), np.random.default_rng(seed)) for seed in range(20)]
    assert not any(frame.kinds.any() for frame in frames)
    assert any(frame.grey.std() > 10 for frame in frames)


def test_crops_teach_where_a_face_is_but_not_its_sides():
    [picture] = crop_pictures(np.zeros((1, 48, 48), np.uint8))
    assert picture.kinds.tolist() == [UNMEASURED]
    left, top, right, bottom = picture.boxes[0]
    assert right - left == pytest.approx(48 / 1.24)
    assert (bottom - top) / (right - left) == pytest.approx(1.25)
    assert (left + right, top + bottom) == pytest.approx((48, 48))


def test_what_hides_a_face_is_drawn_within_any_rectangle():
    changed = 0
    for seed in range(90):
        rng = np.random.default_rng(seed)
        height, width = (int(side) for side in rng.integers(40, 240, 2))
        part = rng.integers(0, 256, (height, width), dtype=np.uint8)
        box = rng.uniform(-0.3, 0.9, 2) * (width, height)
        box = np.concatenate([box, box + rng.uniform(8, 120, 2)])
        before = part.copy()
        face_hidden(part, box, rng)
        assert part.shape == before.shape and part.dtype == np.uint8
        changed += (part != before).any()
    assert changed > 60


def test_points_follow_the_picture_and_keep_their_sides(tmp_path):
    disc().save(tmp_path / "a.png")
    faces, none = np.array([[50, 20, 60, 75]], np.float32), np.zeros((0, 4), np.float32)
    image = BoxImage(tmp_path / "a.png", "a.png", 160, 120, "drawn", "A.jpg", faces, none)
    eyes = np.array([[[65, 45], [95, 45], [80, 57.5], [65, 80], [95, 80]]])
    composer = Composer(read_pictures([image], {"a.png": eyes}))
    seen = 0
    for seed in range(40):
        frame = composer.compose((240, 320), np.random.default_rng(seed))
        for kind, box, points in zip(frame.kinds, frame.boxes, frame.points, strict=True):
            if kind != FACE:
                continue
            seen += 1
            right, left, nose, mouth_right, mouth_left = points
            np.testing.assert_allclose(nose, (box[:2] + box[2:]) / 2, atol=0.01)
            assert right[0] < left[0] and mouth_right[0] < mouth_left[0]
            assert right[1] < mouth_right[1] and left[1] < mouth_left[1]
    assert seen > 20


def test_the_same_seed_composes_the_same_frame(boxes_csv):
    composer = Composer(read_pictures(read_face_boxes(boxes_csv).images))
    one, two = (composer.compose((240, 320), np.random.default_rng(5)) for _ in range(2))
    assert (one.grey == two.grey).all() and (one.boxes == two.boxes).all()


def test_boxes_cut_by_the_pictures_edge_are_told_apart(tmp_path):
    disc().save(tmp_path / "a.png")
    faces = np.array([[50, 20, 60, 75], [0, 10, 20, 30]], np.float32)
    ignored = np.array([[5, 5, 9, 9]], np.float32)
    image = BoxImage(tmp_path / "a.png", "a.png", 160, 120, "drawn", "A.jpg", faces, ignored)
    [picture] = read_pictures([image])
    assert picture.kinds.tolist() == [FACE, UNMEASURED, IGNORED]
    assert picture.boxes[0].tolist() == [50, 20, 110, 95]
    assert [size.shape for size in picture.sizes] == [(120, 160), (60, 80), (30, 40)]


def test_pictures_that_cannot_be_read_are_named(tmp_path):
    none = np.zeros((0, 4), np.float32)
    image = BoxImage(tmp_path / "a.png", "a.png", 9, 9, "drawn", "A.jpg", none, none)
    with pytest.raises(DatasetError, match=r"there is no file .*a\.png"):
        read_pictures([image])
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(DatasetError, match="is not an image"):
        read_pictures([image])
    disc().save(tmp_path / "a.png")
    with pytest.raises(DatasetError, match="is 160×120 pixels, the list says 9×9"):
        read_pictures([image])


def test_the_threshold_leaves_few_false_faces_on_empty_pictures(boxes_csv):
    data = read_face_boxes(boxes_csv)
    found = [np.array([[*image.faces[0], 0.9]]) for image in data.images if len(image.faces)]
    empty = [np.array([[0, 0, 9, 9, 0.305 + 0.01 * i]]) for i in range(16)]
    threshold = best_threshold(data.images, [*found, *empty])
    assert threshold == pytest.approx(0.46)
    figures = figures_at(data.images, [*found, *empty], threshold)
    assert (figures["recall_50_large"], figures["false_per_empty"]) == (1.0, 0.0)
    hard = [replace(image, dataset="animal_neg") for image in data.images[-16:]]
    certain = [np.array([[0, 0, 9, 9, 0.89]])] * 16
    assert best_threshold([*data.images, *hard], [*found, *empty, *certain]) == threshold
    lower = figures_at(data.images, [*found, *empty], 0.4)
    assert lower["false_per_empty"] == pytest.approx(6 / 16)


def test_empty_pictures_are_looked_at_in_parts_too(boxes_csv):
    images = read_face_boxes(boxes_csv).images
    pictures = with_parts([images[0], images[-1]])
    assert [grey.shape for _, grey in pictures] == [(120, 160)] * 2 + [(72, 96)] * 4
    assert frame_of(pictures[2][1]).shape == (240, 320)
    assert math.isclose(pictures[2][0].width / 96, 1)


def test_shipped_weights_load_back_into_the_network():
    network = DetectorNetwork()
    load_weights(network, SHIPPED, fresh=missing_layers(network, SHIPPED))
    frame = np.array(disc(320, 240, box=(90, 40, 100, 125)))[None]
    with torch.inference_mode():
        expected = DetectorGraph(network.eval())(torch.from_numpy(frame))
    shipped = load_model("detector").run(frame)
    for name, output in zip(("boxes", "scores"), expected, strict=True):
        np.testing.assert_allclose(shipped[name], output.numpy(), rtol=1e-3, atol=1e-3)


def test_a_deeper_network_begins_as_the_one_whose_weights_it_takes():
    shipped, deeper = DetectorNetwork(), DetectorNetwork(depths=(3, 3, 2))
    for network in (shipped, deeper):
        load_weights(network, SHIPPED, fresh=missing_layers(network, SHIPPED))
    frame = torch.from_numpy(np.array(disc(320, 240, box=(90, 40, 100, 125)))[None, None])
    with torch.inference_mode():
        maps = [network.eval()(standardise(frame)) for network in (shipped, deeper)]
    for one, other in zip(*maps, strict=True):
        torch.testing.assert_close(one[:, :5], other[:, :5])


def test_the_shipped_detector_finds_the_held_back_faces_and_nothing_else(shared_data):
    data = read_face_boxes(shared_data / "facedet" / "boxes.csv")
    held = split_boxes(data).held
    chosen = [i for i in held if i.dataset == "helen"][:50]
    chosen += [i for i in held if i.dataset == "ytfaces"][:50]
    empty = [i for i in held if i.dataset == "inria_neg" and not len(i.ignored)]
    detector = FaceDetector.load()
    figures = evaluate_boxes(predict_boxes(detector, BoxData(tuple(chosen))))
    assert figures["recall_50_large"] >= 0.97
    assert evaluate_boxes(predict_boxes(detector, BoxData(tuple(empty))))["false_per_image"] <= 0.02


def test_distractors_are_drawn_within_any_rectangle():
    for seed in range(60):
        rng = np.random.default_rng(seed)
        part = np.full((int(rng.integers(40, 240)), int(rng.integers(40, 320))), 128, np.uint8)
        draw_distractors(part, rng)
        assert seed > 5 or part.std() > 0

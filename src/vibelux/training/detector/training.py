"""Training of the face detector: recipe and fit."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import lightning
import numpy as np
import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from vibelux.datasets.face_box_split import split_boxes
from vibelux.datasets.face_boxes import BoxData, BoxImage
from vibelux.datasets.face_points import FacePoints
from vibelux.errors import DatasetError
from vibelux.models import LABELS
from vibelux.training.detector.canvas import SHAPES, Composer
from vibelux.training.detector.mistakes import mistaken
from vibelux.training.detector.network import (
    DetectorGraph,
    DetectorNetwork,
    read_grids,
    standardise,
)
from vibelux.training.detector.pictures import crop_pictures, read_pictures
from vibelux.training.detector.targets import detector_loss
from vibelux.training.detector.validation import (
    LONGER_SIDE,
    best_threshold,
    figures_at,
    frame_of,
    with_parts,
)
from vibelux.training.export import export_model, load_weights, read_weights
from vibelux.training.fit import (
    CHECKPOINT,
    Training,
    card_training,
    laid_out,
    make_trainer,
    read_checkpoint,
)
from vibelux.training.layers import Residual

LOOKED_AT = 8
"""After each epoch one in this many pictures to choose by is looked at, at the end all of them."""

OUTPUTS = {
    "boxes": "x, y, w, h of up to 32 faces in pixels of the frame, forehead to chin and cheek to "
    "cheek (1, 32, 4); a face at the edge reaches beyond it; zeros where there is none",
    "scores": "how sure it is of each, falling, in [0, 1] (1, 32); 0 where there is none. "
    "Duplicates are suppressed in the graph",
    "points": "x, y in pixels of the person's right and left eye, nose, right and left corner of "
    "the mouth (1, 32, 5, 2); guessed where they are hidden",
}
LIMITS = (
    "In everyday scenes it finds nine in ten of the faces that are larger than 80 pixels when the "
    "picture's longer side has 640, four in five of those of 48 to 80 pixels, half of 32 to 48, "
    "and one in five of the smaller ones; fewer in the dark, against the light, under caps or in "
    "profile. Faces tilted beyond 30° are often missed.",
    "Animals' faces and round things are now and then taken for faces.",
    "Many of the boxes that it learnt from are another detector's, and age and skin tone are not "
    "balanced or even recorded.",
    "Scores are not calibrated probabilities.",
)


@dataclass(frozen=True)
class DetectorRecipe:
    """Everything that a detector's training depends on besides its data.

    Attributes:
        epochs: rounds of `steps`, each followed by a look at pictures to choose by.
        steps: batches a round; each frame is composed anew.
        batch_size: frames a step.
        learning_rate: highest of the one-cycle schedule (Smith & Topin 2019).
        weight_decay: of AdamW.
        ema_decay: of the moving average of the weights, a step.
        widths: channels at strides 2, 4, 8, 16 and 32.
        depths: residual pairs at strides 8, 16 and 32.
        head: channels of the maps that the answers are read from.
        hard: how much more often a picture is shown that the weights to begin with get wrong.
        pointed: whether the exported graph gives the five points, which are learnt in any case.
        seed: of weights and frames.

    """

    epochs: int = 60
    steps: int = 150
    batch_size: int = 16
    learning_rate: float = 4e-3
    weight_decay: float = 0.02
    ema_decay: float = 0.999
    widths: tuple[int, int, int, int, int] = (8, 16, 32, 64, 64)
    depths: tuple[int, int, int] = (3, 3, 1)
    head: int = 32
    hard: float = 3.0
    pointed: bool = False
    seed: int = 0


class DetectorTraining(Training):
    """One network under one recipe.

    Args:
        recipe: how to train.
        held: the pictures to choose by, in the order of the validation rows.

    """

    def __init__(self, recipe: DetectorRecipe, held: Sequence[BoxImage] = ()) -> None:
        super().__init__()
        self.recipe = recipe
        self.save_hyperparameters(asdict(recipe))
        network = DetectorNetwork(widths=recipe.widths, depths=recipe.depths, head=recipe.head)
        self.network = laid_out(network, torch.channels_last)
        self.held = held
        self.detections: list[NDArray[np.float64]] = []
        self._sums = np.zeros(5)

    def training_step(self, batch: list[Tensor], _index: int) -> Tensor:
        """Return the loss of one batch of frames, boxes, kinds and points."""
        frames, boxes, kinds, points = batch
        frames = standardise(frames.unsqueeze(1)).to(memory_format=torch.channels_last)
        losses = detector_loss(read_grids(self.network(frames)), boxes, kinds, points)
        parts = [losses.score, losses.box, losses.points, losses.overlap]
        self._sums += [*(float(part.detach()) for part in parts), 1]
        self.log("loss", losses.total.detach(), prog_bar=True)
        return losses.total

    def on_validation_epoch_start(self) -> None:
        """Forget the boxes of the epoch before."""
        self.detections.clear()

    def validation_step(self, frame: Tensor, index: int) -> None:
        """Collect the boxes of one picture."""
        self.detections.append(_detect(DetectorGraph(self.network), frame, self.held[index]))

    def on_validation_epoch_end(self) -> None:
        """Add the epoch to the history."""
        if self.trainer.sanity_checking:
            return
        threshold = best_threshold(self.held, self.detections)
        score, box, points, overlap, count = self._sums.tolist()
        figures = {
            "epoch": float(self.current_epoch + 1),
            "score_loss": score / max(count, 1),
            "box_loss": box / max(count, 1),
            "points_loss": points / max(count, 1),
            "train_overlap": overlap / max(count, 1),
            "threshold": threshold,
            **figures_at(self.held, self.detections, threshold),
        }
        self._sums[:] = 0
        self.history.append({k: float("nan") if v is None else v for k, v in figures.items()})

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """Return AdamW under a one-cycle schedule."""
        return self.one_cycle(
            self.network,
            learning_rate=self.recipe.learning_rate,
            weight_decay=self.recipe.weight_decay,
        )

    def card_entry(self, source: str, *, pretrained: Path | None = None) -> dict[str, Any]:
        """Return what the card says of the training.

        Args:
            source: name of the data and its terms.
            pretrained: ONNX file whose weights it began with.

        """
        return card_training(
            self.recipe, source=source, epochs_done=len(self.history), pretrained=pretrained
        )

    @classmethod
    def read(cls, checkpoint: Path) -> Self:
        """Read a training from a checkpoint, with the averaged weights.

        Raises:
            DatasetError: the file is missing or is not a checkpoint of a detector's training.

        """
        return read_checkpoint(
            checkpoint,
            lambda recipe: cls(
                DetectorRecipe(
                    **recipe | {name: tuple(recipe[name]) for name in ("widths", "depths")}
                )
            ),
            command="train detector",
        )


@dataclass(frozen=True)
class TrainedDetector:
    """What a training yields.

    Attributes:
        onnx: the exported file, its card beside it.
        history: a dictionary an epoch.
        difference: largest difference between torch and ONNX Runtime on pictures to choose by.
        figures: on the pictures to choose by, at the card's threshold.

    """

    onnx: Path
    history: list[dict[str, float]]
    difference: float
    figures: dict[str, float | None]


def train_detector(
    data: BoxData,
    out: Path,
    *,
    points: FacePoints = MappingProxyType({}),
    crops: NDArray[np.uint8] | None = None,
    recipe: DetectorRecipe | None = None,
    source: str = "",
    resume: bool = False,
    pretrained: Path | None = None,
    precision: str = "bf16-mixed",
    devices: str | int = "auto",
    workers: int | None = None,
    callbacks: Sequence[lightning.Callback] = (),
    announce: Callable[[str], None] = print,
) -> TrainedDetector:
    """Train the face detector and write ``detector.onnx`` with its card.

    Args:
        data: pictures with boxes; `split_boxes` says which are held back.
        out: folder for the checkpoint of each epoch and the exported model.
        points: eyes, noses and mouths of faces in the pictures.
        crops: further faces, cut out in FER2013's geometry [shape=(n, side, side)].
        recipe: how to train; default `DetectorRecipe`.
        source: name of the data and its terms, for the card.
        resume: go on from the last checkpoint in `out`.
        pretrained: an ONNX file of `export_model` whose weights to begin with.
        precision: of Lightning's trainer, such as ``bf16-mixed`` or ``32-true``.
        devices: of Lightning's trainer.
        workers: processes that compose frames; default: one less than there are processors, at
            most 8.
        callbacks: added to Lightning's trainer.
        announce: receives a line for each step worth mentioning.

    Raises:
        DatasetError: too few faces, an unreadable picture, or nothing to resume.
        ModelError: the weights to begin with cannot be read, or torch and ONNX Runtime disagree.

    """
    recipe = recipe or DetectorRecipe()
    lightning.seed_everything(recipe.seed, workers=True, verbose=False)
    checkpoint = out / CHECKPOINT
    if resume and not checkpoint.is_file():
        raise DatasetError(f"there is no checkpoint to resume at {checkpoint}")
    split = split_boxes(data)
    announce(
        f"{len(split.training)} pictures to learn from, {len(split.validation)} to choose by, "
        f"{len(split.held)} held back"
    )
    held = with_parts(split.validation[::LOOKED_AT])
    training = DetectorTraining(recipe, [image for image, _ in held])
    if pretrained is not None:
        fresh = missing_layers(training.network, pretrained)
        load_weights(training.network, pretrained, fresh=fresh)
    if workers is None:
        workers = max(1, min(8, (os.cpu_count() or 2) - 1))
    pictures = read_pictures(split.training, points)
    if pretrained is not None and recipe.hard != 1:
        wrong = mistaken(pretrained, split.training)
        announce(f"{wrong.sum()} of them are shown {recipe.hard:g} times as often: mistaken so far")
        pictures = [
            replace(picture, weight=recipe.hard) if hard else picture
            for picture, hard in zip(pictures, wrong, strict=True)
        ]
    if crops is not None:
        pictures += crop_pictures(crops)
    frames = _Frames(Composer(pictures), recipe)
    trainer = make_trainer(
        out,
        epochs=recipe.epochs,
        ema_decay=recipe.ema_decay,
        gradient_clip=5.0,
        precision=precision,
        devices=devices,
        callbacks=callbacks,
    )
    shown = [torch.from_numpy(frame_of(grey))[None] for _, grey in held]
    trainer.fit(
        training,
        DataLoader(
            frames,
            batch_size=None,
            sampler=_Steps(recipe.steps),
            num_workers=workers,
            persistent_workers=workers > 0,
        ),
        DataLoader(shown, batch_size=None),  # type: ignore[arg-type]
        ckpt_path=checkpoint if resume else None,
        weights_only=False,
    )
    return export_detector(
        training,
        split.validation,
        out / "detector.onnx",
        source=source,
        pretrained=pretrained,
        announce=announce,
    )


def export_detector(
    training: DetectorTraining,
    held: Sequence[BoxImage],
    path: Path,
    *,
    source: str = "",
    pretrained: Path | None = None,
    announce: Callable[[str], None] = print,
) -> TrainedDetector:
    """Choose the threshold and write the model with its card.

    Args:
        training: a finished training, or one read from a checkpoint.
        held: pictures that it has not learnt from.
        path: of the ONNX file.
        source: name of the data and its terms, for the card.
        pretrained: ONNX file whose weights it began with.
        announce: receives a line for each step worth mentioning.

    """
    network = laid_out(training.network.float().eval().cpu(), torch.contiguous_format)
    graph = DetectorGraph(network, pointed=training.recipe.pointed)
    pictures = with_parts(held)
    images = [image for image, _ in pictures]
    frames = [torch.from_numpy(frame_of(grey))[None] for _, grey in pictures]
    with torch.inference_mode():
        pairs = zip(frames, images, strict=True)
        detections = [_detect(graph, frame, image) for frame, image in pairs]
    threshold = best_threshold(images, detections)
    figures = figures_at(images, detections, threshold)
    difference = export_model(
        graph,
        frames[0],
        path,
        kind="detector",
        version=date.today().strftime("%Y.%m.%d"),
        outputs=OUTPUTS if graph.pointed else {k: OUTPUTS[k] for k in ("boxes", "scores")},
        input_name="frames",
        input_range=(0, 255),
        preprocessing={
            "longer_side": LONGER_SIDE,
            "multiple": 1,
            "grey": "ITU-R BT.601 luma",
            "score_threshold": threshold,
        },
        labels=LABELS["detector"],
        calibration={},
        training=training.card_entry(source, pretrained=pretrained),
        metrics={"validation": {"images": len(images), **figures}},
        limits=LIMITS,
        axes={1: "height", 2: "width"},
        more=frames[1:48],
    )
    announce(
        f"torch and ONNX Runtime agree to {difference:.1e} on real pictures; {path} is written"
    )
    return TrainedDetector(
        onnx=path, history=training.history, difference=difference, figures=figures
    )


def missing_layers(network: DetectorNetwork, path: Path) -> tuple[str, ...]:
    """Return the names of the layers that an earlier, smaller network's file does not have."""
    stored = read_weights(path)
    pairs = (name for name, module in network.named_modules() if isinstance(module, Residual))
    missing = (n for n in pairs if f"network.{n}.norm.weight" not in stored)
    points = () if "network.points.0.weight" in stored else ("points",)
    return tuple(f"{name}." for name in (*missing, *points))


class _Frames(Dataset[list[Tensor]]):
    """Batches of composed frames; the same index gives the same batch in every process."""

    def __init__(self, composer: Composer, recipe: DetectorRecipe) -> None:
        self._composer = composer
        self._recipe = recipe

    def __getitem__(self, index: int) -> list[Tensor]:
        rng = np.random.default_rng((self._recipe.seed, index))
        shape = SHAPES[rng.integers(len(SHAPES))]
        frames = [self._composer.compose(shape, rng) for _ in range(self._recipe.batch_size)]
        return [
            torch.from_numpy(np.stack([getattr(frame, name) for frame in frames]))
            for name in ("grey", "boxes", "kinds", "points")
        ]


class _Steps(Sampler[int]):
    """Numbers of the batches of each epoch; Lightning says which epoch it is."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        return iter(range(self._epoch * self._steps, (self._epoch + 1) * self._steps))

    def __len__(self) -> int:
        return self._steps


def _detect(graph: DetectorGraph, frame: Tensor, image: BoxImage) -> NDArray[np.float64]:
    """Return x, y, w, h in pixels of the picture and score of each box [shape=(k, 5)]."""
    boxes, scores = (output[0].float().cpu().numpy() for output in graph(frame)[:2])
    back = np.array([image.width / frame.shape[2], image.height / frame.shape[1]] * 2)
    rows = np.column_stack([boxes * back, scores]).astype(np.float64)
    return rows[rows[:, 4] > 0]

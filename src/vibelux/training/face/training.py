"""Training of the face CNN: recipe and fit."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import lightning
import numpy as np
import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset, WeightedRandomSampler

from vibelux.datasets.faces import FaceData
from vibelux.emotions import EMOTIONS
from vibelux.errors import DatasetError
from vibelux.models import Card
from vibelux.training.export import load_weights
from vibelux.training.face.augment import augment, mix
from vibelux.training.face.export import export_faces
from vibelux.training.face.network import FaceNetwork, standardise
from vibelux.training.face.targets import FaceSplit, FaceTargets, face_targets, split_faces, taught
from vibelux.training.fit import (
    CHECKPOINT,
    Training,
    card_training,
    cross_entropy,
    laid_out,
    make_trainer,
    read_checkpoint,
)


@dataclass(frozen=True)
class FaceRecipe:
    """Everything that a face training depends on besides its data.

    Attributes:
        epochs: passes over the training rows.
        batch_size: rows a step.
        learning_rate: highest of the one-cycle schedule (Smith & Topin 2019).
        weight_decay: of AdamW.
        label_share: of the one-hot label in the label head's target, the rest are votes.
        dropout: before the dense layers.
        strong_share: of the faces that get every change of `augment`, see there.
        balance: rows are drawn with odds of their label's frequency to the power of −balance;
            0 draws every row once an epoch.
        teacher_share: of the teachers' answers in both targets, if there are teachers.
        mixup_share: share of batches that are blended.
        mixup_alpha: of the Beta distribution of the blend.
        ema_decay: of the moving average of the weights, a step.
        widths: channels of the four stages.
        seed: of weights, order and augmentation.

    """

    epochs: int = 40
    batch_size: int = 128
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    label_share: float = 0.9
    dropout: float = 0.4
    strong_share: float = 1.0
    balance: float = 0.0
    teacher_share: float = 0.5
    mixup_share: float = 0.25
    mixup_alpha: float = 0.2
    ema_decay: float = 0.999
    widths: tuple[int, int, int, int] = (32, 64, 128, 256)
    seed: int = 0

    def quick(self) -> "FaceRecipe":
        """Return the recipe that passes the original's accuracy within minutes."""
        return replace(self, epochs=6, widths=(32, 48, 96, 192), mixup_share=0.0, ema_decay=0.99)


class FaceTraining(Training):
    """One network under one recipe.

    Attributes:
        history: a dictionary an epoch: learning rate, losses, validation figures.

    """

    def __init__(self, recipe: FaceRecipe) -> None:
        super().__init__()
        self.recipe = recipe
        self.save_hyperparameters(asdict(recipe))
        network = FaceNetwork(widths=recipe.widths, dropout=recipe.dropout)
        self.network = laid_out(network, torch.channels_last)
        self._sums = dict.fromkeys(("loss", "steps"), 0.0)
        self._validation: list[Tensor] = []

    def training_step(self, batch: list[Tensor], _index: int) -> Tensor:
        """Return the loss of one augmented batch."""
        faces, mood, mood_weight, label, label_weight = batch
        targets: tuple[Tensor, ...] = (
            mood * mood_weight[:, None],
            label * label_weight[:, None],
        )
        faces = augment(faces.float() / 255, strong_share=self.recipe.strong_share)
        if torch.rand(()) < self.recipe.mixup_share:
            faces, targets = mix(faces, targets, alpha=self.recipe.mixup_alpha)
        faces = standardise(faces).to(memory_format=torch.channels_last)
        mood_logits, label_logits, _ = self.network(faces)
        loss = _mean_cross_entropy(mood_logits, targets[0]) + _mean_cross_entropy(
            label_logits, targets[1]
        )
        self._sums["loss"] += float(loss.detach())
        self._sums["steps"] += 1
        self.log("loss", loss.detach(), prog_bar=True)
        return loss

    def validation_step(self, batch: list[Tensor], _index: int) -> None:
        """Collect correct answers and losses of one batch."""
        faces, mood, mood_weight, label, _ = batch
        faces = standardise(faces.float() / 255).to(memory_format=torch.channels_last)
        mood_logits, label_logits, _ = self.network(faces)
        self._validation.append(
            torch.stack(
                [
                    (label_logits.argmax(1) == label.argmax(1)).float(),
                    (mood_logits.argmax(1) == mood.argmax(1)).float() * mood_weight,
                    cross_entropy(label_logits, label),
                    cross_entropy(mood_logits, mood) * mood_weight,
                    mood_weight,
                ]
            ).cpu()
        )

    def on_validation_epoch_end(self) -> None:
        """Add the epoch to the history."""
        rows = torch.cat(self._validation, dim=1).double()
        self._validation.clear()
        if self.trainer.sanity_checking:
            return
        voted = rows[4].sum().clamp(min=1)
        figures = {
            "epoch": float(self.current_epoch + 1),
            "loss": self._sums["loss"] / max(self._sums["steps"], 1),
            "val_accuracy": float(rows[0].mean()),
            "val_mood_accuracy": float(rows[1].sum() / voted),
            "val_label_loss": float(rows[2].mean()),
            "val_mood_loss": float(rows[3].sum() / voted),
        }
        self._sums = dict.fromkeys(self._sums, 0.0)
        self.history.append(figures)
        self.log_dict({k: figures[k] for k in ("val_accuracy", "val_mood_accuracy")}, prog_bar=True)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """Return AdamW under a one-cycle schedule."""
        return self.one_cycle(
            self.network,
            learning_rate=self.recipe.learning_rate,
            weight_decay=self.recipe.weight_decay,
        )

    def card_entry(
        self,
        source: str,
        *,
        pretrained: Path | None = None,
        teachers: Sequence[Path] = (),
        averaged_with: Sequence["FaceTraining"] = (),
    ) -> dict[str, Any]:
        """Return what the card says of the training.

        Args:
            source: name of the data and its terms.
            pretrained: ONNX file whose weights it began with.
            teachers: ONNX files that it learnt from.
            averaged_with: trainings whose weights were averaged with its own.

        """
        entry = card_training(
            self.recipe, source=source, epochs_done=len(self.history), pretrained=pretrained
        )
        if averaged_with:
            entry["averaged_with_epochs"] = [len(other.history) for other in averaged_with]
        if teachers:
            entry["teachers"] = [Card.read(path.with_suffix(".json")).model_id for path in teachers]
        return entry

    def card_metrics(self) -> dict[str, Any]:
        """Return the figures on the held-back rows of the last epoch, for the card."""
        return {"validation": self.history[-1]} if self.history else {}

    @classmethod
    def read(cls, checkpoint: Path) -> Self:
        """Read a training from a checkpoint, with the averaged weights.

        Raises:
            DatasetError: the file is missing or is not a checkpoint of a face training.

        """
        return read_checkpoint(
            checkpoint,
            lambda recipe: cls(FaceRecipe(**{**recipe, "widths": tuple(recipe["widths"])})),
            command="train face",
        )


@dataclass(frozen=True)
class TrainedFaces:
    """What a training yields.

    Attributes:
        onnx: the exported file, its card beside it.
        history: a dictionary an epoch.
        difference: largest difference between torch and ONNX Runtime on real faces.
        split: the rows trained and validated on.

    """

    onnx: Path
    history: list[dict[str, float]]
    difference: float
    split: FaceSplit


def train_faces(
    data: FaceData,
    out: Path,
    *,
    recipe: FaceRecipe | None = None,
    source: str = "",
    resume: bool = False,
    pretrained: Path | None = None,
    teachers: Sequence[Path] = (),
    precision: str = "bf16-mixed",
    devices: str | int = "auto",
    callbacks: Sequence[lightning.Callback] = (),
    announce: Callable[[str], None] = print,
) -> TrainedFaces:
    """Train the face CNN and write ``face.onnx`` with its card.

    Args:
        data: labelled faces; parts not named "train…" are never learnt from.
        out: folder for the checkpoint of each epoch and the exported model.
        recipe: how to train; default `FaceRecipe`.
        source: name of the data and its terms, for the card.
        resume: go on from the last checkpoint in `out`.
        pretrained: an ONNX file of `export_model` whose weights to begin with.
        teachers: ONNX files whose answers, averaged over them and over each face and its mirror
            image, are learnt beside the labels and votes (distillation, Hinton et al. 2015).
        precision: of Lightning's trainer, such as ``bf16-mixed`` or ``32-true``.
        devices: of Lightning's trainer.
        callbacks: added to Lightning's trainer.
        announce: receives a line for each step worth mentioning.

    Raises:
        DatasetError: too few faces, or nothing to resume.
        ModelError: the weights to begin with cannot be read, or torch and ONNX Runtime disagree.

    """
    recipe = recipe or FaceRecipe()
    lightning.seed_everything(recipe.seed, workers=True, verbose=False)
    split = split_faces(data)
    announce(_summary(split))
    training = FaceTraining(recipe)
    if pretrained is not None:
        load_weights(training.network, pretrained)
    checkpoint = out / CHECKPOINT
    if resume and not checkpoint.is_file():
        raise DatasetError(f"there is no checkpoint to resume at {checkpoint}")
    trainer = make_trainer(
        out,
        epochs=recipe.epochs,
        ema_decay=recipe.ema_decay,
        gradient_clip=1.0,
        precision=precision,
        devices=devices,
        callbacks=callbacks,
    )
    loader = training_loader(split.training, recipe, teachers=teachers)
    held = DataLoader(
        _rows(split.validation, face_targets(split.validation, label_share=1.0)), batch_size=512
    )
    trainer.fit(
        training, loader, held, ckpt_path=checkpoint if resume else None, weights_only=False
    )
    onnx = out / "face.onnx"
    difference = export_faces(
        training.network,
        split.validation,
        onnx,
        training=training.card_entry(source, pretrained=pretrained, teachers=teachers),
        metrics=training.card_metrics(),
    )
    announce(f"torch and ONNX Runtime agree to {difference:.1e} on real faces; {onnx} is written")
    return TrainedFaces(onnx=onnx, history=training.history, difference=difference, split=split)


def training_loader(
    data: FaceData, recipe: FaceRecipe, *, teachers: Sequence[Path] = ()
) -> DataLoader[tuple[Tensor, ...]]:
    """Return shuffled batches of faces and their targets, drawn by the recipe's `balance`.

    Args:
        data: faces to learn from.
        recipe: of the training.
        teachers: see `train_faces`.

    Raises:
        ModelError: a teacher cannot be read.

    """
    targets = face_targets(data, label_share=recipe.label_share)
    if teachers:
        targets = taught(targets, data, teachers=teachers, share=recipe.teacher_share)
    rows = _rows(data, targets)
    sampler = None
    if recipe.balance > 0:
        odds = np.bincount(data.label, minlength=len(EMOTIONS))[data.label] ** -recipe.balance
        sampler = WeightedRandomSampler(odds.tolist(), len(rows))
    return DataLoader(
        rows,
        batch_size=recipe.batch_size,
        shuffle=sampler is None,
        sampler=sampler,
        drop_last=len(rows) >= 2 * recipe.batch_size,
    )


def _rows(data: FaceData, targets: FaceTargets) -> TensorDataset:
    columns = (targets.mood, targets.mood_weight, targets.label, targets.label_weight)
    return TensorDataset(
        torch.from_numpy(data.images).unsqueeze(1), *(torch.from_numpy(c) for c in columns)
    )


def _mean_cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Return the mean over the rows that have a target (a row of zeros has none)."""
    return cross_entropy(logits, target).sum() / target.sum().clamp(min=1e-6)


def _summary(split: FaceSplit) -> str:
    counts = ", ".join(f"{name} {n}" for name, n in split.training.counts().items())
    return (
        f"{len(split.training)} faces to learn from ({counts}), {len(split.validation)} held back; "
        f"left out: {split.dropped_twins} whose pixels recur in an evaluation part, "
        f"{split.dropped_blank} blank"
    )

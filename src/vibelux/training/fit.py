"""What the trainings share: optimiser and schedule, trainer, history."""

import pickle
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import lightning
import torch
from lightning.pytorch.callbacks import Callback, EMAWeightAveraging, ModelCheckpoint
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor, nn

from vibelux.errors import DatasetError, InvalidInput
from vibelux.models import Card

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

CHECKPOINT = "last.ckpt"
"""Written into a training's folder after every epoch."""


class Training(lightning.LightningModule):
    """A training that keeps its history with its weights.

    Attributes:
        history: a dictionary an epoch.

    """

    def __init__(self) -> None:
        super().__init__()
        self.history: list[dict[str, float]] = []

    def one_cycle(
        self, network: nn.Module, *, learning_rate: float, weight_decay: float
    ) -> OptimizerLRSchedulerConfig:
        """Return AdamW under a one-cycle schedule; norms and biases do not decay.

        Args:
            network: whose weights are trained.
            learning_rate: the highest (Smith & Topin 2019).
            weight_decay: of matrices and kernels.

        """
        parameters = list(network.parameters())
        optimizer = torch.optim.AdamW(
            [
                {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
                {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
            ],
            lr=learning_rate,
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer,
            max_lr=learning_rate,
            total_steps=int(self.trainer.estimated_stepping_batches),
            pct_start=0.15,
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the history with the weights."""
        checkpoint["history"] = self.history

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Take the history back; a resumed training may have another number of epochs."""
        self.history = list(checkpoint["history"])
        for schedule in checkpoint["lr_schedulers"]:
            # What is left out here keeps the length of the new run.
            schedule.pop("total_steps", None)
            schedule.pop("_schedule_phases", None)


_Recipe = TypeVar("_Recipe", bound="DataclassInstance")


def changed_recipe(recipe: _Recipe, changes: Sequence[str]) -> _Recipe:
    """Return a recipe with some values replaced.

    Args:
        recipe: a dataclass of numbers and tuples of numbers.
        changes: such as ``dropout=0.3`` or ``widths=32,48,96,192``.

    Raises:
        InvalidInput: there is no such value, or it is of another type.

    """
    values: dict[str, Any] = {}
    for change in changes:
        name, _, text = change.partition("=")
        if name not in asdict(recipe):
            raise InvalidInput(
                f"{change!r} does not name a value of the recipe; "
                f"it has {', '.join(asdict(recipe))}, as in dropout=0.3"
            )
        old = getattr(recipe, name)
        try:
            if isinstance(old, tuple):
                values[name] = tuple(type(old[0])(part) for part in text.split(","))
            else:
                values[name] = type(old)(text)
        except ValueError as error:
            raise InvalidInput(f"{change!r}: {name} is such as {old}") from error
    return replace(recipe, **values)


_Trained = TypeVar("_Trained", bound=Training)


def read_checkpoint(
    path: Path, build: Callable[[dict[str, Any]], _Trained], *, command: str
) -> _Trained:
    """Read a training from a checkpoint, with the averaged weights.

    Args:
        path: a `CHECKPOINT`.
        build: makes the training from the recipe's values.
        command: that writes such checkpoints, for the message.

    Raises:
        DatasetError: the file is missing or is not a checkpoint of that command.

    """
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
        training = build(stored["hyper_parameters"])
        training.load_state_dict(stored["state_dict"])
        training.on_load_checkpoint(stored)
    except (OSError, RuntimeError, KeyError, TypeError, pickle.UnpicklingError) as error:
        raise DatasetError(f"{path} is not a checkpoint of `{command}`: {error}") from error
    return training


def make_trainer(
    out: Path,
    *,
    epochs: int,
    ema_decay: float,
    gradient_clip: float,
    precision: str,
    devices: str | int = "auto",
    callbacks: Sequence[Callback] = (),
) -> lightning.Trainer:
    """Return a trainer that averages the weights and writes `CHECKPOINT` after every epoch.

    Args:
        out: folder of the checkpoint.
        epochs: passes over the data.
        ema_decay: of the moving average of the weights, a step.
        gradient_clip: largest norm of the gradient.
        precision: such as ``bf16-mixed`` or ``32-true``.
        devices: how many, or which.
        callbacks: such as a progress bar.

    """
    return lightning.Trainer(
        max_epochs=epochs,
        precision=precision,  # type: ignore[arg-type]
        devices=devices,
        callbacks=[
            EMAWeightAveraging(decay=ema_decay),
            ModelCheckpoint(
                dirpath=out,
                filename=Path(CHECKPOINT).stem,
                save_on_train_epoch_end=True,
                enable_version_counter=False,
            ),
            *callbacks,
        ],
        logger=False,
        gradient_clip_val=gradient_clip,
        enable_model_summary=False,
        enable_progress_bar=False,
        num_sanity_val_steps=0,
    )


def cross_entropy(logits: Tensor, target: Tensor) -> Tensor:
    """Return −Σ target · log softmax(logits) of each row [shape=(n,)].

    Args:
        logits: [shape=(n, k)].
        target: distributions [shape=(n, k)]; a row of zeros costs nothing.

    """
    return -(target * torch.log_softmax(logits.float(), dim=1)).sum(dim=1)


def card_training(
    recipe: "DataclassInstance", *, source: str, epochs_done: int, pretrained: Path | None = None
) -> dict[str, Any]:
    """Return what a card says of a training.

    Args:
        recipe: of the training.
        source: name of the data and its terms.
        epochs_done: how many.
        pretrained: ONNX file whose weights it began with.

    """
    entry: dict[str, Any] = {
        "data": source,
        "recipe": asdict(recipe),
        "epochs_done": epochs_done,
    }
    if pretrained is not None:
        card = Card.read(pretrained.with_suffix(".json"))
        entry["began_with"] = {"model": card.model_id, **card.training}
    return entry


def average_weights(network: nn.Module, others: Sequence[nn.Module]) -> None:
    """Replace weights by their mean over networks (Izmailov et al. 2018, Wortsman et al. 2022).

    Only networks that descend from the same weights have a mean that works.

    Args:
        network: changed in place.
        others: of the same shape.

    Raises:
        DatasetError: another shape.

    """
    states = [network.state_dict(), *(other.state_dict() for other in others)]
    try:
        mean = {
            name: torch.stack([state[name] for state in states]).mean(dim=0)
            if value.is_floating_point()
            else value
            for name, value in states[0].items()
        }
    except (KeyError, RuntimeError) as error:
        raise DatasetError(
            f"these checkpoints hold networks of different shapes and have no mean: {error}"
        ) from error
    network.load_state_dict(mean)


_Module = TypeVar("_Module", bound=nn.Module)


def laid_out(module: _Module, layout: torch.memory_format) -> _Module:
    """Lay out a module's kernels in memory and return it.

    Args:
        module: changed in place.
        layout: ``torch.channels_last`` is faster for bfloat16 on CPUs, the exporter wants
            ``torch.contiguous_format``.

    """
    module.to(memory_format=layout)  # type: ignore[call-overload]
    return module

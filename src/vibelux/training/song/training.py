"""Training of the music CNN: recipe, batches, loss, fit, predictions.

What surrounds it: `targets` (labels to targets), `log_mels` (files to spectrograms),
`augment`, `network`, `cross_validation`, `export`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchmetrics.classification import MulticlassF1Score

from vibelux.errors import DatasetError
from vibelux.music.spectrogram import MelSettings
from vibelux.training.export import load_weights
from vibelux.training.fit import (
    CHECKPOINT,
    Training,
    cross_entropy,
    laid_out,
    make_trainer,
    read_checkpoint,
)
from vibelux.training.song.augment import Augmentation, augment, margin, mixing_weight
from vibelux.training.song.kernel import OUTPUTS, KernelMachine
from vibelux.training.song.kernel_fit import MeasuredSongs
from vibelux.training.song.log_mels import Corpus, repeated, windows
from vibelux.training.song.network import SongNetwork, SongNetworkConfig, of_length_1
from vibelux.training.song.targets import (
    SongTargets,
    mood_words,
    song_targets,
    teaches_moods,
)

Targets = dict[str, Tensor]

UNEXPORTED = ("heads.gems", "heads.words", "heads.affect")
"""Heads that inference does not need."""


@dataclass(frozen=True)
class SongRecipe:
    """Everything that a music training depends on besides its data.

    Attributes:
        epochs: passes over the songs, one crop a song each.
        batch_size: crops a step.
        crop_frames: of a crop; 188 frames are 6 s.
        learning_rate: highest of the one-cycle schedule (Smith & Topin 2019).
        weight_decay: of AdamW.
        label_smoothing: of the quadrants.
        mood_weight: of the seven's soft cross entropy; the quadrants' weighs 1.
        affect_weight: of the squared error of valence and arousal.
        gems_weight: of the nine scales' binary cross entropy, summed.
        words_weight: of the mood words' binary cross entropy, averaged.
        ema_decay: of the moving average of the weights, a step.
        seed: of weights, order, crops and augmentation.

    """

    epochs: int = 24
    batch_size: int = 32
    crop_frames: int = 188
    learning_rate: float = 2e-3
    weight_decay: float = 0.05
    label_smoothing: float = 0.1
    mood_weight: float = 1.0
    affect_weight: float = 1.0
    gems_weight: float = 0.15
    words_weight: float = 4.0
    ema_decay: float = 0.99
    seed: int = 0


class Crops(Dataset[tuple[Tensor, Targets]]):
    """One random crop of each song, a little longer than the network needs (see `margin`)."""

    def __init__(self, corpus: Corpus, frames: int) -> None:
        self.log_mels = corpus.log_mels
        self.frames = frames
        self.targets = {
            name: torch.from_numpy(array)
            for name, array in song_targets(corpus.songs).arrays().items()
        }

    def __len__(self) -> int:
        return len(self.log_mels)

    def __getitem__(self, row: int) -> tuple[Tensor, Targets]:
        whole = repeated(self.log_mels[row], self.frames)
        first = int(torch.randint(whole.shape[1] - self.frames + 1, ()))
        crop = whole[:, first : first + self.frames].astype(np.float32)
        return torch.from_numpy(crop), {name: values[row] for name, values in self.targets.items()}


class SongTraining(Training):
    """One network under one recipe.

    Attributes:
        history: a dictionary an epoch: losses, and figures on held-back songs where there are any.

    """

    def __init__(
        self, recipe: SongRecipe, settings: MelSettings, config: SongNetworkConfig | None = None
    ) -> None:
        super().__init__()
        self.recipe = recipe
        self.augmentation = Augmentation()
        config = config or SongNetworkConfig(words=len(mood_words()))
        self.save_hyperparameters(asdict(recipe))
        self.network = laid_out(SongNetwork(config, settings), torch.channels_last)
        self.quadrant_f1 = MulticlassF1Score(4, average="macro")
        self._losses: list[float] = []
        self._held: list[Tensor] = []

    def training_step(self, batch: tuple[Tensor, Targets], _index: int) -> Tensor:
        """Return the loss of one augmented and mixed batch."""
        crops, targets = batch
        share = mixing_weight(self.augmentation)
        other = torch.randperm(len(crops), device=crops.device)
        found = self.network(share * crops + (1 - share) * crops[other])
        mixed = {name: values[other] for name, values in targets.items()}
        loss = share * self.loss(found, targets) + (1 - share) * self.loss(found, mixed)
        self._losses.append(float(loss.detach()))
        self.log("loss", loss.detach(), prog_bar=True)
        return loss

    def on_before_batch_transfer(self, batch: Any, _loader: int) -> Any:
        """Augment training crops, where they are, before they go to the device."""
        if self.trainer.training:
            crops, targets = batch
            return augment(crops, self.recipe.crop_frames, self.augmentation), targets
        return batch

    def loss(self, found: dict[str, Tensor], targets: Targets) -> Tensor:
        """Return the weighted sum of the heads' losses; a song counts where it has the label."""
        r = self.recipe
        smooth = targets["quadrant"] * (1 - r.label_smoothing) + r.label_smoothing / 4
        bce = nn.functional.binary_cross_entropy_with_logits
        affect = (torch.tanh(found["affect"].float()) - targets["affect"]).square()
        losses = (
            cross_entropy(found["quadrant"], smooth) * targets["quadrant_weight"],
            r.mood_weight * cross_entropy(found["mood"], targets["mood"]) * targets["mood_weight"],
            r.affect_weight * (affect * targets["affect_weight"]).sum(dim=1),
            r.gems_weight
            * bce(found["gems"].float(), targets["gems"], reduction="none").sum(dim=1)
            * targets["gems_weight"],
            r.words_weight
            * bce(found["words"].float(), targets["words"], reduction="none").mean(dim=1)
            * targets["words_weight"],
        )
        return torch.stack([values.mean() for values in losses]).sum()

    def validation_step(self, batch: tuple[Tensor, Targets], _index: int) -> None:
        """Collect figures on held-back songs, window by window."""
        log_mels, targets = batch
        found = self.network(log_mels)
        labelled = targets["quadrant_weight"] > 0
        if labelled.any():
            self.quadrant_f1.update(
                found["quadrant"][labelled], targets["quadrant"][labelled].argmax(1)
            )
        self._held.append(
            torch.stack(
                [
                    cross_entropy(found["mood"], targets["mood"]) * targets["mood_weight"],
                    (found["mood"].argmax(1) == targets["mood"].argmax(1)) * targets["mood_weight"],
                    targets["mood_weight"],
                ]
            ).cpu()
        )

    def on_validation_epoch_end(self) -> None:
        """Keep the figures for the history."""
        sums = torch.cat(self._held, dim=1).double().sum(dim=1)
        self._held.clear()
        figures = {
            "val_mood_loss": float(sums[0] / sums[2].clamp(min=1)),
            "val_mood_accuracy": float(sums[1] / sums[2].clamp(min=1)),
        }
        if self.quadrant_f1.update_called:
            figures["val_quadrant_f1"] = float(self.quadrant_f1.compute())
        self.quadrant_f1.reset()
        self._figures = figures
        self.log_dict(figures, prog_bar=True)

    def on_train_epoch_end(self) -> None:
        """Add the epoch to the history; validation, if any, has already run."""
        figures = {"epoch": float(self.current_epoch + 1), "loss": float(np.mean(self._losses))}
        self._losses.clear()
        self.history.append(figures | getattr(self, "_figures", {}))

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """Return AdamW under a one-cycle schedule."""
        return self.one_cycle(
            self.network,
            learning_rate=self.recipe.learning_rate,
            weight_decay=self.recipe.weight_decay,
        )

    @classmethod
    def read(cls, checkpoint: Path, settings: MelSettings) -> Self:
        """Read a training from a checkpoint, with the averaged weights.

        Args:
            checkpoint: ``last.ckpt`` of a music training.
            settings: of the spectrograms it learnt from.

        Raises:
            DatasetError: the file is missing or is not a checkpoint of a music training.

        """
        return read_checkpoint(
            checkpoint, lambda recipe: cls(SongRecipe(**recipe), settings), command="train music"
        )


def fit_songs(
    learnt: Corpus,
    held: Corpus | None,
    out: Path,
    *,
    recipe: SongRecipe,
    resume: bool = False,
    pretrained: Path | None = None,
    precision: str = "bf16-mixed",
    callbacks: Sequence[Callback] = (),
) -> SongTraining:
    """Train the network on songs.

    Args:
        learnt: songs to learn from; those that teach valence and arousal alone do not count.
        held: songs for the figures after each epoch, or None; nothing is decided by them.
        out: folder for the checkpoint of each epoch, ``last.ckpt``.
        recipe: how to train.
        resume: go on from ``last.ckpt`` where there is one.
        pretrained: an ONNX file whose weights to begin with.
        precision: of Lightning's trainer.
        callbacks: added to Lightning's trainer, such as a progress bar.

    Returns:
        the training with averaged weights, on the CPU, in float32.

    Raises:
        DatasetError: too few songs.
        ModelError: the weights to begin with cannot be used.

    """
    learnt = learnt.take([i for i, song in enumerate(learnt.songs) if teaches_moods(song)])
    if len(learnt) < 8:
        raise DatasetError(f"{len(learnt)} songs are too few to learn from; at least 8 are needed")
    lightning.seed_everything(recipe.seed, workers=True, verbose=False)
    training = SongTraining(recipe, learnt.settings)
    if pretrained is not None:
        load_weights(training.network, pretrained, fresh=UNEXPORTED)
    checkpoint = out / CHECKPOINT
    trainer = make_trainer(
        out,
        epochs=recipe.epochs,
        ema_decay=recipe.ema_decay,
        gradient_clip=5.0,
        precision=precision,
        devices=1,
        callbacks=callbacks,
    )
    frames = margin(recipe.crop_frames, training.augmentation)
    size = min(recipe.batch_size, len(learnt))
    crops = DataLoader(Crops(learnt, frames), batch_size=size, shuffle=True, drop_last=True)
    trainer.fit(
        training,
        crops,
        None if held is None else _held_loader(held),
        ckpt_path=checkpoint if resume and checkpoint.is_file() else None,
        weights_only=False,
    )
    training.network = training.network.cpu().float().eval()
    return training


@dataclass(frozen=True)
class Heads:
    """Uncalibrated answers for n songs, a row a window.

    Attributes:
        song: place of the song of each window [shape=(w,)].
        mood: the CNN's logits [shape=(w, 7)].
        quadrant: the CNN's logits [shape=(w, 4)].
        embedding: the CNN's, of length 1 as the exported model gives them [shape=(w, d)];
            d is 0 without a CNN.
        kernel: the kernel machine's answers, see `kernel.OUTPUTS` [shape=(w, their size)].

    """

    song: NDArray[np.int64]
    mood: NDArray[np.float32]
    quadrant: NDArray[np.float32]
    embedding: NDArray[np.float32]
    kernel: Mapping[str, NDArray[np.float32]]

    def take(self, rows: NDArray[np.int64]) -> "Heads":
        """Return some windows."""
        return Heads(
            song=self.song[rows],
            mood=self.mood[rows],
            quadrant=self.quadrant[rows],
            embedding=self.embedding[rows],
            kernel={name: values[rows] for name, values in self.kernel.items()},
        )


def predict(
    network: SongNetwork | None,
    kernel: KernelMachine,
    corpus: Corpus,
    measured: MeasuredSongs | None = None,
) -> Heads:
    """Run a trained network and a kernel machine over the windows of songs.

    Args:
        network: None: its answers are 0, as if it had no opinion.
        kernel: beside it.
        corpus: the songs.
        measured: their measurements, where they are known; those of all windows save the time.

    """
    sizes = {"mood": OUTPUTS["mood"], "quadrant": OUTPUTS["quadrant"], "embedding": 0}
    parts: dict[str, list[NDArray[np.float32]]] = {name: [] for name in sizes}
    answers: dict[str, list[NDArray[np.float32]]] = {name: [] for name in OUTPUTS}
    cuts = [windows(log_mel, corpus.settings) for log_mel in corpus.log_mels]
    song = np.repeat(np.arange(len(cuts)), [len(cut) for cut in cuts])
    plain = None if measured is None else measured.windows(~measured.distorted)
    if plain is not None and not np.array_equal(plain.song, song):
        plain = None  # some windows were left out
    if network is not None:
        network.eval()
    with torch.inference_mode():
        first = 0
        for cut in map(torch.from_numpy, cuts):
            found = {} if network is None else network(cut)
            if "embedding" in found:
                found["embedding"] = of_length_1(found["embedding"])
            for name, values in parts.items():
                nothing = torch.zeros(len(cut), sizes[name])
                values.append(found.get(name, nothing).numpy())
            if plain is None:
                known = kernel(cut)
            else:
                own = slice(first, first + len(cut))
                known = kernel.answers({n: v[own] for n, v in plain.groups.items()})
            first += len(cut)
            for name, values in answers.items():
                values.append(known[name].numpy())
    return Heads(
        song=song,
        **{name: np.concatenate(values) for name, values in parts.items()},
        kernel={name: np.concatenate(values) for name, values in answers.items()},
    )


def _held_loader(held: Corpus) -> DataLoader[tuple[Tensor, Targets]]:
    """Return the windows of held-back songs with their targets."""
    targets: SongTargets = song_targets(held.songs)
    cut = [windows(log_mel, held.settings) for log_mel in held.log_mels]
    rows = np.repeat(np.arange(len(held)), [len(w) for w in cut])
    items = [
        (torch.from_numpy(w), {n: torch.from_numpy(v)[r] for n, v in targets.arrays().items()})
        for w, r in zip(np.concatenate(cut), rows, strict=True)
    ]
    return DataLoader(items, batch_size=64)  # type: ignore[arg-type]

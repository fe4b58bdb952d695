"""How a training shows that it is going on: a bar in a terminal, a line an epoch elsewhere."""

import sys
from collections.abc import Callable

import lightning
from lightning.pytorch.callbacks import RichProgressBar


class EpochLines(lightning.Callback):
    """Announce the last entry of the module's ``history`` after each validation."""

    def __init__(self, announce: Callable[[str], None]) -> None:
        self._announce = announce

    def on_validation_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        """Say the epoch's figures on one line."""
        history: list[dict[str, float]] = getattr(pl_module, "history", [])
        if trainer.sanity_checking or not history:
            return
        figures = dict(history[-1])
        epoch = int(figures.pop("epoch", trainer.current_epoch + 1))
        words = "  ".join(f"{name} {value:.4f}" for name, value in figures.items())
        self._announce(f"epoch {epoch}/{trainer.max_epochs}  {words}")


def progress_callbacks(announce: Callable[[str], None]) -> list[lightning.Callback]:
    """Return the callbacks that fit where stderr goes.

    Args:
        announce: receives a line an epoch where stderr is no terminal.

    """
    return [RichProgressBar()] if sys.stderr.isatty() else [EpochLines(announce)]

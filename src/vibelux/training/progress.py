"""What a person sees while a training runs: a bar, or a line for each epoch."""

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from lightning.pytorch import LightningModule, Trainer
from lightning.pytorch.callbacks import Callback
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


class EpochBar(Callback):
    """One bar a training, counting steps over all epochs, with the running loss.

    Args:
        name: of the training.
        console: where the bar is drawn.

    """

    def __init__(self, name: str, console: Console) -> None:
        self.progress = Progress(
            TextColumn(f"[dim]{name}"),
            BarColumn(),
            TextColumn("{task.fields[epoch]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[loss]}"),
            console=console,
            transient=True,
        )

    def on_train_start(self, trainer: Trainer, _module: LightningModule) -> None:
        """Open the bar; a resumed training begins where it stopped."""
        self.progress.start()
        self.task = self.progress.add_task(
            "", total=trainer.estimated_stepping_batches, epoch="", loss=""
        )

    def on_train_batch_end(self, trainer: Trainer, *_: object) -> None:
        """Advance by one step."""
        loss = trainer.callback_metrics.get("loss")
        self.progress.update(
            self.task,
            completed=trainer.global_step,
            epoch=f"epoch {trainer.current_epoch + 1}/{trainer.max_epochs}",
            loss="" if loss is None else f"loss {float(loss):.3f}",
        )

    def on_train_end(self, *_: object) -> None:
        """Close the bar."""
        self.progress.stop()

    def on_exception(self, *_: object) -> None:
        """Close the bar."""
        self.progress.stop()


class EpochLines(Callback):
    """A line an epoch with the last entry of the module's ``history``.

    Args:
        name: of the training.
        console: where the lines go.

    """

    def __init__(self, name: str, console: Console) -> None:
        self.name = name
        self.console = console
        self.told = 0

    def on_train_start(self, _trainer: Trainer, module: LightningModule) -> None:
        """Leave out what a resumed training did before."""
        self.told = len(_history(module))

    def on_train_epoch_start(self, trainer: Trainer, module: LightningModule) -> None:
        """Print the figures of the previous epoch: a module adds them after all callbacks ran."""
        self._tell(trainer, module)

    def on_train_end(self, trainer: Trainer, module: LightningModule) -> None:
        """Print the last epoch's figures."""
        self._tell(trainer, module)

    def _tell(self, trainer: Trainer, module: LightningModule) -> None:
        history = _history(module)
        for figures in history[self.told :]:
            epoch = f"epoch {figures['epoch']:.0f}/{trainer.max_epochs}"
            words = [f"{name} {figure:.4f}" for name, figure in figures.items() if name != "epoch"]
            line = "  ".join([f"{self.name} {epoch}", *words])
            self.console.print(line, markup=False, soft_wrap=True)
        self.told = len(history)


def _history(module: LightningModule) -> list[dict[str, float]]:
    history: list[dict[str, float]] = getattr(module, "history", [])
    return history


def progress_bar(name: str, console: Console) -> Callback:
    """Return a bar for one training in a terminal, lines elsewhere."""
    return EpochBar(name, console) if console.is_terminal else EpochLines(name, console)


@contextmanager
def counting(what: str, total: int, console: Console) -> Iterator[Callable[[int], None]]:
    """Show a bar while songs are counted; yield what takes the number done."""
    columns = (f"[dim]{what}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Lightning's and torch's advice, which is none of the user's business, to themselves."""
    loggers = [
        logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric", "torch.onnx")
    ]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)

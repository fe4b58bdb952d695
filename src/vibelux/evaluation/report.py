"""An evaluation as a Markdown page with plots."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.faces import FaceData
from vibelux.datasets.songs import QUADRANTS, SongData
from vibelux.emotions import EMOTIONS
from vibelux.errors import VibeluxError
from vibelux.evaluation import metrics
from vibelux.evaluation.faces import FacePredictions, evaluate_faces, vote_target
from vibelux.evaluation.songs import SongPredictions, evaluate_songs
from vibelux.plots import report as plots

_FACE_ROWS: tuple[tuple[str, str], ...] = (
    ("faces", "n"),
    ("accuracy", "accuracy"),
    ("macro-F1", "macro_f1"),
    ("balanced accuracy", "balanced_accuracy"),
    ("negative log likelihood", "nll"),
    ("calibration error (ECE, 15 bins)", "ece"),
    ("faces with a plurality of FER+ votes", "ferplus_n"),
    ("FER+: strongest emotion agrees with the plurality", "ferplus_accuracy"),
    ("FER+: mean cosine to the votes", "ferplus_cosine"),
    ("FER+: mean KL(votes ‖ mood)", "ferplus_kl"),
    ("FER+: calibration error", "ferplus_ece"),
)

_SONG_ROWS: tuple[tuple[str, str], ...] = (
    ("songs", "n"),
    ("quadrant macro-F1", "quadrant_macro_f1"),
    ("quadrant accuracy", "quadrant_accuracy"),
    ("arousal half accuracy", "arousal_accuracy"),
    ("valence half accuracy", "valence_accuracy"),
    ("valence r", "valence_r"),
    ("valence R²", "valence_r2"),
    ("arousal r", "arousal_r"),
    ("arousal R²", "arousal_r2"),
    ("macro-F1 of the emotions present", "emotion_macro_f1"),
)


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What was evaluated, for the head and foot of the page.

    Attributes:
        model: name of the model, such as `Card.model_id`.
        data: name of the data.
        command: the command that prints the figures.
        limits: what the model cannot do, one sentence each.
        history: a mapping from name to number for each epoch, drawn as training curves.

    """

    model: str
    data: str
    command: str
    limits: Sequence[str] = ()
    history: Sequence[Mapping[str, Any]] = ()


def write_face_report(
    folder: Path, data: FaceData, predictions: FacePredictions, *, subject: Subject
) -> Path:
    """Write ``report.md`` and its plots, and return the page's path.

    Args:
        folder: created if it does not exist.
        data: N labelled faces.
        predictions: of the same N faces.
        subject: what was evaluated.

    Raises:
        VibeluxError: the folder cannot be written.

    """
    figures = evaluate_faces(data, predictions)
    confusion = metrics.confusion_matrix(
        data.label, predictions.label.argmax(axis=1), classes=len(EMOTIONS)
    )
    rows = [[title, _cell(figures[key])] for title, key in _FACE_ROWS]
    rows[1][1] += f" ({_cell(figures['accuracy_low'])} to {_cell(figures['accuracy_high'])})"
    recalls = [
        [emotion, str(n), _cell(figures[f"recall_{emotion}"])]
        for emotion, n in zip(EMOTIONS, confusion.sum(axis=1).tolist(), strict=True)
    ]
    page = _Page(folder)
    page.table(["figure", "value (95 % interval)"], rows)
    page.table(["emotion", "faces", "recall"], recalls)
    page.confusion(confusion, EMOTIONS, "the label")
    page.reliability("reliability.png", predictions.label, data.label, "the label")
    votes = vote_target(data)
    if len(votes.rows):
        mood = predictions.mood[votes.rows]
        page.reliability("reliability_mood.png", mood, votes.label, "the mood")
    return page.write(subject, skipped=data.skipped)


def write_song_report(
    folder: Path, songs: SongData, predictions: SongPredictions, *, subject: Subject
) -> Path:
    """Write ``report.md`` and its plots, and return the page's path.

    Args:
        folder: created if it does not exist.
        songs: N labelled songs.
        predictions: of the same N songs.
        subject: what was evaluated.

    Raises:
        VibeluxError: the folder cannot be written.

    """
    figures = evaluate_songs(songs, predictions)
    page = _Page(folder)
    page.table(["figure", "value"], [[title, _cell(figures[key])] for title, key in _SONG_ROWS])
    page.table(
        ["emotion", "songs", "AUC"],
        [[name, _cell(figures[f"n_{name}"]), _cell(figures[f"auc_{name}"])] for name in EMOTIONS],
    )
    label = np.array([song.quadrant_index for song in songs.rows], dtype=np.int64)
    rows = predictions.analysed & (label >= 0)
    if rows.any():
        label, quadrant = label[rows], predictions.quadrant[rows]
        confusion = metrics.confusion_matrix(label, quadrant.argmax(axis=1), classes=len(QUADRANTS))
        page.confusion(confusion, QUADRANTS, "the quadrant")
        page.reliability("reliability.png", quadrant, label, "the quadrant")
    return page.write(subject, skipped=(*songs.skipped, *predictions.failed))


class _Page:
    """A Markdown page, built from top to bottom; plots are written immediately."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._parts: list[str] = []
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise VibeluxError(f"cannot make the folder {folder}: {error}") from error

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        lines = [header, ["---"] * len(header), *rows]
        self._parts.append("\n".join(f"| {' | '.join(cells)} |" for cells in lines))

    def confusion(self, matrix: NDArray[np.int64], names: Sequence[str], what: str) -> None:
        title = f"Confusion of {what}"
        self._image(title, "confusion.png")
        with self._writing():
            plots.confusion_matrix(self._folder / "confusion.png", matrix, names=names, title=title)

    def reliability(
        self, file: str, probabilities: NDArray[np.float32], label: NDArray[np.int64], what: str
    ) -> None:
        title = f"Reliability of {what}"
        self._image(title, file)
        found = metrics.reliability(probabilities, label)
        with self._writing():
            plots.reliability_diagram(
                self._folder / file,
                edges=found.edges,
                count=found.count,
                confidence=found.confidence,
                accuracy=found.accuracy,
                ece=found.ece,
                title=title,
            )

    def write(self, subject: Subject, *, skipped: Sequence[tuple[str, str]]) -> Path:
        if subject.history:
            self._image("Training", "training.png")
            with self._writing():
                plots.training_curves(self._folder / "training.png", subject.history)
        if skipped:
            self._parts.append(f"## Skipped ({len(skipped)})")
            self._parts.append("\n".join(f"- {_line(n)}: {_line(why)}" for n, why in skipped))
        if subject.limits:
            self._parts.append("## Limits")
            self._parts.append("\n".join(f"- {limit}" for limit in subject.limits))
        head = [
            f"# {subject.model} on {subject.data}",
            f"The figures of `{subject.command}`. They hold for other data only "
            "where it was not trained on these items.",
        ]
        path = self._folder / "report.md"
        text = "\n\n".join([*head, *self._parts]) + "\n"
        with self._writing():
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
        return path

    def _image(self, title: str, file: str) -> None:
        self._parts.append(f"## {title}\n\n![{title}]({file})")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise VibeluxError(f"cannot write to {self._folder}: {error}") from error


def _line(text: str) -> str:
    """Return a text without line breaks and other characters that cannot be printed."""
    return "".join(char if char.isprintable() else "?" for char in text)


def _cell(value: int | float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"

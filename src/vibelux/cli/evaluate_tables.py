"""What `vibelux evaluate` prints for people, in at most 80 columns."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from vibelux.datasets.songs import QUADRANTS
from vibelux.emotions import EMOTIONS
from vibelux.evaluation import metrics
from vibelux.evaluation.corruptions import CORRUPTIONS, SEVERITIES
from vibelux.evaluation.detector import evaluate_boxes, match
from vibelux.evaluation.face_groups import face_groups
from vibelux.evaluation.faces import evaluate_faces, mean
from vibelux.evaluation.songs import evaluate_songs, quadrant_intervals

if TYPE_CHECKING:
    from rich.console import Console

    from vibelux.datasets.face_points import FacePoints
    from vibelux.datasets.faces import FaceData
    from vibelux.datasets.songs import SongData
    from vibelux.evaluation.detector import DetectorPredictions, Matches
    from vibelux.evaluation.faces import FacePredictions, Figures
    from vibelux.evaluation.songs import SongPredictions


_INDENT = (1, 0, 0, 2)  # one blank line above, two columns to the left


def print_faces(
    console: "Console",
    data: "FaceData",
    predictions: "FacePredictions",
    *,
    title: str,
    twins: NDArray[np.bool_],
) -> None:
    """Print the figures of faces.

    Args:
        console: where to.
        data: N labelled faces.
        predictions: of the same N faces.
        title: model and data.
        twins: which faces recur in another part of the data [shape=(N,)].

    """
    figures = evaluate_faces(data, predictions)
    predicted = predictions.label.argmax(axis=1)
    confusion = metrics.confusion_matrix(data.label, predicted, classes=len(EMOTIONS))
    _heading(console, f"{title}: {len(data):,} faces")
    low, high = figures["accuracy_low"], figures["accuracy_high"]
    rows = [
        ("accuracy", _share(figures["accuracy"]), f"95 %: {_share(low)} to {_share(high)}"),
        ("macro-F1", _number(figures["macro_f1"]), ""),
        ("balanced accuracy", _share(figures["balanced_accuracy"]), ""),
        ("NLL", _number(figures["nll"]), "nats"),
        ("ECE", _number(figures["ece"]), "15 bins"),
    ]
    if twins.any():
        alone = metrics.accuracy(data.label[~twins], predicted[~twins])
        note = f"without {twins.sum()} faces that recur in other parts"
        rows.insert(1, ("", _share(alone), note))
    _figures(console, "label", rows)
    console.print(Padding(_confusion(confusion, EMOTIONS), _INDENT, expand=False))
    if figures["ferplus_n"]:
        note = f"{figures['ferplus_n']:,} faces with a plurality of votes"
        _figures(
            console,
            "mood against FER+ votes",
            [
                ("agrees with the plurality", _share(figures["ferplus_accuracy"]), note),
                ("cosine to the votes", _number(figures["ferplus_cosine"]), "mean"),
                ("KL(votes ‖ mood)", _number(figures["ferplus_kl"]), "mean, nats"),
                ("ECE", _number(figures["ferplus_ece"]), "15 bins"),
            ],
        )


def print_corruptions(console: "Console", figures: Mapping[str, float]) -> None:
    """Print the label's accuracy under corruptions.

    Args:
        console: where to.
        figures: of `vibelux.evaluation.corruptions.evaluate_corruptions`.

    """
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("label accuracy under")
    for severity in SEVERITIES:
        table.add_column(f"severity {severity}", justify="right")
    for name in (*CORRUPTIONS, "mean", "kept"):
        shown = {"mean": "mean of all", "kept": "share of the clean accuracy kept"}.get(name, name)
        cells = [_share(figures[f"{name}_{severity}"]) for severity in SEVERITIES]
        table.add_row(shown.replace("_", " "), *cells, end_section=name == tuple(CORRUPTIONS)[-1])
    console.print(Padding(table, _INDENT, expand=False))


def print_detector(
    console: "Console",
    predictions: "DetectorPredictions",
    points: "FacePoints | None" = None,
    *,
    title: str,
) -> None:
    """Print the figures of a face detector, in all, by size, light and pose, and by collection.

    Args:
        console: where to.
        predictions: what it found.
        points: of the faces, where they are known.
        title: model and data.

    """
    figures, found = evaluate_boxes(predictions), match(predictions)
    failed = len(predictions.failed)
    note = f" ({failed} skipped)" if failed else ""
    count = f"{figures['images']:,} pictures, {figures['faces']:,} faces"
    _heading(console, f"{title}: {count}{note}")
    for name, mask in (("all faces", slice(None)), ("faces > 80 px at 640", found.large)):
        shares = [found.found_50[mask], found.found_35[mask]]
        _figures(
            console,
            f"{name}, {len(shares[0]):,}",
            [
                (f"found at an IoU of {iou}", *_share_of(right))
                for iou, right in zip(("0.5", "0.35"), shares, strict=True)
            ],
        )
    _figures(
        console,
        "false faces",
        [
            ("a picture", _number(figures["false_per_image"]), f"{found.false.sum():,} in all"),
            (
                "a picture without people",
                _number(figures["false_per_empty"]),
                f"{found.false[found.empty].sum():,} in {figures['images_empty']:,}",
            ),
            ("pictures with one", *_share_of(found.false > 0)),
        ],
    )
    for kind, groups in face_groups(predictions, found, points).items():
        rows = [
            (f"{name}, {mask.sum():,}", *_share_of(found.found_50[mask]))
            for name, mask in groups.items()
            if mask.any()
        ]
        if rows:
            _figures(console, f"found at an IoU of 0.5, by {kind}", rows)
    _figures(
        console,
        "time",
        [
            (
                "median",
                f"{figures['ms_median']:.1f} ms",
                "a picture, one thread, decoding excluded",
            )
        ],
    )
    names = np.array([image.dataset for image in predictions.images])
    if len(set(names.tolist())) > 1:
        console.print(Padding(_collections(names, found), _INDENT, expand=False))


def _collections(names: NDArray[np.str_], found: "Matches") -> Table:
    """Return a table with one row a collection; ``names`` has each picture's."""
    table = _table("by collection; found at an IoU of 0.5, false faces a picture")
    table.add_column("", justify="right")
    for head in ("pictures", "faces", "found", "large", "found", "false"):
        table.add_column(head, justify="right")
    for name in sorted(set(names.tolist())):
        rows, pictures = found.dataset == name, names == name
        large = rows & found.large
        table.add_row(
            Text(name or "–"),
            f"{pictures.sum():,}",
            f"{rows.sum():,}",
            _share(mean(found.found_50[rows])),
            f"{large.sum():,}",
            _share(mean(found.found_50[large])),
            _number(mean(found.false[pictures])),
        )
    return table


def _share_of(right: NDArray[np.bool_]) -> tuple[str, str]:
    """Return a share and its 95 % interval."""
    low, high = metrics.wilson_interval(int(right.sum()), len(right))
    if not len(right):
        return _share(None), ""
    return _share(float(right.mean())), f"95 %: {_share(low)} to {_share(high)}"


def print_songs(
    console: "Console", songs: "SongData", predictions: "SongPredictions", *, title: str
) -> None:
    """Print the figures of songs.

    Args:
        console: where to.
        songs: N labelled songs.
        predictions: of the same N songs.
        title: model and data.

    """
    figures = evaluate_songs(songs, predictions)
    analysed = predictions.analysed
    failed = len(songs) - int(analysed.sum())
    note = f" ({failed} skipped)" if failed else ""
    _heading(console, f"{title}: {figures['n']:,} songs{note}")
    label = np.array([song.quadrant_index for song in songs.rows], dtype=np.int64)
    rows = analysed & (label >= 0)
    if rows.any():
        intervals = quadrant_intervals(songs, predictions)
        _figures(
            console,
            f"quadrant, {rows.sum():,} songs",
            [
                (name, _number(figures[key]), _interval(intervals[key]))
                for name, key in (
                    ("macro-F1", "quadrant_macro_f1"),
                    ("accuracy", "quadrant_accuracy"),
                    ("arousal half", "arousal_accuracy"),
                    ("valence half", "valence_accuracy"),
                )
            ],
        )
        predicted = predictions.quadrant[rows].argmax(axis=1)
        confusion = metrics.confusion_matrix(label[rows], predicted, classes=len(QUADRANTS))
        console.print(Padding(_confusion(confusion, QUADRANTS), _INDENT, expand=False))
    for name in ("valence", "arousal"):
        if figures[f"{name}_r"] is not None:
            _figures(
                console,
                name,
                [
                    ("correlation r", _number(figures[f"{name}_r"]), ""),
                    ("R²", _number(figures[f"{name}_r2"]), "0 is as good as the mean"),
                ],
            )
    if any(figures[f"n_{name}"] for name in EMOTIONS):
        _emotions(console, figures)


def _emotions(console: "Console", figures: "Figures") -> None:
    count = sum(figures[f"n_{name}"] or 0 for name in EMOTIONS)
    _figures(
        console,
        f"emotion, {count:,} songs",
        [("macro-F1", _number(figures["emotion_macro_f1"]), "of the emotions present")],
    )
    table = _table()
    table.add_column("", justify="right")
    table.add_column("AUC", justify="right")
    table.add_column("songs", justify="right")
    for name in EMOTIONS:
        table.add_row(name, _number(figures[f"auc_{name}"]), f"{figures[f'n_{name}']:,}")
    console.print(Padding(table, _INDENT, expand=False))


def _table(title: str | None = None) -> Table:
    """Return an empty table in the style of all."""
    return Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        header_style="dim",
        title=title,
        title_style="dim",
        title_justify="left",
    )


def _heading(console: "Console", text: str) -> None:
    console.print(Text(text, style="bold"))


def _figures(console: "Console", title: str, rows: Sequence[tuple[str, str, str]]) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_column(min_width=25)
    table.add_column(justify="right", style="bold", min_width=7)
    table.add_column(style="dim")
    for name, value, note in rows:
        table.add_row(f"  {name}", value, note)
    console.print()
    console.print(Text(title, style="cyan"))
    console.print(table)


def _confusion(matrix: NDArray[np.int64], names: Sequence[str]) -> Table:
    """Return shares of each labelled class in percent, its recall and its count."""
    table = _table("labelled ↓  predicted → in %")
    table.add_column("", justify="right")
    for name in names:
        table.add_column(name[:3], justify="right")
    table.add_column("recall", justify="right")
    table.add_column("n", justify="right")
    recalls = metrics.recalls(matrix)
    for i, (name, row) in enumerate(zip(names, matrix, strict=True)):
        shares = [100 * count / row.sum() if row.sum() else np.nan for count in row]
        cells = [
            Text(
                "·" if not share >= 0.5 else f"{share:.0f}",
                style="bold cyan" if j == i else "" if share >= 10 else "dim",
            )
            for j, share in enumerate(shares)
        ]
        table.add_row(name, *cells, _share(float(recalls[i])), f"{row.sum():,}")
    return table


def _share(value: float | None) -> str:
    return "–" if value is None or np.isnan(value) else f"{100 * value:.1f} %"


def _number(value: float | None) -> str:
    return "–" if value is None or np.isnan(value) else f"{value:.3f}"


def _interval(interval: tuple[float, float]) -> str:
    return f"95 %: {_number(interval[0])} to {_number(interval[1])} (bootstrap over groups)"

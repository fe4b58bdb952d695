"""`vibelux tag`."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.console import err, out, print_json, printable, require_catalogue, spoken
from vibelux.cli.extras import extra
from vibelux.cli.wrong_usage import wrong

if TYPE_CHECKING:
    from vibelux.language import Words
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.tag_writing import Tagging

_MARKS = {"changed": ("→", "green"), "skipped": ("✗", "yellow")}

_SHOWN = 3
"""Files named for a reason that several were skipped for."""


def tag(
    folders: list[Path] | None = typer.Argument(
        None,
        metavar="[FOLDER]...",
        help="Folders of scanned music, or single audio files; without one, all that was scanned.",
    ),
    write: bool = typer.Option(
        False, "--write", help="Do it; without this, only say what would change."
    ),
    undo: bool = typer.Option(
        False, "--undo", help="Take the moods out again and put back what they replaced."
    ),
    dry_run: bool = typer.Option(
        False, "--dry-run", help="Only say what would change, also with --undo."
    ),
    overwrite: bool = typer.Option(
        False, "--overwrite", help="Replace moods that other programs wrote; --undo puts them back."
    ),
    keep_time: bool = typer.Option(
        False, "--keep-time", help="Keep the files' time of change; players may miss the new tags."
    ),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """Write the moods of songs into their files' tags.

    Other programs can read them there. Shows what would change; --write does it, and --undo takes
    it back. The sound stays as it is, bit by bit. The exit code is 1 if a file could not be read or
    written; all others are done nevertheless.
    """
    if write and dry_run:
        raise wrong("write_or_not", instead={"--dry-run": None})
    with extra("tags"):
        from vibelux.library.tag_writing import tag_songs, untag_songs
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.databases.place import is_there
    from vibelux.settings import load_settings

    write = (write or undo) and not dry_run
    skipped: dict[str, list[Tagging]] = {}
    files: list[dict[str, object]] = []
    counts: Counter[str] = Counter()
    settings, words = load_settings(), spoken()
    if undo and not folders and not is_there(settings.catalogue):
        raise wrong("undo_where")
    if not undo:  # what undoing needs is in the files
        require_catalogue(settings.catalogue)
    try:
        with Catalogue.of(settings) as catalogue:
            where = folders or _scanned(catalogue)
            if undo:
                steps = untag_songs(where, catalogue, write=write, keep_time=keep_time)
            else:
                steps = tag_songs(
                    where, catalogue, write=write, overwrite=overwrite, keep_time=keep_time
                )
            for step in steps:
                counts[step.state] += 1
                counts["failed"] += step.failed
                counts["kept"] += step.kept_mood is not None and not undo
                if json:
                    files.append(_entry(step))
                elif step.state == "skipped" and not step.failed:
                    skipped.setdefault(step.reason or "", []).append(step)
                elif step.state in _MARKS:
                    _show(step, words, undo=undo)
    except KeyboardInterrupt:
        err().print(spoken().text("cli.tag.stopped"))
        raise typer.Exit(130) from None
    if json:
        print_json({"written": write, "undo": undo, "files": files})
    else:
        for reason, steps_of_it in skipped.items():
            _show_skipped(reason, steps_of_it, words)
        _summary(counts, words, write=write, undo=undo)
    if counts["failed"]:
        raise typer.Exit(1)


def _scanned(catalogue: "Catalogue") -> list[Path]:
    """Return the topmost folders that hold songs of the catalogue and are there.

    Raises:
        CatalogueEmpty: there is no song, or none of the folders can be reached.

    """
    from vibelux.errors import CatalogueEmpty
    from vibelux.recommend.ranking import require_songs

    require_songs(catalogue)
    topmost: list[Path] = []
    for folder in sorted({song.path.parent for song in catalogue.songs("ok")}):
        if not (topmost and folder.is_relative_to(topmost[-1])) and folder.is_dir():
            topmost.append(folder)
    if not topmost:
        raise CatalogueEmpty(spoken().text("cli.tag.no_folder"))
    return topmost


def _show(step: "Tagging", words: "Words", *, undo: bool) -> None:
    from rich.text import Text

    mark, style = _MARKS[step.state]
    console = out()
    console.print(Text.assemble((f"{mark} ", style), printable(str(step.path))), soft_wrap=True)
    detail = printable(_detail(step, words, undo=undo))
    console.print(Text(f"  {detail}", style="dim"), soft_wrap=True)


def _show_skipped(reason: str, steps: "Sequence[Tagging]", words: "Words") -> None:
    """Say once why files were left alone, and which."""
    from rich.text import Text

    mark, style = _MARKS["skipped"]
    console = out()
    files, why = words.figures(len(steps)), printable(words.translated(reason))
    head = words.of_number("cli.tag.left_because", len(steps), n=files, why=why)
    console.print(Text.assemble((f"{mark} ", style), head), soft_wrap=True)
    for step in steps[:_SHOWN]:
        console.print(Text(f"  {printable(str(step.path))}", style="dim"), soft_wrap=True)
    if len(steps) > _SHOWN:
        more = words.text("cli.more", more=words.figures(len(steps) - _SHOWN))
        console.print(Text(f"  {more}", style="dim"))


def _detail(step: "Tagging", words: "Words", *, undo: bool) -> str:
    if step.reason is not None:
        return words.translated(step.reason)
    after = {name: " / ".join(values) for name, values in {**step.before, **step.changes}.items()}
    if undo:
        moods = [mood for name, mood in after.items() if mood and name.split(":")[0] == "MOOD"]
        if mood := " / ".join(dict.fromkeys(moods)):
            return words.text("cli.tag.as_before", mood=mood)
        return words.text("cli.tag.none_before")
    told = [after["VIBELUX_MOOD"]]  # as it is written
    told += [
        f"{words.text(f'cli.{name}')} {_rounded(number, words)}"
        for name in ("valence", "arousal")
        if (number := after.get(f"VIBELUX_{name.upper()}"))
    ]
    if step.kept_mood is not None:
        told.append(words.text("cli.tag.keeps", mood=step.kept_mood))
    return " · ".join(told)


def _rounded(number: str, words: "Words") -> str:
    """Return a number of a tag as people read it; with -0.00 as 0.00."""
    return words.decimal(float(number), "z.2f")


def _summary(counts: Counter[str], words: "Words", *, write: bool, undo: bool) -> None:
    from rich.text import Text

    def counted(key: str, number: int) -> str:
        return words.of_number(f"cli.tag.{key}", number, n=words.figures(number))

    if not counts.total():
        out().print(words.text("cli.scan.none"))
        return
    parts = [counted("changed" if write else "would_change", counts["changed"])]
    for name, key in (
        ("same", "none" if undo else "same"),
        ("kept", "kept"),
        ("skipped", "left"),
    ):
        if counts[name]:
            parts.append(counted(key, counts[name]))
    out().print(Text(" · ".join(parts), style="bold"), soft_wrap=True)
    if counts["changed"] and not write:
        err().print(words.text("cli.tag.not_yet_undone" if undo else "cli.tag.not_yet"))


def _entry(step: "Tagging") -> dict[str, object]:
    return {
        "path": str(step.path),
        "state": step.state,
        "changes": dict(step.changes),
        "before": dict(step.before),
        "kept_mood": step.kept_mood,
        "reason": step.reason,
        "failed": step.failed,
    }

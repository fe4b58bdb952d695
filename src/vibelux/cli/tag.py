"""`vibelux tag`."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.console import err, out, print_json, printable
from vibelux.cli.extras import extra

if TYPE_CHECKING:
    from vibelux.library.tag_writing import Tagging

_MARKS = {"changed": ("→", "green"), "skipped": ("✗", "yellow")}


def tag(
    folders: list[Path] = typer.Argument(
        ..., metavar="DIR...", help="Folders of scanned music, or single audio files."
    ),
    write: bool = typer.Option(False, "--write", help="Do it; without this, only say what would."),
    undo: bool = typer.Option(
        False, "--undo", help="Take the moods out again and put back what they replaced."
    ),
    overwrite: bool = typer.Option(
        False, "--overwrite", help="Replace moods that other programs wrote; they can be undone."
    ),
    keep_time: bool = typer.Option(
        False, "--keep-time", help="Keep the files' time of change; players may miss the new tags."
    ),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> None:
    """Write the moods of scanned songs into their files' tags, for other programs.

    Shows what would change; --write does it. The sound stays as it is, bit by bit. The exit code is
    1 if a file could not be read or written; all others are done nevertheless.
    """
    with extra("tags"):
        from vibelux.library.tag_writing import tag_songs, untag_songs
    from vibelux.library.catalogue import Catalogue
    from vibelux.settings import load_settings

    files: list[dict[str, object]] = []
    counts: Counter[str] = Counter()
    try:
        with Catalogue.of(load_settings()) as catalogue:
            if undo:
                steps = untag_songs(folders, catalogue, write=write, keep_time=keep_time)
            else:
                steps = tag_songs(
                    folders, catalogue, write=write, overwrite=overwrite, keep_time=keep_time
                )
            for step in steps:
                counts[step.state] += 1
                counts["failed"] += step.failed
                counts["kept"] += step.kept_mood is not None and not undo
                if json:
                    files.append(_entry(step))
                elif step.state in _MARKS:
                    _show(step, undo=undo)
    except KeyboardInterrupt:
        err().print("Stopped; no file is half written. The same command goes on from there.")
        raise typer.Exit(130) from None
    if json:
        print_json({"written": write, "undo": undo, "files": files})
    else:
        _summary(counts, write=write, undo=undo)
    if counts["failed"]:
        raise typer.Exit(1)


def _show(step: "Tagging", *, undo: bool) -> None:
    from rich.text import Text

    mark, style = _MARKS[step.state]
    console = out()
    console.print(Text.assemble((f"{mark} ", style), printable(str(step.path))), soft_wrap=True)
    console.print(Text(f"  {printable(_detail(step, undo=undo))}", style="dim"), soft_wrap=True)


def _detail(step: "Tagging", *, undo: bool) -> str:
    if step.reason is not None:
        return step.reason
    after = {name: " / ".join(values) for name, values in {**step.before, **step.changes}.items()}
    if undo:
        moods = [mood for name, mood in after.items() if mood and name.split(":")[0] == "MOOD"]
        return f"mood: {' / '.join(dict.fromkeys(moods)) or 'none'}, as before VibeluX"
    words = [after["VIBELUX_MOOD"]]
    words += [
        f"{name} {number}"
        for name in ("valence", "arousal")
        if (number := after.get(f"VIBELUX_{name.upper()}"))
    ]
    if step.kept_mood is not None:
        words.append(f"keeps the mood that it has: {step.kept_mood}")
    return " · ".join(words)


def _summary(counts: Counter[str], *, write: bool, undo: bool) -> None:
    from rich.text import Text

    number = counts["changed"]
    files = "1 file" if number == 1 else f"{number:,} files"
    done = "changed" if write else "would change"
    parts = [f"{files} {done}"]
    parts += [
        f"{counts[name]:,} {words}"
        for name, words in (
            ("same", "without a mood of VibeluX" if undo else "up to date"),
            ("kept", "with a mood that is not replaced (--overwrite)"),
            ("skipped", "skipped"),
        )
        if counts[name]
    ]
    out().print(Text(" · ".join(parts), style="bold"), soft_wrap=True)
    if number and not write:
        err().print("Nothing was written yet; add --write to do it.")


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

"""`vibelux profile`."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.command import Commands
from vibelux.cli.console import err, out, print_json, printable
from vibelux.errors import InvalidInput

if TYPE_CHECKING:
    from vibelux.recommend.listener.profile import Event, Profile

app = Commands(
    help="What was learnt from your listening: show, export, forget it.",
    examples=["vibelux profile show"],
)

_SHOWN = 10
"""Last events shown; all of them are in the JSON."""

_WORDS = {
    "played": "played through",
    "skipped": "skipped",
    "liked": "liked",
    "wrong_mood": "wrong mood",
}


@app.adds("show", examples=["vibelux profile show"])
def show(json: bool = typer.Option(False, "--json", help="Print one JSON document.")) -> None:
    """Show how much is kept, what you liked and skipped most, and the last songs."""
    from dataclasses import asdict

    from rich.text import Text

    from vibelux.recommend.listener.summary import counts_of, played_share
    from vibelux.settings import load_settings

    settings = load_settings()
    with _profile(settings.profile) as profile:
        counts = profile.counts()
        found = counts_of(profile)
        share = played_share(profile, settings.catalogue)
        if json:
            print_json(
                {
                    "profile": str(settings.profile),
                    "counts": counts,
                    "coverage": None if share is None else round(share, 6),
                    "songs": [asdict(one) for one in found],
                }
            )
            return
        if not any(counts.values()):
            err().print("Nothing was learnt yet: play, skip and like songs with vibelux play.")
            return
        console = out()
        heard = " · ".join(
            f"{number:,} {_WORDS[what]}" for what, number in counts.items() if number
        )
        console.print(Text(heard, style="bold"))
        if share is not None:
            console.print(Text(f"{share:.1%} of the catalogue played", style="dim"))
        if found:
            console.print()
            for one in found:
                songs = f"{one.songs} {one.name} songs"
                if one.of == "artist":
                    songs = f"{one.songs} songs by {printable(one.name)}"
                console.print(Text(f"You {one.what} {songs}."))
        console.print()
        for event in reversed(list(profile.events(last=_SHOWN))):
            console.print(_line(event), soft_wrap=True)
        console.print(Text(f"\nkept in {printable(str(settings.profile))}", "dim"), soft_wrap=True)


@app.adds("export", examples=["vibelux profile export profile.json"])
def export(
    file: Path | None = typer.Argument(
        None, metavar="[FILE]", help="The JSON file to write; without it, print."
    ),
) -> None:
    """Write everything that is kept about you as JSON."""
    from vibelux.settings import load_settings

    with _profile(load_settings().profile) as profile:
        if file is None:
            print_json(profile.as_json())
            return
        number = profile.export(file)
    out().print(f"{_events(number)} written to {printable(str(file))}", soft_wrap=True)


@app.adds("forget", examples=["vibelux profile forget", "vibelux profile forget --yes"])
def forget(
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
) -> None:
    """Delete everything that was learnt, for good."""
    import sys

    from vibelux.settings import load_settings

    settings = load_settings()
    with _profile(settings.profile) as profile:
        number = sum(profile.counts().values())
        if number and not yes:
            if not sys.stdin.isatty():
                raise InvalidInput(f"this deletes {_events(number)} for good; confirm with --yes")
            typer.confirm(f"Delete {_events(number)} for good?", abort=True, err=True)
        profile.forget()
    out().print(f"{_events(number)} forgotten")


def _profile(path: Path) -> "Profile":
    """Open the profile; where there is none, an empty one that leaves no file."""
    from vibelux.recommend.listener.profile import Profile

    return Profile(path if path.exists() else None)


def _line(event: "Event") -> str:
    import os
    from datetime import datetime

    when = f"{'':16}"
    try:
        if event.at is not None:
            when = datetime.fromtimestamp(event.at).strftime("%Y-%m-%d %H:%M")
    except (OverflowError, OSError, ValueError):
        pass  # the clock was somewhere else
    name = event.title or Path(os.fsdecode(event.path)).stem
    if event.artist:
        name += f" – {event.artist}"
    return f"{when}  {_WORDS[event.what]:<14}  {printable(name)}"


def _events(number: int) -> str:
    return "1 event" if number == 1 else f"{number:,} events"

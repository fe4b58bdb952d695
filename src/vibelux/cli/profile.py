"""`vibelux profile`."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.command import Commands
from vibelux.cli.console import confirm, err, out, percentage, print_json, printable, spoken
from vibelux.cli.wrong_usage import wrong

if TYPE_CHECKING:
    from vibelux.language import Words
    from vibelux.recommend.listener.profile import Event, Profile
    from vibelux.recommend.listener.summary import Count

app = Commands(
    help="What was learnt from your listening: show, export, forget it.",
    examples=["vibelux profile show"],
)

_SHOWN = 10
"""Last events shown; all of them are in the JSON."""


@app.adds("show", examples=["vibelux profile show"])
def show(json: bool = typer.Option(False, "--json", help="Print one JSON document.")) -> None:
    """Show how much is kept, what you liked and skipped most, and the last songs."""
    from dataclasses import asdict

    from rich.text import Text

    from vibelux.recommend.listener.summary import counts_of, played_share
    from vibelux.settings import load_settings

    settings, words = load_settings(), spoken()
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
            err().print(words.text("cli.profile.nothing", command="vibelux play"))
            return
        console = out()
        heard = " · ".join(
            f"{words.figures(number)} {words.text(f'cli.profile.events.{what}')}"
            for what, number in counts.items()
            if number
        )
        console.print(Text(heard, style="bold"))
        if share is not None:
            part = percentage(share, words)
            console.print(Text(words.text("cli.profile.share", share=part), style="dim"))
        if found:
            console.print()
            for one in found:
                console.print(Text(_habit(one, words)))
        console.print()
        for event in reversed(list(profile.events(last=_SHOWN))):
            console.print(_line(event, words), soft_wrap=True)
        kept = words.text("cli.profile.kept", file=printable(str(settings.profile)))
        console.print(Text(f"\n{kept}", "dim"), soft_wrap=True)


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
    words = spoken()
    events, name = _events(number, words), printable(str(file))
    said = words.of_number("cli.profile.written", number, events=events, file=name)
    out().print(said, soft_wrap=True)


@app.adds("forget", examples=["vibelux profile forget", "vibelux profile forget --yes"])
def forget(
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
) -> None:
    """Delete everything that was learnt, for good."""
    import sys

    from vibelux.settings import load_settings

    settings, words = load_settings(), spoken()
    with _profile(settings.profile) as profile:
        number = sum(profile.counts().values())
        events = _events(number, words)
        if number and not yes:
            if not sys.stdin.isatty():
                raise wrong("delete_asks", events=events, instead={"--yes": True})
            if not confirm(words.text("cli.profile.delete", events=events), usual=False):
                raise typer.Abort
        profile.forget()
    out().print(words.of_number("cli.profile.forgotten", number, events=events))


def _profile(path: Path) -> "Profile":
    """Open the profile; where there is none, an empty one that leaves no file."""
    from vibelux.recommend.listener.profile import Profile

    return Profile(path if path.exists() else None)


def _habit(count: "Count", words: "Words") -> str:
    """Return what was liked or skipped often, in a sentence."""
    songs = words.figures(count.songs)
    if count.of == "artist":
        key, artist = f"cli.profile.{count.what}_artist", printable(count.name)
        return words.text(key, songs=songs, artist=artist)
    kind = words.text(f"songs_of.{count.name}")
    return words.text(f"cli.profile.{count.what}_kind", songs=songs, kind=kind)


def _line(event: "Event", words: "Words") -> str:
    import os
    from datetime import datetime

    when = f"{'':16}"
    try:
        if event.at is not None:
            when = datetime.fromtimestamp(event.at).strftime(words.text("cli.profile.when"))
    except (OverflowError, OSError, ValueError):
        pass  # the clock was somewhere else
    name = event.title or Path(os.fsdecode(event.path)).stem
    if event.artist:
        name += f" – {event.artist}"
    done = words.text(f"cli.profile.events.{event.what}")
    return f"{when}  {done:<14}  {printable(name)}"


def _events(number: int, words: "Words") -> str:
    return words.of_number("cli.profile.count", number, n=words.figures(number))

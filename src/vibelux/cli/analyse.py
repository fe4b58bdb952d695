"""`vibelux analyse`: the mood of songs."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.console import fail, mood_bars, out, print_json, printable, spoken
from vibelux.cli.wrong_usage import wrong
from vibelux.errors import AudioError

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from vibelux.music.emotion import SongAnalysis

_PLACES = ("valence", "arousal", "tension")


def analyse(
    files: list[Path] = typer.Argument(..., metavar="FILE", help="Audio files of any format."),
    json: bool = typer.Option(False, "--json", help="Print one JSON object a line."),
    plot: Path | None = typer.Option(
        None,
        "--plot",
        metavar="FILE.png",
        help="Draw the spectrogram with the mood over time (one song).",
    ),
    model: Path | None = typer.Option(
        None, "--model", metavar="FILE", help="A music model other than the shipped one."
    ),
) -> None:
    """Print the mood, valence, arousal, tension and loudness of songs.

    A file that cannot be analysed is reported, the others are not held up.
    """
    from vibelux.emotions import mood_dict
    from vibelux.music.emotion import MusicModel
    from vibelux.settings import load_settings

    if plot is not None and len(files) > 1:
        raise wrong("plot_of_one", files=str(len(files)), instead={"--plot": None})
    music = MusicModel.load(load_settings(music_model=model).music_model)
    console = out()
    failed = False
    for number, path in enumerate(files):
        try:
            song = music.analyse(path)
        except AudioError as error:
            failed = True
            fail(error)
            continue
        if json:
            print_json(
                {
                    "path": str(path),
                    "mood": mood_dict(song.mood),
                    "valence": round(song.valence, 6),
                    "arousal": round(song.arousal, 6),
                    "tension": None if song.tension is None else round(song.tension, 6),
                    "loudness": None if song.loudness is None else round(song.loudness, 2),
                    "peak": None if song.peak is None else round(song.peak, 2),
                    "duration": round(song.duration, 3),
                    "model": song.model,
                }
            )
        else:
            console.print(*([""] if number else []), _shown(path, song), sep="\n")
        if plot is not None:
            from vibelux.plots.song import COURSE_WINDOWS, draw_song

            whole, log_mel = music.analyse_windows(path, max_windows=COURSE_WINDOWS)
            draw_song(
                plot,
                title=printable(path.stem),
                song=song,
                course=whole.course,
                log_mel=log_mel,
                settings=music.settings,
                window_seconds=music.window_seconds,
            )
    if failed:
        raise typer.Exit(1)


def _shown(path: Path, song: "SongAnalysis") -> "RenderableType":
    """Return a song's name, length, seven bars and its place in valence and arousal."""
    from rich.console import Group, RenderableType
    from rich.table import Table
    from rich.text import Text

    from vibelux.emotions import mood_dict

    words = spoken()
    minutes, seconds = divmod(round(song.duration), 60)
    name = Text.assemble((printable(str(path)), "bold"), (f"  {minutes}:{seconds:02}", "dim"))
    affect = Table.grid(padding=(0, 1))
    places = [("valence", song.valence), ("arousal", song.arousal)]
    if song.tension is not None:
        places.append(("tension", song.tension))
    names = {place: words.text(f"cli.{place}") for place in (*_PLACES, "loudness")}
    width = max(8, *map(len, names.values()))
    for place, value in places:
        number = Text(words.decimal(value, "+.2f"))
        affect.add_row(Text(f"{names[place]:>{width}}"), _scale(value), number)
    parts: list[RenderableType] = [
        name,
        Text(),
        mood_bars(mood_dict(song.mood), words, width=33),
        Text(),
        affect,
    ]
    if song.loudness is not None and song.peak is not None:
        loudness, peak = words.decimal(song.loudness, ".1f"), words.decimal(song.peak, "+.1f")
        level = words.text("cli.level", loudness=loudness, peak=peak)
        parts += [Text(), Text.assemble(f"{names['loudness']:>{width}} ", (level, "bold"))]
    return Group(*parts)


def _scale(value: float, *, half: int = 16) -> "Text":
    """Return a bar from the middle: to the left for negative values, to the right for others."""
    from rich.text import Text

    filled = round(min(abs(value), 1.0) * half)
    left = filled if value < 0 else 0
    right = filled - left
    return Text.assemble(
        ("─" * (half - left), "bright_black"),
        ("━" * left, "magenta"),
        ("│", "bright_black"),
        ("━" * right, "magenta"),
        ("─" * (half - right), "bright_black"),
    )

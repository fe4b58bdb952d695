"""`vibelux demo`."""

import os
import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.called_as import vibelux_command
from vibelux.cli.console import err, out, printable, spoken
from vibelux.cli.scan_progress import duration_in_words
from vibelux.cli.song_lines import print_songs

if TYPE_CHECKING:
    from vibelux.emotions import Mood
    from vibelux.language import Words
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.scan import ScanReport
    from vibelux.library.scan_report import ScanProgress
    from vibelux.settings import Settings

SAMPLE_MOOD = "happy=0.65,surprise=0.2,neutral=0.15"

_SHOWN = 3  # songs listed


def demo(
    camera: bool = typer.Option(
        False, "--camera", help="Take the mood from the face before the camera."
    ),
    device: int = typer.Option(0, "--device", min=0, help="Number of the camera."),
    folder: Path | None = typer.Option(
        None,
        "--folder",
        metavar="FOLDER",
        help="Where the samples and their catalogue go, instead of the system's cache.",
    ),
    page: bool | None = typer.Option(
        None,
        "--page/--no-page",
        help="Open the page with the samples at the end, until Ctrl-C. "
        "Default: where there is a terminal and a screen.",
        show_default=False,
    ),
) -> None:
    """Show the whole way with sample music, from a mood to songs.

    Your own catalogue is not touched, and the camera stays off without --camera.
    """
    from vibelux.settings import load_settings

    settings, words = load_settings(), spoken()
    place = settings.demo if folder is None else folder
    is_new = not place.exists()
    try:
        _show_the_way(place, settings, words, device=device if camera else None)
    except KeyboardInterrupt:
        if is_new:
            shutil.rmtree(place, ignore_errors=True)
        err().print(words.text("cli.demo.stopped"))
        raise typer.Exit(130) from None
    watched = _is_watched()
    _say_what_next(words, place if folder is not None else None, watched=page or watched)
    if page or (page is None and watched):
        _heading(6, words.text("cli.demo.page"))
        _serve(place, settings)


def _show_the_way(
    folder: Path, settings: "Settings", words: "Words", *, device: int | None
) -> None:
    """Make the samples, analyse them, take a mood and list what fits it.

    Args:
        folder: of the samples and their catalogue.
        settings: with the models.
        words: of the language.
        device: number of the camera; None: a mood without one.

    """
    from vibelux.language import sentence
    from vibelux.language.mood_phrase import face_phrase, mood_phrase
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.playlists import write_playlist
    from vibelux.model_statistics import ModelStatistics
    from vibelux.recommend.ranking import recommend_songs

    music, playlist = folder / "samples", folder / "playlist.m3u8"

    _heading(1, words.text("cli.demo.music"))
    made = _render(music, words, made=settings.home / "samples")
    _say(words.text("cli.demo.made", songs=words.figures(made)))
    _say(words.text("cli.demo.place", folder=str(folder)))

    _heading(2, words.text("cli.demo.analysis"))
    with Catalogue(
        folder / "catalogue.sqlite", statistics=ModelStatistics.of(settings)
    ) as catalogue:
        report = _scan(music, catalogue, settings, words)
        time = duration_in_words(report.seconds, words)
        songs = words.figures(report.analysed)
        _say(words.of_number("cli.demo.analysed", report.analysed, songs=songs, time=time))
        for failure in report.failures:
            file, reason = failure.path.name, words.translated(failure.reason)
            _say(words.text("cli.demo.failed", file=file, reason=reason))

        _heading(3, words.text("cli.demo.mood" if device is None else "cli.demo.face"))
        mood = _mood(settings, words, device=device)
        if device is None:
            _say(words.text("cli.demo.chosen", mood=mood_phrase(mood, words)))
        else:
            _say(sentence(face_phrase(mood, words)))
        songs_that_fit = recommend_songs(catalogue, mood, n=_SHOWN, of_face=device is not None)
    _heading(4, words.text("cli.demo.fits"))
    print_songs(songs_that_fit, words, why=False)
    write_playlist(playlist, [song.song for song in songs_that_fit], relative=True)
    out().print()
    _say(words.text("cli.demo.hear", file=str(playlist)))


def _say_what_next(words: "Words", folder: Path | None, *, watched: bool) -> None:
    """Say what to type for one's own music.

    Args:
        words: of the language.
        folder: of the samples, where it is not the usual one.
        watched: the page comes by itself.

    """
    _heading(5, words.text("cli.demo.yours"))
    command = vibelux_command()
    lines = [
        (f"{command} serve", "serve"),
        (f"{command} scan ~/Music", "scan"),
        (f"{command} recommend {words.text('everyday.calm.name')}", "recommend"),
        (f"{command} recommend --camera", "camera"),
    ]
    if not watched:
        elsewhere = "" if folder is None else f" --folder {shlex.quote(str(folder))}"
        lines.append((f"{command} demo --page{elsewhere}", "again"))
    for line, purpose in lines:
        out().print(f"  {printable(line)}", style="bold", soft_wrap=True)
        out().print(f"      {words.text(f'cli.demo.next.{purpose}')}", soft_wrap=True)


def _heading(number: int, text: str) -> None:
    out().print(f"\n{number}  {text}", style="bold cyan")


def _say(text: str) -> None:
    out().print(printable(text))


def _render(folder: Path, words: "Words", *, made: Path) -> int:
    """Render the samples, or take over those that the page has made, and return their number."""
    from vibelux.samples.rendering import render_samples

    def tell(done: int, total: int) -> None:
        at, of = words.figures(done), words.figures(total)
        status.update(words.text("cli.demo.making", done=at, total=of))

    with err().status(words.text("cli.demo.making_begins")) as status:
        return len(render_samples(folder, made=made, on_progress=tell))


def _scan(
    folder: Path, catalogue: "Catalogue", settings: "Settings", words: "Words"
) -> "ScanReport":
    from vibelux.library.scan import scan

    def tell(at: "ScanProgress") -> None:
        if at.total:
            done, total = words.figures(at.done), words.figures(at.total)
            status.update(words.text("cli.demo.analysing", done=done, total=total))

    with err().status(words.text("cli.demo.analysing_begins")) as status:
        return scan(
            [folder],
            catalogue,
            workers=settings.workers,
            song_timeout=settings.song_timeout,
            model_path=settings.music_model,
            on_progress=tell,
        )


def _mood(settings: "Settings", words: "Words", *, device: int | None) -> "Mood":
    """Return the mood of the face before a camera, or the sample where there is no camera."""
    if device is None:
        from vibelux.emotions import parse_mood

        return parse_mood(SAMPLE_MOOD)
    from vibelux.face.sources import mood_of_camera

    with err().status(words.text("cli.look")):
        return mood_of_camera(device, model_path=settings.face_model).require()


def _is_watched() -> bool:
    """Tell whether somebody sits before this program who can see a page."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or "SSH_CONNECTION" in os.environ:
        return False
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _serve(folder: Path, settings: "Settings") -> None:
    """Serve the samples and their catalogue; the profile that learns lies beside them."""
    from vibelux.cli.serve import serve_page
    from vibelux.service.folders import Roots
    from vibelux.service.server import Address

    serve_page(
        replace(settings, home=folder.resolve(), database=None),
        Address("127.0.0.1", 0),
        roots=Roots.usual(),
        browser=True,
    )

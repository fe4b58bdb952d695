"""`vibelux demo`."""

import os
import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.console import err, mood_bars, out, printable, spoken
from vibelux.cli.song_lines import song_table

if TYPE_CHECKING:
    from vibelux.emotions import Mood
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.scan import ScanReport
    from vibelux.settings import Settings

SAMPLE_MOOD = "happy=0.65,surprise=0.2,neutral=0.15"

_SHOWN = 10  # songs in the table


def demo(
    camera: bool = typer.Option(
        False, "--camera", help="Take the mood from the face before the camera."
    ),
    device: int = typer.Option(0, "--device", min=0, help="Number of the camera."),
    folder: Path = typer.Option(
        Path("demo"), "--folder", help="Where the samples and their catalogue go."
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
    from vibelux.emotions import mood_dict
    from vibelux.library.catalogue import Catalogue
    from vibelux.library.playlists import write_playlist
    from vibelux.model_statistics import ModelStatistics
    from vibelux.recommend.ranking import recommend_songs
    from vibelux.settings import load_settings

    settings = load_settings()
    music, playlist = folder / "samples", folder / "playlist.m3u8"

    _heading(1, "The sample music")
    _say(f"{_render(music)} short pieces, three for each emotion, synthesised by VibeluX itself.")
    _say(f"They are in {music}{os.sep}")

    _heading(2, "VibeluX listens to it")
    statistics = ModelStatistics.of(settings)
    with Catalogue(folder / "catalogue.sqlite", statistics=statistics) as catalogue:
        report = _scan(music, catalogue, settings)
        _say(
            f"{report.analysed} songs analysed, {report.unchanged + report.moved} known already, "
            f"in {report.seconds:.1f} s."
        )
        for failure in report.failures:
            _say(f"Failed: {failure.path.name}: {failure.reason}")

        _heading(3, "The face before the camera" if camera else "A sample mood (no camera)")
        mood = _mood(settings, device=device if camera else None)
        out().print(mood_bars(mood_dict(mood)))

        songs = recommend_songs(catalogue, mood, n=_SHOWN, of_face=camera)
    _heading(4, "The samples that fit it best")
    out().print(song_table(songs, spoken()))
    write_playlist(playlist, [song.song for song in songs], relative=True)
    _say(f"To hear them, open {playlist} in a music player.")

    _heading(5, "Now with your own music")
    command = _command()
    lines = [
        (f"{command} serve", "the page: choose a folder, let the camera see you, listen"),
        (f"{command} scan FOLDER", "listen to a folder of music, once"),
        (f"{command} recommend --camera", "what fits the face before the camera"),
        (f"{command} recommend --mood sad=0.6,neutral=0.4 --open", "or a mood; and play it"),
    ]
    watched = _is_watched()
    if page is None and not watched:
        elsewhere = "" if folder == Path("demo") else f" --folder {shlex.quote(str(folder))}"
        lines.append((f"{command} demo --page{elsewhere}", "the page with the samples"))
    for line, purpose in lines:
        out().print(f"  {printable(line)}", style="bold", soft_wrap=True)
        out().print(f"      {purpose}", soft_wrap=True)

    if page or (page is None and watched):
        _heading(6, "The page, with the samples")
        _serve(folder, settings)


def _heading(number: int, text: str) -> None:
    out().print(f"\n{number}  {text}", style="bold cyan")


def _say(text: str) -> None:
    out().print(printable(text), soft_wrap=True)


def _render(folder: Path) -> int:
    """Render the samples and return their number."""
    from vibelux.samples.rendering import render_samples

    with err().status("rendering") as status:
        return len(
            render_samples(
                folder,
                on_progress=lambda done, total: status.update(f"rendering {done} of {total}"),
            )
        )


def _scan(folder: Path, catalogue: "Catalogue", settings: "Settings") -> "ScanReport":
    from vibelux.library.scan import scan

    with err().status("starting to listen") as status:
        return scan(
            [folder],
            catalogue,
            workers=settings.workers,
            song_timeout=settings.song_timeout,
            model_path=settings.music_model,
            on_progress=lambda at: status.update(f"analysed {at.done} of {at.total}"),
        )


def _mood(settings: "Settings", *, device: int | None) -> "Mood":
    """Return the mood of the face before a camera, or the sample where there is no camera."""
    if device is None:
        from vibelux.emotions import parse_mood

        return parse_mood(SAMPLE_MOOD)
    from vibelux.face.sources import mood_of_camera

    with err().status("looking"):
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
        replace(settings, home=folder.resolve()),
        Address("127.0.0.1", 0),
        roots=Roots.usual(),
        browser=True,
    )


def _command() -> str:
    """Return how this user can call the program, also from an environment not activated."""
    if shutil.which("vibelux"):
        return "vibelux"
    program = Path(sys.executable).with_name("vibelux")
    if program.is_relative_to(Path.cwd()):
        program = program.relative_to(Path.cwd())
    return shlex.quote(str(program))

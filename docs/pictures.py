"""Draw the pictures of the README: python docs/pictures.py.

Runs `vibelux demo` and `vibelux analyse --plot` on the sample catalogue in a temporary folder.
"""

import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

IMAGES = Path(__file__).resolve().parent / "images"
WIDTH = 80


def main() -> None:
    """Write recommend.svg and song.png."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        words = ["recommend", "cheerful", "-n", "6"]
        home = {"VIBELUX_HOME": folder}
        run("demo", "--folder", folder, env=home)  # renders and scans into FOLDER's catalogue
        shown = run(*words, env={**home, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH)})
        console = Console(record=True, width=WIDTH, file=io.StringIO())
        console.print(Text(f"$ vibelux {' '.join(words)}\n", style="bold"))
        console.print(Text.from_ansi(shown))
        picture = console.export_svg(title="VibeluX", theme=MONOKAI)
        picture = re.sub(r"@font-face \{.*?\}", "", picture, flags=re.DOTALL)  # no remote fonts
        (IMAGES / "recommend.svg").write_text(picture, encoding="utf-8")
        song = next(Path(folder, "samples").rglob("Sunny brass.*"))
        run("analyse", str(song), "--plot", str(IMAGES / "song.png"), env=home)


def run(*words: str, env: dict[str, str]) -> str:
    """Run the command line and return what it prints."""
    command = [sys.executable, "-c", "from vibelux.cli import main; main()", *words]
    return subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **env}
    ).stdout


if __name__ == "__main__":
    main()

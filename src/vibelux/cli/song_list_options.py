"""The options of commands that list songs."""

from pathlib import Path
from typing import Annotated

import typer

# What other programs call it is understood too; see `help_page.HIDDEN_NAMES`.
Number = Annotated[
    int,
    typer.Option("-n", "--number", "--limit", "--count", min=1, help="How many songs."),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", help="Write the playlist too: .m3u8, .m3u, .xspf, .jspf or .pls."
    ),
]
M3u8 = Annotated[Path | None, typer.Option("--m3u8", hidden=True)]

"""Where the research data lies: ``../shared/data``, or where ``VIBELUX_DATA`` points."""

import os
from pathlib import Path

DATA = Path(
    os.environ.get("VIBELUX_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data"
)

MANIFEST = DATA / "music" / "manifest.csv"

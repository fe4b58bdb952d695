"""Write the description of the service's API and the types that the page has of it.

`python web/schema.py` after a change to the service; a test fails where it was forgotten.
"""

import json
import sys
import tempfile
from pathlib import Path

WEB = Path(__file__).resolve().parent
SCHEMA = WEB / "schema" / "openapi.json"
TYPES = WEB / "src" / "api" / "schema.d.ts"


def openapi() -> str:
    """Return the description of the service as it is now."""
    from vibelux.service.app import create_app
    from vibelux.service.context import Context
    from vibelux.service.folders import Roots
    from vibelux.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        context = Context.open(Settings(home=home, workers=1, song_timeout=30.0), Roots.of([home]))
        try:
            described = create_app(context).openapi()
        finally:
            context.close()
    # Types depend on no version, and a release changes no file of the page.
    described["info"]["version"] = "0"
    return json.dumps(described, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    """Write both files."""
    sys.path.insert(0, str(WEB))
    import node

    SCHEMA.parent.mkdir(exist_ok=True)
    SCHEMA.write_text(openapi(), encoding="utf-8", newline="\n")
    node.npm("run", "--silent", "schema", cwd=WEB)


if __name__ == "__main__":
    main()

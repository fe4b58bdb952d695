"""The page as the service sends it, built from this folder.

`python web/built_page.py` builds it where its sources have changed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import node

WEB = Path(__file__).resolve().parent
PAGE = WEB.parent / "src" / "vibelux" / "service" / "page"
"""Where the service looks for it."""

SOURCES = ("index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
FOLDERS = ("src", "public")
TABLES = WEB.parent / "src" / "vibelux" / "language"
"""Of the words, which the page shares with the package."""

_STAMP = "sources.sha256"
_ADVICE = (
    "Its packages come from npm's registry: connect to the network, or set npm_config_registry "
    "to a mirror. With VIBELUX_NO_PAGE=1 VibeluX is installed without its page."
)


class NotBuilt(RuntimeError):
    """The page cannot be built; the message says why and what to do."""


def sources_sha256() -> str:
    """Return a hash of all that the page is built from."""
    files = [WEB / name for name in SOURCES]
    for folder in FOLDERS:
        files += (path for path in (WEB / folder).rglob("*") if path.is_file())
    files += TABLES.glob("*.json")
    whole = hashlib.sha256()
    for path in sorted(files):
        content = path.read_bytes()
        name = path.relative_to(WEB.parent).as_posix()
        whole.update(f"{name}\0{len(content)}\0".encode() + content)
    return whole.hexdigest()


def is_current(page: Path = PAGE) -> bool:
    """Tell whether the built page is that of the sources."""
    stamp = page / _STAMP
    return stamp.is_file() and stamp.read_text(encoding="ascii") == sources_sha256()


def build(page: Path = PAGE) -> None:
    """Build the page; an older one stays until the new one is complete.

    Args:
        page: the folder to put it.

    Raises:
        NotBuilt: there is no Node, its packages cannot be had, or the sources are wrong.

    """
    before = sources_sha256()
    install()
    scratch = WEB.parent / "build"
    scratch.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        built = Path(folder, "page")
        _npm("run", "build", "--silent", "--", f"--outDir={built}", "--emptyOutDir")
        (built / _STAMP).write_text(before, encoding="ascii")
        shutil.rmtree(page, ignore_errors=True)
        shutil.move(built, page)


def install() -> None:
    """Install the packages of the lock file where they are not installed.

    Raises:
        NotBuilt: there is no Node, or the packages cannot be had.

    """
    installed = WEB / "node_modules" / ".package-lock.json"  # npm writes it last
    lock = WEB / "package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < lock.stat().st_mtime:
        # No package needs its script; none runs.
        _npm("ci", "--ignore-scripts", "--no-audit", "--no-fund", advice=_ADVICE)


def _npm(*arguments: str, advice: str = "") -> None:
    try:
        node.npm(*arguments, cwd=WEB, quiet=True)
    except node.NoNode as error:
        raise NotBuilt(f"The page cannot be built: {error}") from error
    except subprocess.CalledProcessError as error:
        command = " ".join(("npm", *arguments[:2]))
        raise NotBuilt(
            f"{error.stdout}\nThe page cannot be built: `{command}` failed, as said above. {advice}"
        ) from error


def is_unwanted() -> bool:
    """Tell whether a person wants no page."""
    return os.environ.get("VIBELUX_NO_PAGE", "0") not in ("", "0")


if __name__ == "__main__":
    try:
        if not is_current():
            build()
    except NotBuilt as error:
        sys.exit(f"error: {error}")

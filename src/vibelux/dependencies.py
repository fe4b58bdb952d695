"""What libraries write and send unasked, and how each is kept from it before it is imported.

Two send anything. From version 1.29 on ONNX Runtime posts to its vendor what it runs on, and writes
an identity of the device into the user's cache; a cluster of Ray reports how it is used. See
docs/privacy.md.
"""

import atexit
import os
import shutil
import tempfile
from contextlib import suppress

from vibelux.errors import VibeluxError
from vibelux.private_files import private_folder
from vibelux.settings import home_folder


def forbid_telemetry() -> None:
    """Keep ONNX Runtime from sending and from writing an identity, here and in new processes.

    It looks at ``ORT_DISABLE_TELEMETRY`` while it is imported; asked later, it has done both. A
    value that the user has given stays; an empty one counts as none, as everywhere in VibeluX.
    """
    if not os.environ.get("ORT_DISABLE_TELEMETRY"):
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"


def forbid_usage_reports() -> None:
    """Keep Ray from reporting how a cluster is used, where VibeluX starts one.

    A cluster that was started before reports or does not as it was started. Its connection from
    outside (``ray://``) fails after a fork unless the second variable is set.
    """
    if not os.environ.get("RAY_USAGE_STATS_ENABLED"):
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if not os.environ.get("GRPC_ENABLE_FORK_SUPPORT"):
        os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"


def place_font_cache() -> None:
    """Let Matplotlib keep its list of fonts in VibeluX's home, not in the user's folders.

    Where nothing can be written there, it goes into a passing folder. ``MPLCONFIGDIR`` stays where
    the user has given one.
    """
    if os.environ.get("MPLCONFIGDIR"):
        return
    with suppress(OSError, VibeluxError):
        folder = home_folder() / "matplotlib"
        private_folder(folder.parent)
        private_folder(folder)
        if os.access(folder, os.W_OK):
            os.environ["MPLCONFIGDIR"] = str(folder)
            return
    passing = tempfile.mkdtemp(prefix="vibelux-fonts-")
    atexit.register(shutil.rmtree, passing, ignore_errors=True)
    os.environ["MPLCONFIGDIR"] = passing

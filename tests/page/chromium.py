"""The Chromium of this machine, with a camera that shows a file, or with none."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def found() -> str | None:
    """Return the browser's path; None where there is none. None is ever downloaded."""
    given = os.environ.get("VIBELUX_CHROMIUM")
    return given or next(filter(None, map(shutil.which, NAMES)), None)


def launch(playwright: Playwright, *, camera: Path | None = None, cameras: int = 0) -> Browser:
    """Start it without a window.

    Args:
        playwright: the driver.
        camera: a Y4M file, shown over and over by the only camera.
        cameras: without a file: how many there are; they show a pattern.

    """
    devices = f"device-count={cameras}" if camera is None else "fps=30"
    arguments = [
        f"--use-fake-device-for-media-stream={devices}",
        "--autoplay-policy=no-user-gesture-required",
        "--force-color-profile=srgb",
        "--disable-dev-shm-usage",  # containers have little of it
        "--host-resolver-rules=MAP *.example.org 127.0.0.1",  # this machine by another name
    ]
    if camera is not None:
        arguments.append(f"--use-file-for-fake-video-capture={camera}")
    return playwright.chromium.launch(
        executable_path=found(),
        args=arguments,
        chromium_sandbox=False,
        ignore_default_args=["--hide-scrollbars"],  # they take room from what people see
    )

"""A page in the browser, with all that it asks for and complains about."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

TIMEOUT_MS = float(os.environ.get("VIBELUX_PAGE_TIMEOUT", "30")) * 1000
"""After which something that a test waits for is not there."""


@dataclass(frozen=True)
class Asked:
    """A request: its method, its address, the bytes of its body and its type."""

    method: str
    url: str
    body: bytes
    kind: str


@dataclass
class Watched:
    """A page and what was seen of it.

    Attributes:
        page: to be driven.
        context: of the page.
        asked: every request, in order, of the page and its workers.
        complaints: errors of scripts, of the console and of the security policy.
        expected: patterns of complaints that a test brings about.

    """

    page: Page
    context: BrowserContext
    asked: list[Asked] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def _on_request(self, request: Request) -> None:
        self.asked.append(
            Asked(
                request.method, request.url, request.post_data_buffer or b"", request.resource_type
            )
        )

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            place = message.location
            self.complaints.append(f"{message.text} ({place.get('url')}:{place.get('lineNumber')})")

    def unexpected(self) -> list[str]:
        """Return the complaints that no test brought about."""
        return [
            text
            for text in self.complaints
            if not any(re.search(pattern, text) for pattern in self.expected)
        ]


@contextmanager
def watched(
    browser: Browser,
    url: str,
    *,
    camera: bool | None = False,
    phone: bool = False,
    dark: bool = False,
    still: bool = True,
    language: str = "en-GB",
    script: str = "",
    **options: Any,
) -> Iterator[Watched]:
    """Yield a page that shows an address, with a browser's memory of its own.

    Args:
        browser: to open it in.
        url: to open.
        camera: allow the camera beforehand, or forbid it; None: an address that may not ask.
        phone: 360 × 740 with touch.
        dark: as the system's choice.
        still: ask for reduced motion.
        language: of the browser.
        script: runs before those of the page.
        **options: of Playwright's contexts.

    """
    context = browser.new_context(
        viewport={"width": 360, "height": 740} if phone else {"width": 1280, "height": 800},
        has_touch=phone,
        is_mobile=phone,
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce" if still else "no-preference",
        locale=language,
        **options,
    )
    context.set_default_timeout(TIMEOUT_MS)
    if script:
        context.add_init_script(script)
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    try:
        if camera:
            context.grant_permissions(["camera"], origin=origin)
        page = context.new_page()
        if camera is False:  # without a window nobody can answer the question
            context.new_cdp_session(page).send(
                "Browser.setPermission",
                {"permission": {"name": "camera"}, "setting": "denied", "origin": origin},
            )
        seen = Watched(page, context)
        context.on("request", seen._on_request)
        page.on("console", seen._on_console)
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.goto(url)
        yield seen
    finally:
        context.close()

"""`vibelux serve`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vibelux.cli.console import err, out, spoken

if TYPE_CHECKING:
    from vibelux.service.folders import Roots
    from vibelux.service.server import Address, Links
    from vibelux.settings import Settings


def serve(
    host: str = typer.Option(
        "127.0.0.1",
        "--host",
        metavar="ADDRESS",
        help="Address to listen on; beyond this machine a token is needed.",
    ),
    port: int = typer.Option(8765, "--port", min=0, max=65535, help="0: any that is free."),
    no_browser: bool = typer.Option(False, "--no-browser", help="Do not open the page."),
    root: list[Path] | None = typer.Option(
        None,
        "--root",
        metavar="FOLDER",
        help="Folder below which music may be scanned; may be given again. "
        "Default: your music folder and your home.",
    ),
    allow_host: list[str] | None = typer.Option(
        None,
        "--allow-host",
        metavar="NAME",
        help="Name by which a proxy makes it known; may be given again. A token is needed then.",
    ),
    proxy: list[str] | None = typer.Option(
        None,
        "--proxy",
        metavar="ADDRESS",
        help="Address or network of a proxy whose X-Forwarded-For and X-Forwarded-Proto count; may "
        "be given again.",
    ),
    root_path: str = typer.Option(
        "", "--root-path", metavar="PATH", help="Path under which a proxy shows it: /vibelux."
    ),
    processes: int = typer.Option(
        1, "--processes", min=1, max=64, help="That answer; more where many listen at once."
    ),
) -> None:
    """Open the page: the camera, your music, and what fits.

    It serves the page and an API for programs until Ctrl-C. The camera's pictures stay in the
    browser: seven numbers come here.
    """
    from vibelux.library.workers_process import THREADS

    for name in THREADS:
        os.environ.setdefault(name, "1")  # requests share the cores; NumPy's threads only wait
    from vibelux.service.folders import Roots
    from vibelux.service.server import Address
    from vibelux.settings import load_settings

    roots = Roots.of(root) if root else Roots.usual()
    below = root_path.strip("/")
    address = Address(
        host,
        port,
        names=tuple(allow_host or ()),
        proxies=tuple(proxy or ()),
        root_path=f"/{below}" if below else "",
    )
    serve_page(load_settings(), address, roots=roots, browser=not no_browser, processes=processes)


def serve_page(
    settings: "Settings",
    address: "Address",
    *,
    roots: "Roots",
    browser: bool,
    processes: int = 1,
) -> None:
    """Serve until Ctrl-C, say where, and open the page.

    Args:
        settings: of the catalogue.
        address: where to listen.
        roots: folders that may be scanned.
        browser: open the page.
        processes: that answer.

    Raises:
        InvalidInput, VibeluxError: as of `vibelux.service.server.serve`.

    """
    from vibelux.service.server import EXIT_SECONDS
    from vibelux.service.server import serve as serve_until_stopped

    def ready(links: "Links") -> None:
        words = spoken()
        said = [words.text("cli.serve.at", link=link) for link in links.named or (links.direct,)]
        if links.named:
            said.append(words.text("cli.serve.directly", link=links.direct))
        for line in said:
            out().print(line, soft_wrap=True)
        err().print(words.text("cli.serve.end"), style="dim")
        if browser:
            _open(links.direct)  # the proxy may not run yet

    serve_until_stopped(
        settings,
        address,
        roots=roots,
        on_ready=ready,
        exit_seconds=EXIT_SECONDS,
        processes=processes,
    )


def _open(link: str) -> None:
    """Open the page in a thread of its own: some systems wait for the browser."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()

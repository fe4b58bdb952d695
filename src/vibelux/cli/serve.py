"""`vibelux serve`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from vibelux.cli.console import err, out, spoken
from vibelux.cli.extras import extra

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vibelux.service.folders import Roots
    from vibelux.service.home_network import HomeNetwork
    from vibelux.service.server import Address, Links
    from vibelux.settings import Settings


def serve(
    home: bool = typer.Option(
        False, "--home", help="For the phones in your network too, with their cameras."
    ),
    new_link: bool = typer.Option(
        False, "--new-link", help="With --home: make a new link; those given so far end."
    ),
    host: str | None = typer.Option(
        None,
        "--host",
        metavar="ADDRESS",
        show_default="127.0.0.1",
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
    from vibelux.errors import InvalidInput
    from vibelux.service.folders import Roots
    from vibelux.service.server import Address
    from vibelux.settings import load_settings

    roots = Roots.of(root) if root else Roots.usual()
    below = root_path.strip("/")
    settings = load_settings()
    if home and (allow_host or proxy or below):
        raise InvalidInput(
            "--home does without a proxy; leave --allow-host, --proxy and --root-path out"
        )
    if new_link and not home:
        raise InvalidInput("--new-link makes a new link for --home; give both")
    if host is None:
        host = "0.0.0.0" if home else "127.0.0.1"
    address = Address(
        host,
        port,
        names=tuple(allow_host or ()),
        proxies=tuple(proxy or ()),
        root_path=f"/{below}" if below else "",
    )
    serve_page(
        settings,
        address,
        roots=roots,
        browser=not no_browser,
        processes=processes,
        home=_home_network(settings, host, new_link=new_link) if home else None,
    )


def serve_page(
    settings: "Settings",
    address: "Address",
    *,
    roots: "Roots",
    browser: bool,
    processes: int = 1,
    home: "HomeNetwork | None" = None,
) -> None:
    """Serve until Ctrl-C, say where, and open the page.

    Args:
        settings: of the catalogue.
        address: where to listen.
        roots: folders that may be scanned.
        browser: open the page.
        processes: that answer.
        home: how the phones of one's own network reach it; None: they do not.

    Raises:
        InvalidInput, VibeluxError: as of `vibelux.service.server.serve`.

    """
    from vibelux.service.server import EXIT_SECONDS
    from vibelux.service.server import serve as serve_until_stopped

    def ready(links: "Links") -> None:
        words = spoken()
        shown = links.named or (links.direct,)
        said = [Text(words.text("cli.serve.at", link=link)) for link in shown]
        if links.named:
            said.append(Text(words.text("cli.serve.directly", link=links.direct)))
        if home is not None:
            said += _for_phones(links, home)
        # In one piece: who reads only the first line does not end the service.
        out().print(*said, sep="\n", soft_wrap=True)
        err().print(words.text("cli.serve.end"), style="dim")
        if browser:
            _open(links.local)  # the proxy may not run yet

    serve_until_stopped(
        settings,
        address,
        roots=roots,
        on_ready=ready,
        exit_seconds=EXIT_SECONDS,
        processes=processes,
        home=home,
    )


def _home_network(settings: "Settings", host: str, *, new_link: bool) -> "HomeNetwork":
    """Return what phones need to reach this machine.

    Raises:
        MissingExtra: the home extra is not installed.
        VibeluxError: see `HomeNetwork.at`; or this machine is in no network.

    """
    from vibelux.errors import VibeluxError
    from vibelux.service.server import shown_host

    with extra("home"):
        import vibelux.cli.qr_code  # noqa: F401  # now, not when the service has started
        from vibelux.service.home_network import HomeNetwork
    shown = shown_host(host)
    if shown == "127.0.0.1":
        raise VibeluxError(spoken().text("cli.serve.no_network"))
    folder = settings.home / "home-network"
    return HomeNetwork.at(folder, [shown.strip("[]")], new_link=new_link)


def _for_phones(links: "Links", home: "HomeNetwork") -> "Iterator[Text]":
    """Yield the link as a picture for a phone's camera, and what its browser may ask."""
    from vibelux.cli.qr_code import qr_code

    words, said = spoken(), "cli.serve.phones_without_square"
    if out().is_terminal and not out().no_color:  # it needs dark on light
        said = "cli.serve.phones"
        for line in qr_code(links.direct):
            yield Text(line, style="black on bright_white")
    yield Text(words.text(said, trust=links.trust))
    mark = words.text("cli.serve.fingerprint", fingerprint=home.fingerprint)
    yield Text(mark, style="dim")


def _open(link: str) -> None:
    """Open the page in a thread of its own: some systems wait for the browser."""
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()

"""The server's process: one a catalogue and a port, started and ended in good order."""

import errno
import ipaddress
import json
import logging
import re
import secrets
import socket
import sys
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import uvicorn

from vibelux.errors import InvalidInput, VibeluxError
from vibelux.library.workers_process import Analyser
from vibelux.service.app import create_app
from vibelux.service.context import Context
from vibelux.service.folders import Roots
from vibelux.service.lock import catalogue_lock
from vibelux.settings import Settings

_GRACE = 3
"""Seconds that open requests have to end by themselves."""

_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")

_ROOT_PATH = re.compile(r"(?!/(api|assets)(/|$))(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+")
"""The folders of the service itself cannot be told from a path that a proxy leaves."""


@dataclass(frozen=True)
class Address:
    """Where the service is.

    Attributes:
        host: a name or an IP address to listen on.
        port: 0 takes a free one.
        names: by which a proxy makes the service known; requests need a token then.
        root_path: path under which a proxy shows the service, such as ``/vibelux``; "": none.

    """

    host: str
    port: int
    names: tuple[str, ...] = ()
    root_path: str = ""


@dataclass(frozen=True)
class Links:
    """What a person can open; each link holds the token if there is one.

    Attributes:
        direct: to the address that the service listens on.
        named: by the names of proxies, which speak TLS.

    """

    direct: str
    named: tuple[str, ...] = ()

    @classmethod
    def of(cls, direct: str, address: Address, token: str | None) -> "Links":
        """Return the links to where the service is, and to its proxies' names."""
        end = "" if token is None else f"?token={token}"
        path = f"{address.root_path}/"
        return cls(direct + end, tuple(f"https://{name}{path}{end}" for name in address.names))


def serve(
    settings: Settings,
    address: Address,
    *,
    roots: Roots,
    on_ready: Callable[[Links], None],
    analyser: Analyser | None = None,
) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Args:
        settings: of the catalogue and the scans.
        address: where to listen. Beyond this machine, requests need a token.
        roots: folders that may be seen and scanned.
        on_ready: called with the links to open as soon as requests are answered.
        analyser: what scans run; None: the music model.

    Raises:
        InvalidInput: the host, the port, a name or the path of a proxy cannot be used.
        VibeluxError: another program uses the port, or another service the catalogue.
        CatalogueError: as of the catalogue.

    """
    for name in address.names:
        if not _NAME.fullmatch(name):
            raise InvalidInput(
                f"{name!r} is no name of a host; give one such as music.example.org, without "
                "https:// and without a port"
            )
    if address.root_path and not _ROOT_PATH.fullmatch(address.root_path):
        raise InvalidInput(
            f"{address.root_path!r} is not a path that a proxy can show VibeluX under; give one "
            "such as /vibelux, of letters, digits, dots and dashes, that does not begin with "
            "/api or /assets"
        )
    with closing(_bound(address)) as listener:
        port = listener.getsockname()[1]
        private = _is_private(listener) and not address.names
        token = None if private else secrets.token_urlsafe(24)
        link = f"http://{_shown(address.host)}:{port}{address.root_path}/"
        with catalogue_lock(settings.catalogue, link):
            context = Context.open(settings, roots, analyser=analyser)
            server = _Server(
                uvicorn.Config(
                    create_app(
                        context, token=token, names=address.names, root_path=address.root_path
                    ),
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    date_header=True,
                    timeout_graceful_shutdown=_GRACE,
                    timeout_keep_alive=30,
                    ws="none",
                ),
                context,
                lambda: on_ready(Links.of(link, address, token)),
            )
            logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
            server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """Says when it is ready, and lets streams of events end when it stops."""

    def __init__(
        self, config: uvicorn.Config, context: Context, on_ready: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._context, self._on_ready = context, on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._context.stopping = True
        await super().shutdown(sockets)


def _bound(address: Address) -> socket.socket:
    """Return a socket that listens, so that what is in the way is said before anything starts."""
    try:
        found = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError, OverflowError) as error:
        raise InvalidInput(
            f"cannot listen on {address.host!r}: {error}; use 127.0.0.1, or an address of this "
            "machine"
        ) from error
    family, kind, protocol, _, place = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if sys.platform == "win32":  # there SO_REUSEADDR would share the port with anybody
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(place)
        listener.listen(256)
    except OSError as error:
        listener.close()
        raise _in_the_way(address, error) from error
    return listener


def _in_the_way(address: Address, error: OSError) -> VibeluxError:
    shown = f"{_shown(address.host)}:{address.port}"
    if error.errno == errno.EADDRINUSE:
        if _is_ours(shown):
            return VibeluxError(
                f"VibeluX runs already at http://{shown}/; open that, or choose another --port"
            )
        return VibeluxError(
            f"another program uses port {address.port}; choose another one with --port, "
            "or --port 0 for any that is free"
        )
    if error.errno == errno.EACCES:
        return InvalidInput(f"port {address.port} is not permitted; choose one above 1023")
    return InvalidInput(
        f"cannot listen on {shown}: {error.strerror or error}; use 127.0.0.1, or an address of "
        "this machine"
    )


def _is_ours(shown: str) -> bool:
    """Tell whether it is VibeluX that answers."""
    try:
        with urllib.request.urlopen(f"http://{shown}/api/v1/health", timeout=2) as answer:
            return bool(json.load(answer)["name"] == "VibeluX")
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _is_private(listener: socket.socket) -> bool:
    return ipaddress.ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback


def _shown(host: str) -> str:
    """Return a host as it stands in a link; an address that means all becomes this machine's."""
    if host in ("0.0.0.0", "::", ""):
        return _own_address()
    return f"[{host}]" if ":" in host else host


def _own_address() -> str:
    """Return the address by which others reach this machine; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documents, RFC 5737
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"

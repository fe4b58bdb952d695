"""The server's process: one per catalogue and port, with an orderly start and end."""

import asyncio
import errno
import ipaddress
import json
import logging
import multiprocessing
import os
import re
import secrets
import signal
import socket
import ssl
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any

import uvicorn
from fastapi import FastAPI

from vibelux.errors import InvalidInput, VibeluxError
from vibelux.library.locks import service_lock
from vibelux.library.workers_process import Analyser
from vibelux.service.app import create_app
from vibelux.service.connections import (
    REQUEST_SECONDS,
    Connection,
    Connections,
    connections_at_most,
)
from vibelux.service.context import Context
from vibelux.service.folders import Roots
from vibelux.service.log import folded_log
from vibelux.service.scan_board import ScanBoard
from vibelux.service.trust_page import TRUST
from vibelux.settings import Settings

if TYPE_CHECKING:
    from vibelux.service.home_network import HomeNetwork  # needs the home extra

_GRACE = 3
"""Seconds that open requests have to finish."""

EXIT_SECONDS = 4.5
"""Seconds after Ctrl-C or SIGTERM within which the command ends, whatever hangs."""

_QUEUE = 256
"""Number of connections that the system keeps until they are accepted."""

_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")

_ROOT_PATH = re.compile(r"(?!/(api|assets)(/|$))(/(?!\.{1,2}(/|$))[A-Za-z0-9._~-]+)+")
"""Folders of the service, which cannot be distinguished from a path that a proxy leaves in
place."""


@dataclass(frozen=True)
class Address:
    """Where the service can be reached.

    Attributes:
        host: a name or an IP address to listen on.
        port: 0 takes a free one.
        names: names under which a proxy offers the service; requests then need a token.
        proxies: addresses (or networks) of proxies, which say in headers who asks, and whether over
            TLS; nobody else is trusted to.
        root_path: path under which a proxy offers the service, such as ``/vibelux``; "" for none.

    """

    host: str
    port: int
    names: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    root_path: str = ""


@dataclass(frozen=True)
class Links:
    """What a person can open; each link but `trust` contains the token if there is one.

    Attributes:
        direct: link to the address on which the service listens.
        named: links with the names of proxies, which speak TLS.
        local: the link for this machine's browser.
        trust: link to the page that explains how phones come to trust this machine; "" where they
            need not.

    """

    direct: str
    named: tuple[str, ...] = ()
    local: str = ""
    trust: str = ""

    @classmethod
    def of(cls, direct: str, address: Address, token: str | None) -> "Links":
        """Return the links to the service's address and to its proxies' names."""
        end = "" if token is None else f"?token={token}"
        path = f"{address.root_path}/"
        named = tuple(f"https://{name}{path}{end}" for name in address.names)
        return cls(direct + end, named, local=direct + end)

    @classmethod
    def at_home(cls, host: str, port: int, token: str) -> "Links":
        """Return the links of a service for the phones of one's own network."""
        end = f"?token={token}"
        return cls(
            f"https://{host}:{port}/{end}",
            local=f"http://localhost:{port}/{end}",
            trust=f"http://{host}:{port}{TRUST}",
        )


def serve(
    settings: Settings,
    address: Address,
    *,
    roots: Roots,
    on_ready: Callable[[Links], None],
    analyser: Analyser | None = None,
    exit_seconds: float | None = None,
    processes: int = 1,
    home: "HomeNetwork | None" = None,
) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Args:
        settings: settings of the catalogue and the scans.
        address: where to listen. Beyond this machine, requests need a token.
        roots: folders that may be seen and scanned.
        on_ready: called with the links to open as soon as requests are answered.
        analyser: what scans run; None for the music model.
        exit_seconds: seconds after Ctrl-C or SIGTERM after which the process ends even if something
            hangs; None for never.
        processes: that answer requests.
        home: how the phones of one's own network reach it; None: they do not.

    Raises:
        InvalidInput: the host, the port, a name, or a proxy's address or path cannot be used.
        VibeluxError: another program uses the port, or another service uses the catalogue.
        CatalogueError: the catalogue cannot be opened.

    """
    for name in address.names:
        if not _NAME.fullmatch(name):
            raise InvalidInput(
                f"{name!r} is not the name of a host; give one such as music.example.org, without "
                "https:// and without a port"
            )
    for proxy in address.proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError as error:
            raise InvalidInput(
                f"{proxy!r} is not the address of a proxy: {error}; give one such as 127.0.0.1, "
                "or a network such as 172.16.0.0/12"
            ) from error
    if address.root_path and not _ROOT_PATH.fullmatch(address.root_path):
        raise InvalidInput(
            f"{address.root_path!r} is not a path under which a proxy can offer VibeluX; give one "
            "such as /vibelux, of letters, digits, dots and dashes, that does not begin with "
            "/api or /assets"
        )
    with closing(_bound(address)) as listener, folded_log():
        port = listener.getsockname()[1]
        private = _is_private(listener) and not address.names
        token = None if private else secrets.token_urlsafe(24)
        host = shown_host(address.host)
        link = f"http://{host}:{port}{address.root_path}/"
        links = Links.of(link, address, token)
        if home is not None:
            token = home.token
            links = Links.at_home(host, port, token)
        part = Part(settings, address, roots, token, analyser, exit_seconds, home, links)
        with service_lock(settings.catalogue_files, link):
            ready = partial(on_ready, links)
            if processes == 1:
                part.serve(listener, on_ready=ready)
            else:
                from vibelux.service.processes import serve_together

                serve_together(part, listener, number=processes, on_ready=ready)


@dataclass(frozen=True)
class Part:
    """What one process of a service serves.

    Attributes:
        settings: see `serve`.
        address: see `serve`.
        roots: see `serve`.
        token: that requests must carry, or None.
        analyser: see `serve`.
        exit_seconds: see `serve`.
        home: see `serve`.
        links: to it.

    """

    settings: Settings
    address: Address
    roots: Roots
    token: str | None
    analyser: Analyser | None
    exit_seconds: float | None
    home: "HomeNetwork | None"
    links: Links

    def serve(
        self,
        listener: socket.socket,
        *,
        on_ready: Callable[[], None],
        board: ScanBoard | None = None,
        on_server: Callable[["Server"], None] = lambda _: None,
    ) -> None:
        """Serve until Ctrl-C or SIGTERM.

        Args:
            listener: whose connections are accepted.
            on_ready: called as soon as requests are answered.
            board: see `Context.open`.
            on_server: called with the server before it runs.

        Raises:
            CatalogueError, ProfileError, ModelError: as `Context.open`.

        """
        context = Context.open(self.settings, self.roots, analyser=self.analyser, board=board)
        address, tls = self.address, None
        if self.home is not None:
            from vibelux.service.certificates import tls_context

            context.phone_link, context.trust_link = self.links.direct, self.links.trust
            tls = tls_context(self.home.server)
        app = create_app(
            context,
            token=self.token,
            home=self.home,
            names=address.names,
            root_path=address.root_path,
        )
        server = Server(
            app,
            context,
            on_ready=on_ready,
            proxies=address.proxies,
            exit_seconds=self.exit_seconds,
            tls=tls,
        )
        logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
        on_server(server)
        server.run(sockets=[listener])


class Server(uvicorn.Server):
    """Accepts no more connections than it can serve, and stops in order and in time.

    Args:
        app: the app.
        context: the app's context, which is told when the service stops.
        on_ready: called as soon as requests are answered.
        proxies: see `Address`.
        request_seconds: seconds within which a request has to arrive completely.
        most: most connections at once; None for as many as the system's limit of open files allows.
        exit_seconds: see `serve`.
        tls: for connections that begin with TLS; None: none does.

    """

    def __init__(
        self,
        app: FastAPI,
        context: Context,
        *,
        on_ready: Callable[[], None] = lambda: None,
        proxies: tuple[str, ...] = (),
        request_seconds: float = REQUEST_SECONDS,
        most: int | None = None,
        exit_seconds: float | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=True,
                proxy_headers=bool(proxies),
                forwarded_allow_ips=list(proxies),
                timeout_graceful_shutdown=_GRACE,
                timeout_keep_alive=30,
                ws="none",
            )
        )
        self._context, self._on_ready = context, on_ready
        self._proxies, self._most = proxies, most
        self._request_seconds, self._exit_seconds = request_seconds, exit_seconds
        self._tls = tls
        self._connections: Connections | None = None
        self._accepting: list[asyncio.Task[None]] = []

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start accepting connections.

        Args:
            sockets: the listening sockets.

        """
        await super().startup([])  # Uvicorn would accept more connections than files can be opened
        if not self.started:
            return
        self._connections = Connections(
            self.server_state.connections,
            most=connections_at_most() if self._most is None else self._most,
            proxies=self._proxies,
            tls=self._tls,
            seconds=self._request_seconds,
        )
        self._accepting = [
            asyncio.create_task(self._connections.accept(listener, self._connection))
            for listener in sockets or ()
        ]
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept nothing more, end streams of events, and stop a scan."""
        self._context.stop_soon()
        for task in self._accepting:
            task.cancel()
        if self._connections is not None:
            self._connections.stop()
        await super().shutdown(sockets)
        if self.should_exit and self._exit_seconds is not None:
            _kill_workers()  # the repeated signal would now leave them behind

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Start stopping; a second Ctrl-C waits for nothing."""
        if self._exit_seconds is not None and not self.should_exit:
            threading.Thread(target=_exit_in, args=(self._exit_seconds, sig), daemon=True).start()
        super().handle_exit(sig, frame)

    def _connection(self) -> Connection:
        rest: dict[str, Any] = {"app_state": self.lifespan.state}
        return Connection(
            seconds=self._request_seconds,
            config=self.config,
            server_state=self.server_state,
            **rest,
        )


def _exit_in(seconds: float, sig: int) -> None:
    """End this process and its workers after a time, even if a thread hangs on a disk."""
    time.sleep(seconds)
    _kill_workers()
    os._exit(130 if sig == signal.SIGINT else 128 + sig)


def _kill_workers() -> None:
    """End the processes that this one has started, even stopped ones."""
    for process in multiprocessing.active_children():
        process.kill()


def _bound(address: Address) -> socket.socket:
    """Return a listening socket, so that problems are reported before anything starts."""
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
        listener.listen(_QUEUE)
    except OSError as error:
        listener.close()
        raise _in_the_way(address, error) from error
    return listener


def _in_the_way(address: Address, error: OSError) -> VibeluxError:
    shown = f"{shown_host(address.host)}:{address.port}"
    if error.errno == errno.EADDRINUSE:
        if _is_ours(shown):
            return VibeluxError(
                f"VibeluX is already running at http://{shown}/; open it, or choose another --port"
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
    """Return whether it is VibeluX that answers."""
    try:
        with urllib.request.urlopen(f"http://{shown}/api/v1/health", timeout=2) as answer:
            return bool(json.load(answer)["name"] == "VibeluX")
    except urllib.error.HTTPError as refusal:  # beyond this machine it asks for a token
        with refusal:
            return b'"token_needed"' in refusal.read(1000)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _is_private(listener: socket.socket) -> bool:
    return ipaddress.ip_address(listener.getsockname()[0].partition("%")[0]).is_loopback


def shown_host(host: str) -> str:
    """Return a host for a link; an address that means all becomes this machine's.

    Args:
        host: a name or an IP address to listen on.

    """
    if host in ("0.0.0.0", "::", ""):
        return _own_address()
    return f"[{host}]" if ":" in host else host


def _own_address() -> str:
    """Return the address at which others reach this machine; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # reserved for documents, RFC 5737
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"

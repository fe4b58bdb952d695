"""Limits of connections: how many, how long a request may take to arrive, how large its head is.

Uvicorn accepts connections until the process cannot open more files, keeps idle ones, and reads
headers of any length. The limits are enforced here, below the app, because a connection that has
not sent a request never reaches the app.
"""

import asyncio
import errno
import ipaddress
import os
import socket
import ssl
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from vibelux.service.failures import Failure, logger
from vibelux.service.guard import SECURITY_HEADERS, is_loopback, plain_address

MAX_HEAD = 1 << 16
"""Most bytes of a request's line and headers."""

MAX_HEADERS = 100
"""Most headers of a request; browsers send about twenty."""

REQUEST_SECONDS = 10.0
"""Seconds after which an incomplete request, or a connection without one, is given up."""

_MOST = 512
"""Most connections, however many files the system would let us open."""

_PIECE = 4096
"""Bytes that are parsed between two checks of the limits."""

_PIPELINED = 32
"""Requests that may wait their turn on one connection; browsers send none ahead."""

_LINGER = 2.0
"""Seconds that the sender of a refused request has to read why."""

_TLS = b"\x16"
"""The first byte of a handshake (RFC 8446, 5.1)."""

_NO_FILES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Connection(HttpToolsProtocol):
    """A connection whose requests have to arrive in time, with a head of limited size.

    Args:
        seconds: how long a request may take from its first byte to its last; a connection's first
            request counts from when the connection was made.
        **uvicorn: see `HttpToolsProtocol`.

    """

    def __init__(self, *, seconds: float, **uvicorn: Any) -> None:
        super().__init__(**uvicorn)
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None
        self._in_head = self._in_message = self._refused = False
        self._overhead = self._body = 0  # bytes of the message outside and inside its body
        self._piece = 0  # bytes that are being parsed
        self._failure: Failure | None = None
        self.idle_since = self.loop.time()
        self.stalled_since: float | None = None

    @property
    def answering(self) -> bool:
        """Whether a whole request is being answered, or waits for that."""
        cycle = self.cycle
        waits = cycle is not None and not cycle.response_complete and not cycle.more_body
        return bool(self.pipeline) or waits

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first request."""
        assert isinstance(transport, asyncio.Transport)
        super().connection_made(transport)
        if self.client is not None:
            self.client = (plain_address(self.client[0]), self.client[1])
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse a part of a request, and refuse one that is too large."""
        if self._refused:
            return
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            self._piece = len(piece)
            self._overhead += self._piece
            super().data_received(piece)
            if self._refused or self.transport.is_closing():
                return
            # Each chunk states its size, so more than the head lies outside the body.
            if self._overhead > MAX_HEAD + 8 * self._body:
                self.refuse(_large_head())
                return
        if not self.answering:
            self._wait()

    def on_message_begin(self) -> None:
        """Start counting."""
        super().on_message_begin()
        self._in_head = self._in_message = True
        self._overhead, self._body = self._piece, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Count the headers, including those after a body in chunks."""
        super().on_header(name, value)
        if len(self.headers) > MAX_HEADERS:
            self._stop(_many_headers())

    def on_headers_complete(self) -> None:
        """Let the app answer, unless the head is too large."""
        self._in_head = False
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > MAX_HEAD:
            self._stop(_large_head())
        if len(self.pipeline) >= _PIPELINED:
            self._stop(Failure(400, "bad_request", "too many requests were sent ahead"))
        super().on_headers_complete()
        if self.parser.should_upgrade():  # what follows would not be HTTP/1.1
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """Count the bytes of the body."""
        self._overhead -= len(body)
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Stop waiting: the request is complete."""
        self._in_message = False
        self._wait_no_longer()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Go on with the next request, unless it was refused."""
        self.idle_since = self.loop.time()
        if self._refused:
            self.transport.close()
        else:
            super().on_response_complete()

    def pause_writing(self) -> None:
        """Note since when nobody has taken the answer."""
        self.stalled_since = self.loop.time()
        super().pause_writing()

    def resume_writing(self) -> None:
        """Note that somebody takes the answer again."""
        self.stalled_since = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP; Uvicorn calls this with a text of its own."""
        del msg
        self.refuse(self._failure or Failure(400, "bad_request", "this is not a valid request"))

    def refuse(self, failure: Failure) -> None:
        """Say what is wrong with the request, and end the connection after that."""
        self._refused = True
        self._wait_no_longer()
        cycle = self.cycle
        waits_for_body = cycle is not None and not cycle.response_complete and cycle.more_body
        if waits_for_body and not self.pipeline:
            cycle.disconnected = True
            cycle.message_event.set()
            if cycle.response_started:
                self.transport.close()
                return
        elif self.answering:  # complete requests are answered; then the connection ends
            self.pipeline.clear()
            return
        self.transport.write(answer_to(failure, self.server_state.default_headers))
        # Closing at once would reset the connection, and the answer might never be read.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self._timer = self.loop.call_later(_LINGER, self.transport.abort)

    def _stop(self, failure: Failure) -> None:
        """Leave the parser, which then calls `send_400_response`."""
        self._failure = failure
        raise ValueError(failure)

    def _wait(self) -> None:
        if self._timer is None:
            self._timer = self.loop.call_later(self._seconds, self._expired)

    def _wait_no_longer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expired(self) -> None:
        """End a connection whose request does not arrive, or not completely."""
        self._timer = None
        if self.transport.is_closing():
            return
        answered = self.cycle is not None and self.cycle.response_complete
        if self.answering:  # the next request was sent ahead: it has time until its turn
            self._wait()
        elif not self._in_message or (answered and not self._in_head):
            self.transport.close()  # nobody waits for an answer
        else:
            self.refuse(Failure(408, "request_timeout", "the request did not arrive completely"))


class Connections:
    """Accepts a limited number of connections.

    One more takes the place of the one that has waited longest without a request (from the address
    with the most of those), or else of one whose answer nobody takes. Otherwise it is refused.

    Args:
        most: most connections at once.
        open: the open connections, as Uvicorn keeps them.
        proxies: addresses, or networks, that speak for many clients.
        tls: for connections that begin with TLS; None: none does.
        seconds: that a connection has to begin.

    """

    def __init__(
        self,
        open: Collection[Any],
        *,
        most: int,
        proxies: Collection[str] = (),
        tls: ssl.SSLContext | None = None,
        seconds: float = REQUEST_SECONDS,
    ) -> None:
        self.most = most
        self._open = open
        self._proxies = [ipaddress.ip_network(proxy) for proxy in proxies]
        self._tls = tls
        self._seconds = seconds
        self._beginning: dict[asyncio.Task[None], str] = {}

    async def accept(self, listener: socket.socket, connection: Any) -> None:
        """Accept connections until the listener is closed.

        Args:
            listener: a listening socket.
            connection: makes the protocol of a connection.

        """
        loop = asyncio.get_running_loop()
        listener.setblocking(False)
        while listener.fileno() >= 0:
            try:
                accepted, address = await loop.sock_accept(listener)
            except OSError as error:
                if error.errno in _NO_FILES:
                    logger.warning("no more connections: %s", error.strerror)
                    self._drop(None)
                    await asyncio.sleep(1.0)
                continue
            if not self._has_room(plain_address(address[0])):
                logger.warning("a connection was refused: %d are open", len(self._open))
                with accepted, suppress(OSError):  # it may already be gone
                    accepted.send(answer_to(_full(), []))
                continue
            if self._tls is None:
                try:
                    await loop.connect_accepted_socket(connection, accepted)
                except OSError:
                    accepted.close()
                continue
            begun = loop.create_task(self._begin(connection, accepted))
            self._beginning[begun] = plain_address(address[0])
            begun.add_done_callback(self._beginning.pop)

    async def _begin(self, connection: Any, accepted: socket.socket) -> None:
        """Begin a connection with TLS or, where its first byte is not that of TLS, without it.

        Phones are told an address, and people type it without https.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._seconds):
                tls = self._tls if await _first_byte(accepted) == _TLS else None
                await loop.connect_accepted_socket(connection, accepted, ssl=tls)
        except OSError:  # of TLS, and TimeoutError, too
            accepted.close()
        except asyncio.CancelledError:
            accepted.close()
            raise

    def _has_room(self, address: str) -> bool:
        """Make room for a connection from an address; return whether there is any."""
        there = self._there()
        if not is_loopback(address) and not self._speaks_for_many(address):
            own = sum(_address(one) == address for one in there)
            own += sum(one == address for one in self._beginning.values())
            if own >= self.most // 2:  # no other machine takes all
                return self._drop(address)
        return len(there) + len(self._beginning) < self.most or self._drop(None)

    def _speaks_for_many(self, address: str) -> bool:
        ip = ipaddress.ip_address(address)
        return any(ip in network for network in self._proxies)

    def _drop(self, address: str | None) -> bool:
        """End the least useful connection, of an address or of any; return whether one ends."""
        there = [one for one in self._there() if address in (None, _address(one))]
        idle = [one for one in there if not one.answering]
        stalled = [one for one in there if one.stalled_since is not None]
        begun = [task for task, own in self._beginning.items() if address in (None, own)]
        if idle:
            number = Counter(map(_address, idle))
            goes = max(idle, key=lambda one: (number[_address(one)], -one.idle_since))
        elif begun:
            begun[0].cancel()
            return True
        elif stalled:
            goes = min(stalled, key=lambda one: one.stalled_since or 0.0)
        else:
            return False
        goes.transport.abort()
        return True

    def stop(self) -> None:
        """Give up the connections that have not begun."""
        for begun in list(self._beginning):
            begun.cancel()

    def _there(self) -> list[Connection]:
        return [one for one in self._open if not one.transport.is_closing()]


async def _first_byte(accepted: socket.socket) -> bytes:
    """Return the first byte that arrives, which stays to be read; b"" when nothing will.

    Raises:
        OSError: the other side is gone.

    """
    loop = asyncio.get_running_loop()
    there = asyncio.Event()
    try:
        loop.add_reader(accepted, there.set)
    except NotImplementedError:  # Windows' loop cannot look ahead: there it has to be TLS
        return _TLS
    try:
        await there.wait()
    finally:
        loop.remove_reader(accepted)
    return accepted.recv(1, socket.MSG_PEEK)


def connections_at_most() -> int:
    """Return the most connections that leave enough files to open.

    The limit of open files is raised as far as the system lets us; half of the free ones are for
    connections, the other half for what they ask for.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return _MOST
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < 4 * _MOST:
        wanted = 4 * _MOST if hard == resource.RLIM_INFINITY else min(hard, 4 * _MOST)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
        except (OSError, ValueError):
            pass
    if soft == resource.RLIM_INFINITY:
        return _MOST
    with Path(os.devnull).open("rb") as lowest_free:  # about this many are in use
        used = lowest_free.fileno()
    return max(4, min(_MOST, (soft - used) // 2))


def answer_to(failure: Failure, defaults: list[tuple[bytes, bytes]]) -> bytes:
    """Return a failure as bytes, for where no app can send it."""
    response = failure.response()
    headers = [
        *defaults,
        *response.raw_headers,
        *((name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()),
        (b"connection", b"close"),
    ]
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    return STATUS_LINE[failure.status] + lines + b"\r\n" + bytes(response.body)


def _address(connection: Connection) -> str:
    return connection.client[0] if connection.client else ""


def _large_head() -> Failure:
    return Failure(
        431,
        "headers_too_large",
        f"line and headers of a request may have {MAX_HEAD:,} bytes",
    )


def _many_headers() -> Failure:
    return Failure(431, "headers_too_large", f"a request may have at most {MAX_HEADERS} headers")


def _full() -> Failure:
    return Failure(503, "too_many_connections", "there are too many connections", "wait a moment")

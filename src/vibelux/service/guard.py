"""What every request passes: who may ask, how much and how often; what every answer carries.

Pure ASGI, so that sound and events stream through untouched.
"""

import asyncio
import hmac
import ipaddress
import re
import socket
import time
from collections import OrderedDict
from collections.abc import Collection
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vibelux.service.byte_ranges import number_of
from vibelux.service.failures import Failure, logger, of_status, unexpected

SECURITY_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'self'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "img-src 'self' blob: data:",
            "media-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    ),
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), display-capture=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

MAX_BODY = 1 << 20
"""Bytes: a playlist of 100,000 songs fits."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_TEXT = "text/plain"

_KEPT = ("allow", "content-range", "retry-after")
"""Headers of a library's answer that stay when it gets the one shape."""

COOKIE = "vibelux_token"


class Guard:
    """Middleware around the whole app.

    Args:
        app: what is guarded.
        token: that requests must carry, as a cookie, a bearer or once in the link; None: none, the
            service is reachable from this machine only.
        names: by which a proxy makes the service known; pages from there may change things.

    """

    def __init__(
        self, app: ASGIApp, *, token: str | None = None, names: Collection[str] = ()
    ) -> None:
        self._app = app
        self._token = token
        self._proxied = {name.lower() for name in names}
        self._names = {"localhost", "127.0.0.1", "::1"} | self._proxied
        if token is not None:
            name = socket.gethostname().lower()
            self._names |= {name, f"{name.partition('.')[0]}.local"}
        self._requests = RateLimit(rate=50.0, burst=400.0)
        self._wrong_tokens = RateLimit(rate=0.1, burst=10.0)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        started = replaced = False

        async def send_guarded(message: Message) -> None:
            nonlocal started, replaced
            if replaced:
                return
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                if message["status"] >= 400 and headers.get("content-type", _TEXT)[:10] == _TEXT:
                    # A library's own answer, such as to a range of a file.
                    kept = {name: headers[name] for name in _KEPT if name in headers}
                    failure = of_status(message["status"], "the request cannot be answered", kept)
                    await failure.response()(scope, receive, send_guarded)
                    replaced = True
                    return
                for name, value in SECURITY_HEADERS.items():
                    headers[name] = value
            await send(message)

        try:
            headers = Headers(scope=scope)
            self._check_sender(scope, headers)
            if (redirect := self._check_token(scope, headers)) is not None:
                await redirect(scope, receive, send_guarded)
                return
            if (whole := await _whole(headers, receive)) is not None:
                await self._app(scope, whole, send_guarded)
        except Failure as failure:
            await failure.response()(scope, receive, send_guarded)
        except asyncio.CancelledError:  # the service ends, and has waited long enough
            if not started:
                await _stops().response()(scope, receive, send_guarded)
        except Exception:
            logger.exception("%s %s failed", scope["method"], scope["path"])
            if started:  # too late for another answer: the connection breaks off
                raise
            await unexpected().response()(scope, receive, send_guarded)

    def _check_sender(self, scope: Scope, headers: Headers) -> None:
        """Refuse other web pages: by a name that leads here (DNS rebinding), or by their origin."""
        client = (scope.get("client") or ("", 0))[0]
        if not is_loopback(client) and (wait := self._requests.wait(client)):
            raise _slower(wait)
        if len(headers.getlist("host")) > 1:
            raise Failure(400, "bad_request", "a request has one header Host")
        host = headers.get("host", "")
        name = _name_of(host)
        if name not in self._names and not (self._token is not None and _is_address(name)):
            raise Failure(
                403,
                "host_not_allowed",
                f"this service does not answer to the name {host!r}",
            )
        if scope["method"] in _SAFE:
            return
        origin = headers.get("origin")
        site = headers.get("sec-fetch-site", "same-origin")
        own = origin in (None, f"{scope['scheme']}://{host}") or self._is_proxied(origin or "")
        if not own or site not in ("same-origin", "none"):
            raise Failure(
                403, "origin_not_allowed", "another web page may not change anything here"
            )

    def _is_proxied(self, origin: str) -> bool:
        """Tell whether an origin is the service itself behind a proxy, which may speak TLS."""
        scheme, _, host = origin.partition("://")
        return scheme in ("http", "https") and _name_of(host) in self._proxied

    def _check_token(self, scope: Scope, headers: Headers) -> RedirectResponse | None:
        """Ask for the token; one in the link becomes a cookie, and the link loses it."""
        if self._token is None:
            return None
        query = parse_qs(scope["query_string"].decode("latin-1"))
        given = query.get("token", [""])[0]
        cookie = _cookie(headers)
        bearer = headers.get("authorization", "")
        for candidate in (cookie, bearer.removeprefix("Bearer ") if bearer else "", given):
            if candidate and hmac.compare_digest(candidate.encode(), self._token.encode()):
                break
        else:
            client = (scope.get("client") or ("", 0))[0]
            if (cookie or bearer or given) and (wait := self._wrong_tokens.wait(client)):
                raise _slower(wait)
            raise Failure(401, "token_needed", "this address needs the token of its link")
        if not given or scope["method"] != "GET":
            return None
        # A path of our own only: "//elsewhere" would lead to another server.
        redirect = RedirectResponse("/" + scope["path"].lstrip("/\\"), 303)
        redirect.set_cookie(
            COOKIE, self._token, max_age=30 * 86400, httponly=True, samesite="strict"
        )
        return redirect


class RateLimit:
    """Buckets of tokens, one a sender.

    Args:
        rate: requests a second that are refilled.
        burst: requests at once.

    """

    _SENDERS = 1000

    def __init__(self, *, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, sender: str) -> float:
        """Take a token and return 0, or return the seconds until there is one."""
        now = time.monotonic()
        left, at = self._buckets.pop(sender, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._rate)
        wait = 0.0 if left >= 1 else (1 - left) / self._rate
        self._buckets[sender] = (left if wait else left - 1, now)
        if len(self._buckets) > self._SENDERS:
            self._buckets.popitem(last=False)
        return wait


async def _whole(headers: Headers, receive: Receive) -> Receive | None:
    """Read the body, which is small, before anything is done with it.

    Returns:
        what hands it out again; None: its sender is gone, and it did not come whole.

    Raises:
        Failure: it is larger than `MAX_BODY`.

    """
    length = headers.get("content-length", "0")
    if not re.fullmatch("[0-9]+", length):
        raise Failure(400, "bad_request", "the header Content-Length is not a number")
    if number_of(length) > MAX_BODY:
        raise _too_large()
    if "content-length" not in headers and "transfer-encoding" not in headers:
        return receive
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > MAX_BODY:
            raise _too_large()
    read = False

    async def replay() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": bytes(body), "more_body": False}

    return replay


def _too_large() -> Failure:
    return Failure(
        413,
        "body_too_large",
        f"a request's body may have {MAX_BODY:,} bytes",
        headers={"Connection": "close"},
    )


def _stops() -> Failure:
    return Failure(503, "service_stops", "the service is about to end", "start it again")


def _slower(wait: float) -> Failure:
    seconds = max(1, round(wait + 0.5))
    return Failure(
        429, "too_many_requests", "too many requests", headers={"Retry-After": str(seconds)}
    )


def _cookie(headers: Headers) -> str:
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return "" if morsel is None else morsel.value


def _name_of(host: str) -> str:
    """Return the name of a Host header, without its port: which one leads here does not matter."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.rpartition(":")[0].lower() if ":" in host else host.lower()


def _is_address(name: str) -> bool:
    """Tell whether a name is an IP address: nobody else's name can lead to this service then."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(address: str) -> bool:
    """Tell whether an address is this machine's own, for itself only."""
    if not _is_address(address):
        return False
    ip = ipaddress.ip_address(address)
    return (getattr(ip, "ipv4_mapped", None) or ip).is_loopback

"""What every request passes: who may ask, how much and how often; what every answer carries.

Pure ASGI, so that sound and events stream through untouched. One guard of our own rather than a
row of middlewares: whoever checks it has one place to read, in the order in which it acts.
"""

import asyncio
import hashlib
import hmac
import ipaddress
import re
import socket
import time
from collections import OrderedDict
from collections.abc import Collection
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vibelux.service.byte_ranges import number_of
from vibelux.service.failures import Failure, logger, of_status, unexpected
from vibelux.service.sign_in import ICON, page_of, token_in

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

_DISCARDED = 16 * MAX_BODY
"""Bytes of a larger body that are still read, and thrown away, before it is refused."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_TEXT = "text/plain"

_KEPT = ("allow", "content-range", "retry-after")
"""Headers of a library's answer that stay when it gets the one shape."""

COOKIE = "vibelux_token"

_COOKIES = 3
"""Of one request that are looked at; more are guesses."""

_KNOWN_WRONG = 1000
"""Wrong tokens that are remembered."""


class Guard:
    """Middleware around the whole app.

    Args:
        app: what is guarded.
        token: that requests must carry, as a cookie, a bearer or once in the link; None: none, the
            service is reachable from this machine only.
        names: by which a proxy makes the service known; pages from there may change things.
        root_path: path under which a proxy shows the service; "": none.

    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        token: str | None = None,
        names: Collection[str] = (),
        root_path: str = "",
    ) -> None:
        self._app = app
        self._token = token
        self._root_path = root_path
        self._proxied = {name.lower() for name in names}
        self._names = {"localhost", "127.0.0.1", "::1"} | self._proxied
        if token is not None:
            name = socket.gethostname().lower()
            self._names |= {name, f"{name.partition('.')[0]}.local"}
        self._requests = RateLimit(rate=50.0, burst=400.0)
        self._wrong_tokens = RateLimit(rate=0.1, burst=10.0)
        self._known_wrong: OrderedDict[bytes, None] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        scope["root_path"] = self._root_path
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
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        try:
            self._check_sender(scope, headers)
            if (redirect := self._check_token(scope, headers) or _to_folder(scope)) is not None:
                await redirect(scope, receive, send_guarded)
                return
            if (whole := await _whole(headers, receive)) is not None:
                await self._app(scope, whole, send_guarded)
        except Failure as failure:
            page = self._page_of(failure, scope, headers)
            await (page or failure.response())(scope, receive, send_guarded)
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
            raise _slower(wait, "too_many_requests", "too many requests")
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
        path = path_below(scope)
        if path == ICON and scope["method"] in _SAFE:
            return None
        given = _given(scope)
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        bearer = credentials.strip() if scheme.lower() == "bearer" else ""
        candidates = [one.encode() for one in (*_cookies(headers), bearer, given) if one]
        if not any(hmac.compare_digest(one, self._token.encode()) for one in candidates):
            client = (scope.get("client") or ("", 0))[0]
            if self._are_guesses(candidates) and (wait := self._wrong_tokens.wait(client)):
                raise _slower(wait, "too_many_tokens", "too many wrong tokens")
            raise Failure(401, "token_needed", "this address needs the token of its link")
        if not given or scope["method"] != "GET":
            return None
        # A path of our own only: "//elsewhere" would lead to another server.
        redirect = RedirectResponse(scope["root_path"] + "/" + path.lstrip("/\\"), 303)
        redirect.set_cookie(
            COOKIE,
            self._token,
            max_age=30 * 86400,
            path=scope["root_path"] or "/",
            secure=scope["scheme"] == "https",
            httponly=True,
            samesite="lax",  # links from other pages lead here; what changes things is guarded
        )
        return redirect

    def _are_guesses(self, wrong: list[bytes]) -> bool:
        """Tell whether one of these is wrong for the first time.

        A page that was open when the service was started anew sends its old token again and again.
        """
        new = False
        for token in wrong:
            digest = hashlib.sha256(token).digest()
            new = new or digest not in self._known_wrong
            self._known_wrong[digest] = None
            self._known_wrong.move_to_end(digest)
        while len(self._known_wrong) > _KNOWN_WRONG:
            self._known_wrong.popitem(last=False)
        return new

    def _page_of(self, failure: Failure, scope: Scope, headers: Headers) -> Response | None:
        """Return what people see of a failure; None: programs asked."""
        if scope["method"] not in _SAFE:
            return None
        return page_of(
            failure, headers, root_path=scope["root_path"], was_given=bool(_given(scope))
        )


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
        if number_of(length) <= _DISCARDED:
            await _discard(receive)
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
            if more:
                await _discard(receive)
            raise _too_large()
    read = False

    async def replay() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": bytes(body), "more_body": False}

    return replay


async def _discard(receive: Receive) -> None:
    """Read on in a body that is refused, so that its sender gets the answer.

    Closing a connection with bytes that nobody has read resets it, and the answer is lost. What is
    far too large is cut off nevertheless.
    """
    read, more = 0, True
    while more and read <= _DISCARDED:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        read += len(message.get("body", b""))
        more = message.get("more_body", False)


def _too_large() -> Failure:
    return Failure(
        413,
        "body_too_large",
        f"a request's body may have {MAX_BODY:,} bytes",
        headers={"Connection": "close"},
    )


def _stops() -> Failure:
    return Failure(503, "service_stops", "the service is about to end", "start it again")


def _slower(wait: float, code: str, message: str) -> Failure:
    seconds = max(1, round(wait + 0.5))
    return Failure(429, code, message, headers={"Retry-After": str(seconds)})


def path_below(scope: Scope) -> str:
    """Return a request's path without the one under which a proxy shows the service.

    Proxies may take it away or leave it; a path without it is the service's own.
    """
    path: str = scope["path"]
    below = path.removeprefix(scope["root_path"])
    return below if below[:1] in ("", "/") else path


def _to_folder(scope: Scope) -> RedirectResponse | None:
    """Lead from a proxy's path without the slash at its end to the page, which is below it."""
    if path_below(scope) or scope["method"] not in _SAFE:
        return None
    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(f"{scope['root_path']}/" + (f"?{query}" if query else ""), 307)


def _given(scope: Scope) -> str:
    """Return the token of a link, "" where there is none."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    return token_in(query.get("token", [""])[0])


def _cookies(headers: Headers) -> list[str]:
    """Return the tokens of all cookies: one of an earlier path may be beside the new one.

    Other programs of this machine set cookies, too, and not all in a form that parsers take.
    """
    lines = ";".join(headers.getlist("cookie"))  # proxies may send each cookie on its own line
    pairs = (part.strip().partition("=") for part in lines.split(";"))
    return [value for name, _, value in pairs if name == COOKIE][:_COOKIES]


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
    return _is_address(address) and ipaddress.ip_address(plain_address(address)).is_loopback


def plain_address(address: str) -> str:
    """Return an IP address; one of IPv4 as such where the system gives it as one of IPv6.

    Raises:
        ValueError: it is none.

    """
    ip = ipaddress.ip_address(address)
    return str(getattr(ip, "ipv4_mapped", None) or ip)

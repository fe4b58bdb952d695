"""What every request has to pass: who may ask, how much and how often; what every answer carries.

Pure ASGI, so that sound and events stream through untouched. One guard rather than a stack of
middlewares, so that it can be reviewed in one place, in the order in which it acts.
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
from vibelux.service.error_codes import ErrorCode
from vibelux.service.failures import Failure, logger, of_status, unexpected
from vibelux.service.plain_page import ICON
from vibelux.service.sign_in import page_of, token_in

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
"""Most bytes of a body: a playlist of 100,000 songs fits."""

_DISCARDED = 16 * MAX_BODY
"""Bytes of a larger body that are read and discarded before it is refused."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_TEXT = "text/plain"

_KEPT = ("allow", "content-range", "retry-after")
"""Headers of a library's answer that are kept when it gets our shape."""

COOKIE = "vibelux_token"

_COOKIES = 3
"""Tokens of one request that are checked; more are guesses."""

_KNOWN_WRONG = 1000
"""Number of wrong tokens that are remembered."""


class Guard:
    """Middleware around the whole app.

    Args:
        app: what is guarded.
        token: the token that requests must carry as a cookie, as a bearer or once in the link; None
            if the service is reachable only from this machine.
        tls: redirect what comes from other machines without TLS.
        public: paths that are shown without the token, and without TLS.
        names: names under which a proxy offers the service; pages from there may change things.
        root_path: path under which a proxy offers the service; "" for none.

    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        token: str | None = None,
        tls: bool = False,
        public: Collection[str] = (),
        names: Collection[str] = (),
        root_path: str = "",
    ) -> None:
        self._app = app
        self._token = token
        self._tls = tls
        self._public = frozenset({ICON, *public})
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
                    # A library's own answer, for example about a range of a file.
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
            redirect = (
                self._to_tls(scope, headers)
                or self._check_token(scope, headers)
                or _to_folder(scope)
            )
            if redirect is not None:
                await redirect(scope, receive, send_guarded)
                return
            if (whole := await _whole(headers, receive)) is not None:
                await self._app(scope, whole, send_guarded)
        except Failure as failure:
            page = self._page_of(failure, scope, headers)
            await (page or failure.response())(scope, receive, send_guarded)
        except asyncio.CancelledError:  # the service ends and has waited long enough
            if not started:
                await _stops().response()(scope, receive, send_guarded)
        except Exception:
            logger.exception("%s %s failed", scope["method"], scope["path"])
            if started:  # too late for another answer: the connection breaks
                raise
            await unexpected().response()(scope, receive, send_guarded)

    def _check_sender(self, scope: Scope, headers: Headers) -> None:
        """Refuse other web pages, by their name (DNS rebinding) or their origin."""
        client = (scope.get("client") or ("", 0))[0]
        if not is_loopback(client) and (wait := self._requests.wait(client)):
            raise _slower(wait, "too_many_requests", "too many requests")
        if len(headers.getlist("host")) > 1:
            raise Failure(400, "bad_request", "a request needs exactly one header Host")
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
        """Return whether an origin is the service itself behind a proxy, which may speak TLS."""
        scheme, _, host = origin.partition("://")
        return scheme in ("http", "https") and _name_of(host) in self._proxied

    def _to_tls(self, scope: Scope, headers: Headers) -> RedirectResponse | None:
        """Redirect a request of another machine that came without TLS."""
        client = (scope.get("client") or ("", 0))[0]
        plain = self._tls and scope["scheme"] != "https"
        if not plain or is_loopback(client) or scope["path"] in self._public:
            return None
        query = scope["query_string"].decode("latin-1")
        path = scope["path"].lstrip("/\\")
        end = f"?{query}" if query else ""
        return RedirectResponse(f"https://{headers['host']}/{path}{end}", 307)

    def _check_token(self, scope: Scope, headers: Headers) -> RedirectResponse | None:
        """Require the token; one in the link becomes a cookie and is removed from the link."""
        if self._token is None:
            return None
        path = path_below(scope)
        if path in self._public and scope["method"] in _SAFE:
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
        # Only a path of our own: "//elsewhere" would lead to another server.
        redirect = RedirectResponse(scope["root_path"] + "/" + path.lstrip("/\\"), 303)
        redirect.set_cookie(
            COOKIE,
            self._token,
            max_age=30 * 86400,
            path=scope["root_path"] or "/",
            secure=scope["scheme"] == "https",
            httponly=True,
            samesite="lax",  # other pages may link here; requests that change things are guarded
        )
        return redirect

    def _are_guesses(self, wrong: list[bytes]) -> bool:
        """Return whether one of these tokens is wrong for the first time.

        A page that was open when the service was restarted sends its old token again and again.
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
        """Return the page that people see for a failure, or None if a program asked."""
        if scope["method"] not in _SAFE:
            return None
        return page_of(
            failure, headers, root_path=scope["root_path"], was_given=bool(_given(scope))
        )


class RateLimit:
    """Token buckets, one per sender.

    Args:
        rate: requests per second that are refilled.
        burst: most requests at once.

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
    """Read the whole body, which is small, before anything is done with it.

    Returns:
        a function that yields it again, or None if the sender left before it was complete.

    Raises:
        Failure: the body is larger than `MAX_BODY`.

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
    """Read on in a refused body, so that its sender gets the answer.

    Closing a connection with unread bytes resets it, and the answer is lost. A body that is far too
    large is cut off nevertheless.
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
        f"a request's body may have at most {MAX_BODY:,} bytes",
        headers={"Connection": "close"},
    )


def _stops() -> Failure:
    return Failure(503, "service_stops", "the service is about to end", "start it again")


def _slower(wait: float, code: ErrorCode, message: str) -> Failure:
    seconds = max(1, round(wait + 0.5))
    return Failure(429, code, message, headers={"Retry-After": str(seconds)})


def path_below(scope: Scope) -> str:
    """Return a request's path without the prefix under which a proxy offers the service.

    Proxies may remove it or not; a path without it is the service's own.
    """
    path: str = scope["path"]
    below = path.removeprefix(scope["root_path"])
    return below if below[:1] in ("", "/") else path


def _to_folder(scope: Scope) -> RedirectResponse | None:
    """Redirect from a proxy's path without its final slash to the page below it."""
    if path_below(scope) or scope["method"] not in _SAFE:
        return None
    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(f"{scope['root_path']}/" + (f"?{query}" if query else ""), 307)


def _given(scope: Scope) -> str:
    """Return the token in a link, or ""."""
    query = parse_qs(scope["query_string"].decode("latin-1"))
    return token_in(query.get("token", [""])[0])


def _cookies(headers: Headers) -> list[str]:
    """Return the tokens in all cookies: one of an earlier path may be there as well.

    Other programs on this machine set cookies, too, and not all in a form that parsers accept.
    """
    lines = ";".join(headers.getlist("cookie"))  # proxies may send each cookie in its own header
    pairs = (part.strip().partition("=") for part in lines.split(";"))
    return [value for name, _, value in pairs if name == COOKIE][:_COOKIES]


def _name_of(host: str) -> str:
    """Return the name in a Host header without the port, which does not matter."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.rpartition(":")[0].lower() if ":" in host else host.lower()


def _is_address(name: str) -> bool:
    """Return whether a name is an IP address, which no other site can make lead here."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(address: str) -> bool:
    """Return whether an address is this machine's own (loopback)."""
    return _is_address(address) and ipaddress.ip_address(plain_address(address)).is_loopback


def plain_address(address: str) -> str:
    """Return an IP address; IPv4 in its own form even if the system gives it as IPv6.

    Raises: ValueError: it is not an IP address.

    """
    ip = ipaddress.ip_address(address)
    return str(getattr(ip, "ipv4_mapped", None) or ip)

"""The connection to a music server: authenticated requests, and answers that are understood.

The Subsonic API wants the user's credentials in the address of each request. They are added in the
transport, where httpx does not see them, so that no log line, error or traceback of httpx can
contain them. Redirects are not followed: they would carry the credentials to another server.
"""

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from vibelux import __version__
from vibelux.errors import ServerError, ServerRefused, ServerUnreachable
from vibelux.servers.entries import number_of
from vibelux.servers.login import Login, credentials

Params = Sequence[tuple[str, str | int]]

Result = TypeVar("Result")

_LARGEST_ANSWER = 64 << 20
_NO_MEDIA = ("text/", "application/json", "application/xml")

HINTS = {
    40: "check the user's name and the password: vibelux subsonic login",
    41: "it knows no tokens for this user; log in with --password-auth (and use https)",
    42: "it knows no tokens; log in with --password-auth (and use https)",
    43: "it is confused about how to log in; try --password-auth or --api-key",
    44: "check the API key: vibelux subsonic login --api-key",
    50: "ask the server's administrator for this right",
}


@dataclass(frozen=True)
class Patience:
    """How long to wait for a server.

    Attributes:
        connect: seconds for a connection.
        read: seconds without a byte.
        slowest: bytes per second at which a song has to arrive on average.
        grace: seconds until that counts.
        attempts: number of attempts for requests that change nothing.
        pause: seconds before the second attempt; four times as long before each further one.

    """

    connect: float = 10.0
    read: float = 30.0
    slowest: float = 16_000.0
    grace: float = 60.0
    attempts: int = 3
    pause: float = 0.5


class Connection:
    """Requests to a server's API. Threads may share it.

    Args:
        login: the user's account.
        secret: the password or API key.
        patience: how long to wait.

    """

    def __init__(self, login: Login, secret: str, patience: Patience) -> None:
        self.login = login
        self._secret = secret
        self._patience = patience
        # A server that redirects repeats the request's address in its answer's headers.
        logging.getLogger("httpcore.http11").addFilter(_tells_no_headers)
        self._http = httpx.Client(
            transport=_Signing(login, secret),
            timeout=httpx.Timeout(patience.read, connect=patience.connect, pool=None),
            # Uncompressed: the length that is stated for a compressed stream may mean anything.
            headers={"User-Agent": f"vibelux/{__version__}", "Accept-Encoding": "identity"},
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def ask(
        self, endpoint: str, params: Params = (), *, changes: bool = False
    ) -> Mapping[str, Any]:
        """Call the API.

        Args:
            endpoint: such as ``getAlbum``.
            params: names and values; names may repeat.
            changes: whether it changes something there and must not be tried twice.

        Returns:
            the content of ``subsonic-response``.

        Raises:
            ServerError: as `ping`.

        """

        def once() -> Mapping[str, Any]:
            with self._answer(endpoint, params) as response:
                blocks = self._blocks(response, _LARGEST_ANSWER, None)
                return self._understood(response, b"".join(blocks))

        return once() if changes else self._retried(once)

    def save(
        self,
        endpoint: str,
        params: Params,
        path: Path,
        *,
        size: int | None,
        largest: int,
        stop: threading.Event | None,
    ) -> int:
        """Call the API for a song's sound and save it.

        Args:
            endpoint: ``download`` or ``stream``.
            params: see `ask`.
            path: file to write.
            size: number of bytes that the server has announced, or None.
            largest: most bytes to accept.
            stop: when this is set, give up.

        Returns:
            number of bytes written.

        Raises:
            ServerError: as `vibelux.servers.client.Client.fetch`.

        """

        def once() -> int:
            with self._answer(endpoint, params) as response:
                return self._save(response, path, size=size, largest=largest, stop=stop)

        return self._retried(once)

    def picture(self, endpoint: str, params: Params, *, largest: int) -> bytes:
        """Call the API for a picture and return its file.

        Args:
            endpoint: ``getCoverArt``.
            params: see `ask`.
            largest: bytes to accept.

        Raises:
            ServerError: as in `vibelux.servers.client.Client.cover`.

        """

        def once() -> bytes:
            with self._answer(endpoint, params) as response:
                data = b"".join(self._blocks(response, largest, None))
                kind = response.headers.get("content-type", "").lower()
                if response.status_code != 200 or kind.startswith(_NO_MEDIA):
                    self._understood(response, data)
                    raise ServerError(f"{self.login.server} answers without the picture")
                return data

        return self._retried(once)

    def _save(
        self,
        response: httpx.Response,
        path: Path,
        *,
        size: int | None,
        largest: int,
        stop: threading.Event | None,
    ) -> int:
        kind = response.headers.get("content-type", "").lower()
        if response.status_code != 200 or kind.startswith(_NO_MEDIA):
            self._understood(response, b"".join(self._blocks(response, _LARGEST_ANSWER, stop)))
            raise ServerError(f"{self.login.server} answers without the song's sound")
        written = 0
        with path.open("wb") as file:
            for block in self._blocks(response, largest, stop):
                written += file.write(block)
        told = response.headers.get("content-length", "")
        expected = int(told) if told.isdigit() else size
        if written == 0:
            raise ServerError("the server sends nothing of the song")
        if expected is not None and written < expected:
            raise ServerUnreachable(f"only {written:,} of the song's {expected:,} bytes arrived")
        return written

    def _retried(self, request: Callable[[], Result]) -> Result:
        pause = self._patience.pause
        for _ in range(self._patience.attempts - 1):
            try:
                return request()
            except ServerUnreachable:
                time.sleep(pause)
                pause *= 4
        return request()

    @contextmanager
    def _answer(self, endpoint: str, params: Params) -> Iterator[httpx.Response]:
        """Yield a response whose body has not been read; errors of httpx become ours."""
        server = self.login.server
        address = f"{self.login.url}/rest/{endpoint}"
        try:
            with self._http.stream("GET", address, params=list(params)) as response:
                yield response
        except httpx.ConnectTimeout as error:
            raise ServerUnreachable(
                f"{server} does not answer within {self._patience.connect:g} s; is it running, and "
                "is the address right?"
            ) from error
        except httpx.TimeoutException as error:
            raise ServerUnreachable(
                f"{server} has sent nothing for {self._patience.read:g} s; try again later"
            ) from error
        except httpx.ConnectError as error:
            hint = "is it running, and is the address right?"
            if "CERTIFICATE" in str(error):
                hint = "if it has its own certificate, name it in SSL_CERT_FILE"
            raise ServerUnreachable(f"cannot connect to {server}: {error}; {hint}") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ServerUnreachable(
                f"the connection to {server} broke off ({type(error).__name__}); try again"
            ) from error

    def _blocks(
        self, response: httpx.Response, largest: int, stop: threading.Event | None
    ) -> Iterator[bytes]:
        """Yield a body's bytes, within limits of time and number."""
        began, received = time.monotonic(), 0
        for block in response.iter_raw():
            received += len(block)
            if received > largest:
                raise ServerError(
                    f"{self.login.server} sends more than {largest:,} bytes; that is too much"
                )
            if stop is not None and stop.is_set():
                raise ServerError("the scan was stopped")
            seconds = time.monotonic() - began
            if seconds > self._patience.grace and received < seconds * self._patience.slowest:
                raise ServerUnreachable(
                    f"{self.login.server} is too slow: {received / seconds:,.0f} bytes a second"
                )
            yield block

    def _understood(self, response: httpx.Response, body: bytes) -> Mapping[str, Any]:
        """Return the content of an answer.

        Raises:
            ServerError: it is an error, or not an answer of the API.

        """
        server, status = self.login.server, response.status_code
        if 300 <= status < 400:
            target = response.headers.get("location", "")
            where = _bare(target) if "://" in target else "another address"
            raise ServerError(
                f"{server} redirects to {where}; log in with the address that it redirects to"
            )
        answer = _subsonic_response(body)
        if answer is None:
            if status in (429, 502, 503, 504):
                raise ServerUnreachable(f"{server} is busy or broken (HTTP {status}); try later")
            if status in (401, 403):
                raise ServerError(
                    f"{server} asks for a login of its own (HTTP {status}) before the API; it "
                    "cannot be used through that"
                )
            if status == 404:
                raise ServerError(f"{server} has no Subsonic API at {self.login.url}/rest")
            if status >= 400:
                raise ServerError(f"{server} answers with an error (HTTP {status})")
            kind = response.headers.get("content-type", "nothing").split(";")[0]
            raise ServerError(
                f"{server} answers with {self._clean(kind)} instead of the Subsonic API's JSON; is "
                "this the address of the server itself?"
            )
        if answer.get("status") == "ok":
            return answer
        error = answer.get("error")
        error = error if isinstance(error, dict) else {}
        code = number_of(error.get("code")) or 0
        said = self._clean(str(error.get("message") or "no reason")).rstrip(".")
        hint = f"; {HINTS[code]}" if code in HINTS else ""
        raise ServerRefused(f"{server} refuses: {said} (error {code}){hint}", code=code)

    def _clean(self, text: str) -> str:
        """Return a server's text without secrets that it should not have repeated."""
        for secret in (self._secret, self._secret.encode().hex()):
            text = text.replace(secret, "…") if secret else text
        text = re.sub(r"\b(p|t|s|apiKey)=[^&\s]*", r"\1=…", text)
        return "".join(char for char in text if char.isprintable())[:200]


def _tells_no_headers(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("receive_response_headers.complete")


class _Signing(httpx.BaseTransport):
    """Adds the credentials to each request, where httpx does not see them."""

    def __init__(self, login: Login, secret: str) -> None:
        self._login, self._secret = login, secret
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        # Tokens came with version 1.13; older servers refuse clients of a newer version.
        version = "1.12.0" if self._login.auth == "password" else "1.13.0"
        more = credentials(self._login, self._secret)
        more |= {"v": version, "c": "vibelux", "f": "json"}
        signed = httpx.Request(
            request.method,
            request.url.copy_merge_params(more),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return self._inner.handle_request(signed)

    def close(self) -> None:
        self._inner.close()


def _subsonic_response(body: bytes) -> Mapping[str, Any] | None:
    """Return the content of ``subsonic-response``, or None if it is missing."""
    try:
        answer = json.loads(body)["subsonic-response"]
    except (ValueError, TypeError, KeyError, RecursionError):
        # Some servers answer errors in XML, whatever format was asked for.
        text = body[:4096].decode("utf-8", "replace")
        if "<subsonic-response" not in text:
            return None
        code = re.search(r'<error[^>]*\bcode="(\d+)"', text)
        said = re.search(r'<error[^>]*\bmessage="([^"]*)"', text)
        return {
            "status": "failed",
            "error": {"code": code and int(code[1]), "message": said and said[1]},
        }
    return answer if isinstance(answer, dict) else None


def _bare(address: str) -> str:
    """Return an address up to the API's own part, without parameters."""
    return re.split(r"[?#]", address)[0].partition("/rest/")[0]

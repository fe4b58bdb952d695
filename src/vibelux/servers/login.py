"""The account on a music server: address, user and how they log in.

The secret (a password or an API key) is in the system's keyring or comes from the environment
variable ``VIBELUX_SUBSONIC_PASSWORD``. It is never an argument, and never in a file, a log or an
error.
"""

import contextlib
import hashlib
import json
import os
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from vibelux.atomic_file import atomic_file
from vibelux.errors import InvalidInput, ServerError
from vibelux.private_files import private_folder

Auth = Literal["token", "password", "api-key"]

PASSWORD_VARIABLE = "VIBELUX_SUBSONIC_PASSWORD"

_KEYRING_SERVICE = "vibelux"


@dataclass(frozen=True)
class Login:
    """An account on a server that speaks the Subsonic API.

    Attributes:
        url: ``https://host[:port][/folder]``, as `parse_url` gives it.
        user: name of the account.
        auth: ``token``, a salted digest of the password; ``password``, the password itself, for
            servers without tokens; or ``api-key``, of OpenSubsonic.

    """

    url: str
    user: str
    auth: Auth = "token"

    @property
    def server(self) -> str:
        """The server as the catalogue names it: the address without ``https://``."""
        return self.url.partition("://")[2]

    @property
    def account(self) -> str:
        """The account's name in the keyring."""
        return f"{self.user}@{self.server}"


def parse_url(text: str) -> str:
    """Return a server's address in one form; ``https`` is added if it has no scheme.

    Args:
        text: such as ``music.example.org``, ``http://192.168.1.5:4533`` or an address that ends in
            ``/rest``.

    Raises:
        InvalidInput: it is not an address, or holds a password.

    """
    address = _Address.of(text)
    if address is not None and address.has_user:
        raise InvalidInput(
            "give the server's address without user and password; the user has an option of its "
            f"own, and the password is asked for or comes from {PASSWORD_VARIABLE}"
        )
    if address is None:
        shown = re.split(r"[?#]", text.strip())[0].rpartition("@")[2]
        raise InvalidInput(
            f"{shown!r} is not an address of a server; give one such as https://music.example.org"
        )
    return f"{address.scheme or 'https'}://{address.name(default_port=False)}"


def known_server(text: str, servers: Collection[str]) -> str | None:
    """Return which of some servers a person means, or None.

    Args:
        text: its name, or any form of its address: with or without a scheme, a slash at its end,
            ``/rest``, the usual port or a user; the host in any case.
        servers: names of servers, as from `Login.server`.

    """
    if text in servers:
        return text
    address = _Address.of(text)
    if address is None:
        return None
    meant = [address.name(default_port=True), address.name(default_port=False)]
    for name in meant:
        if name in servers:
            return name
    for server in servers:
        other = _Address.of(server)
        if other is not None and other.name(default_port=False) in meant:
            return server
    return None


@dataclass(frozen=True)
class _Address:
    """The parts of a server's address."""

    scheme: str | None
    host: str
    port: int | None
    folder: str
    has_user: bool

    @classmethod
    def of(cls, text: str) -> "_Address | None":
        """Read an address; return None if it is not one."""
        scheme, there, _ = text.strip().partition("://")
        scheme = scheme.lower() if there else ""
        try:
            parts = urlsplit(text.strip() if there else f"https://{text.strip()}")
            host, port = parts.hostname, parts.port
            host = _host(host) if host else None
        except ValueError:  # an invalid port or IPv6 address
            return None
        if scheme not in ("", "http", "https") or not host or parts.query or parts.fragment:
            return None
        folder = parts.path.rstrip("/").removesuffix("/rest").rstrip("/")
        user = parts.username is not None or parts.password is not None
        return cls(scheme or None, host, port, folder, user)

    def name(self, *, default_port: bool) -> str:
        """Return it without the scheme, and without its usual port unless asked for."""
        usual = (80, 443) if self.scheme is None else ({"http": 80, "https": 443}[self.scheme],)
        shown = self.port is not None and (default_port or self.port not in usual)
        return f"{self.host}{f':{self.port}' if shown else ''}{self.folder}"


def _host(host: str) -> str:
    """Return a host's name in one form; names beyond ASCII become punycode."""
    if ":" in host:
        return f"[{host}]"
    return host if host.isascii() else host.encode("idna").decode("ascii")


def credentials(login: Login, secret: str, *, salt: str | None = None) -> dict[str, str]:
    """Return the parameters by which the user logs in.

    The token is ``md5(password + salt)`` in hexadecimal, as the Subsonic API defines it.

    Args:
        login: the account.
        secret: the password or API key.
        salt: at least six characters; by default a new one for each request.

    """
    if login.auth == "api-key":
        return {"apiKey": secret}
    if login.auth == "password":
        return {"u": login.user, "p": f"enc:{secret.encode().hex()}"}
    salt = secrets.token_hex(8) if salt is None else salt
    token = hashlib.md5((secret + salt).encode(), usedforsecurity=False).hexdigest()
    return {"u": login.user, "t": token, "s": salt}


def read_login(file: Path) -> Login | None:
    """Return the remembered login, or None.

    Raises:
        ServerError: the file is damaged.

    """
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        login = Login(str(values["url"]), str(values["user"]), values["auth"])
        parse_url(login.url)  # kept as it is: catalogue and keyring know it by this name
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ServerError(
            f"cannot read {file}: {error}; log in again: vibelux subsonic login"
        ) from error
    if login.auth not in get_args(Auth):
        raise ServerError(f"{file} names no way to log in; log in again: vibelux subsonic login")
    return login


def write_login(file: Path, login: Login) -> None:
    """Remember a login (not its secret), replacing the file in one step.

    Raises:
        ServerError: the file cannot be written.

    """
    try:
        private_folder(file.parent)
        with atomic_file(file, private=True) as part:
            part.write_text(json.dumps(asdict(login)) + "\n", encoding="utf-8")
    except OSError as error:
        raise ServerError(f"cannot write {file}: {error}") from error


def secret_of(login: Login, *, environment: Mapping[str, str] | None = None) -> str:
    """Return a login's secret, from the environment or else from the system's keyring.

    Raises:
        ServerError: it is in neither.

    """
    environment = os.environ if environment is None else environment
    if given := environment.get(PASSWORD_VARIABLE):
        return given
    ring = _keyring()
    secret = None
    if ring is not None:
        with _keyring_errors():
            secret = ring.get_password(_KEYRING_SERVICE, login.account)
    if not secret:
        what = "API key" if login.auth == "api-key" else "password"
        place = "the system has no keyring" if ring is None else "the keyring has none"
        raise ServerError(
            f"there is no {what} for {login.account}: {place}; log in with vibelux subsonic login, "
            f"or set {PASSWORD_VARIABLE}"
        )
    return str(secret)


def keep_secret(login: Login, secret: str) -> bool:
    """Put a secret into the system's keyring.

    Returns:
        whether there is a safe keyring; one that writes plain files does not count.

    Raises:
        ServerError: the keyring refuses, for example because it is locked.

    """
    ring = _keyring()
    if ring is None:
        return False
    with _keyring_errors():
        ring.set_password(_KEYRING_SERVICE, login.account, secret)
    return True


def forget(file: Path, login: Login) -> None:
    """Delete a login's secret from the keyring, and the file that remembers the login.

    Raises:
        ServerError: the keyring or the file cannot be changed.

    """
    from keyring.errors import PasswordDeleteError

    ring = _keyring()
    if ring is not None:
        with _keyring_errors(), contextlib.suppress(PasswordDeleteError):  # there was none
            ring.delete_password(_KEYRING_SERVICE, login.account)
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        raise ServerError(f"cannot delete {file}: {error}") from error


def _keyring() -> Any:
    """Return the system's keyring, or None if there is no safe one."""
    import keyring
    from keyring.core import recommended

    ring = keyring.get_keyring()
    # Only one of several: a chain may end in a plain file.
    for backend in getattr(ring, "backends", [ring]):
        if recommended(backend) and not type(backend).__module__.startswith("keyrings.alt"):
            return backend
    return None


@contextlib.contextmanager
def _keyring_errors() -> Any:
    from keyring.errors import KeyringError

    try:
        yield
    except KeyringError as error:
        raise ServerError(
            f"the system's keyring cannot be used ({type(error).__name__}); unlock it, or set "
            f"{PASSWORD_VARIABLE}"
        ) from error

"""The connection to MPD, the Music Player Daemon (https://www.musicpd.org)."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from vibelux.errors import InvalidInput, MissingExtra, PlayerError

PORT = 6600
"""MPD's port unless told otherwise."""

_TIMEOUT = 5.0
"""Seconds to wait for an answer."""

_HOST = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^:\s]+))(?::(?P<port>\d+))?")


@dataclass(frozen=True)
class MpdAddress:
    """Where MPD listens.

    Attributes:
        host: a name, an IP address, or a socket: a path or, on Linux, a name after ``@``.
        port: the TCP port.
        password: the password, which is shown nowhere, or None.

    """

    host: str
    port: int = PORT
    password: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        if self.is_socket:
            return self.host
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORT else f"{host}:{self.port}"

    @property
    def is_socket(self) -> bool:
        """Whether it is a local socket, over which MPD names its music folder."""
        return self.host.startswith(("/", "@"))


def mpd_address(text: str, *, environment: Mapping[str, str] | None = None) -> MpdAddress:
    """Read an address as MPD's clients write it: ``[password@]HOST[:PORT]`` or a socket's path.

    ``MPD_HOST`` gives the password if it names the same host, and ``MPD_PORT`` the port: every user
    of the machine could see a password on the command line.

    Args:
        text: the address.
        environment: by default ``os.environ``.

    Raises:
        InvalidInput: it is not an address.

    """
    environment = os.environ if environment is None else environment
    address = _parsed(text, environment.get("MPD_PORT", ""))
    usual = environment.get("MPD_HOST", "")
    if usual and address.password is None:
        known = _parsed(usual, environment.get("MPD_PORT", ""))
        if known.host == address.host:
            address = replace(address, password=known.password)
    return address


def _parsed(text: str, port: str) -> MpdAddress:
    password, at, host = text.strip().rpartition("@")
    if at and not password:  # a socket's name begins with @
        host = f"@{host}"
    if host.startswith(("/", "@")):
        return MpdAddress(host, password=password or None)
    match = _HOST.fullmatch(host)
    number = int((match and match["port"]) or (port if port.isdecimal() else PORT))
    if match is None or not 0 < number < 65536:
        # Not the text itself: it may hold a password.
        raise InvalidInput(
            f"{host!r} is not an address of MPD; write HOST, HOST:PORT or the path of its socket"
        )
    return MpdAddress(match["six"] or match["host"], number, password or None)


class MpdGone(Exception):
    """MPD does not answer; trying again may help."""


class MpdRefused(Exception):
    """MPD answers with an error, or does not permit a command."""


class MpdServer:
    """Sends commands to MPD, over a connection that is made when it is needed.

    Raises:
        MissingExtra: python-mpd2 is not installed.

    """

    def __init__(self, address: MpdAddress) -> None:
        try:
            import mpd
        except ImportError as error:
            raise MissingExtra(
                'playing through MPD needs the mpd extra: pip install "vibelux[mpd]"'
            ) from error
        self.address = address
        self._mpd = mpd
        self._client = mpd.MPDClient()
        self._client.timeout = _TIMEOUT
        self._connected = False

    def ask(self, command: str, *arguments: object) -> Any:
        """Send a command and return its answer, as python-mpd2 gives it.

        Raises:
            MpdGone: MPD does not answer.
            MpdRefused: it answers with an error.
            PlayerError: another program answers, or MPD wants another password.

        """
        mpd = self._mpd
        try:
            if not self._connected:
                self._connect()
            return getattr(self._client, command)(*arguments)
        except mpd.CommandError as error:
            code = getattr(error, "errno", None)
            reason = str(getattr(error, "msg", error))
            if code == mpd.FailureResponseCode.PERMISSION and "permission" in reason:
                reason = self._not_permitted(command)  # otherwise a file is not permitted
            raise MpdRefused(reason) from error
        except (mpd.ConnectionError, OSError) as error:
            self.close()
            raise MpdGone(str(error)) from error
        except (mpd.ProtocolError, UnicodeDecodeError) as error:
            self.close()
            raise PlayerError(
                f"what answers at {self.address} is not MPD; give its address: --mpd HOST:PORT"
            ) from error

    def require(self, *commands: str) -> None:
        """Check that MPD permits some commands.

        Raises:
            MpdGone: it does not answer.
            PlayerError: MPD does not permit one of them, or as `ask`.

        """
        permitted = self.ask("commands")
        for command in commands:
            if command not in permitted:
                raise PlayerError(self._not_permitted(command))

    def _not_permitted(self, command: str) -> str:
        whom = "without a password" if self.address.password is None else "with this password"
        return (
            f"MPD at {self.address} does not permit {command!r} {whom}; set the "
            f"environment variable MPD_HOST to PASSWORD@{self.address.host}"
        )

    def close(self) -> None:
        """Close the connection; the next command makes another one."""
        self._connected = False
        self._client.disconnect()

    def _connect(self) -> None:
        self._client.disconnect()
        self._client.connect(self.address.host, self.address.port)
        if self.address.password is not None:
            try:
                self._client.password(self.address.password)
            except self._mpd.CommandError as error:
                self._client.disconnect()
                raise PlayerError(
                    f"MPD at {self.address} does not take this password; look at MPD_HOST"
                ) from error
        self._connected = True

"""What a service needs so that the phones of one's own network can use it with their camera."""

import re
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vibelux.atomic_file import atomic_file
from vibelux.errors import VibeluxError
from vibelux.service.certificates import Authority, permitted

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


@dataclass(frozen=True)
class HomeNetwork:
    """A link that stays the same, and certificates.

    Attributes:
        token: that requests must carry; kept, so that a phone's bookmark still works tomorrow.
        server: file with the server's key and certificate.
        certificate: of the authority that signed it, as PEM.
        fingerprint: SHA-256 of that, as systems show it.

    """

    token: str
    server: Path
    certificate: bytes
    fingerprint: str

    @classmethod
    def at(cls, folder: Path, addresses: Sequence[str], *, new_link: bool = False) -> "HomeNetwork":
        """Return what is kept in a folder, made where it is missing.

        Args:
            folder: for its owner alone; made when it is missing.
            addresses: at which other devices reach this machine.
            new_link: make a new token, so that all links given so far end.

        Raises:
            VibeluxError: the folder cannot be used, what it holds is damaged, or an address belongs
                to no private network.

        """
        for address in addresses:
            if not permitted(address):
                raise VibeluxError(
                    f"{address} does not belong to a private network; let a proxy with a "
                    "certificate of its own offer VibeluX: --allow-host NAME"
                )
        authority = Authority.at(folder)
        names = [*addresses, *own_names(), "localhost", "127.0.0.1", "::1"]
        return cls(
            token=_token(folder / "token", new=new_link),
            server=authority.server_file(names),
            certificate=authority.pem,
            fingerprint=authority.fingerprint,
        )


def own_names() -> list[str]:
    """Return the names by which a network without a name server knows this machine."""
    name = socket.gethostname().lower().partition(".")[0]
    return [f"{name}.local"] if re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", name) else []


def _token(path: Path, *, new: bool) -> str:
    try:
        kept = path.read_text(encoding="ascii").strip() if not new and path.exists() else ""
        if _TOKEN.fullmatch(kept):
            return kept
        made = secrets.token_urlsafe(24)
        with atomic_file(path, private=True) as part:
            part.write_text(made, encoding="ascii")
    except (OSError, ValueError) as error:
        raise VibeluxError(
            f"cannot use {path}: {getattr(error, 'strerror', None) or error}; delete it, and a new "
            "link is made"
        ) from error
    return made

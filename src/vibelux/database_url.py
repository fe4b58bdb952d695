"""The address of a PostgreSQL database, which is shown to people without its password."""

import re
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from vibelux.errors import InvalidInput

_SCHEMES = ("postgresql", "postgres")

_SECRETS = frozenset({"password", "sslpassword"})
"""Parameters that are shown to nobody."""

_PORT = re.compile(r"^(\[.*\]|[^:]*)(:[0-9]*)?$")
"""A host, with its port or without."""


@dataclass(frozen=True)
class DatabaseUrl:
    """An address such as ``postgresql://user:password@host:5432/database``.

    Everything that PostgreSQL's own programs take can stand in it. As text it has no password.

    Attributes:
        full: the address with everything, for the driver alone.

    """

    full: str = field(repr=False)

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the address that a text is.

        Raises:
            InvalidInput: it is none; the message shows no password.

        """
        try:
            parts = urlsplit(text)
        except ValueError:  # brackets of no IPv6 address
            parts = urlsplit("")
        misplaced = "@" in parts.path + parts.query or bool(parts.fragment)  # of a password
        ports = all(map(_PORT.search, parts.netloc.rpartition("@")[2].split(",")))
        usable = parts.scheme in _SCHEMES and ports and not misplaced
        if not usable or not text.isprintable() or " " in text:
            # Whatever may be a password is not shown.
            private = {"@", ":"} & set(text.replace("://", "", 1))
            shown = "it" if private else repr(text)
            raise InvalidInput(
                f"{shown} is no address of a database; write one such as "
                "postgresql://user:password@host/database, with %40 for @, %2F for / and %20 for "
                "a space in the password"
            )
        return cls(text)

    @property
    def passwords(self) -> tuple[str, ...]:
        """The passwords in it, as they are written and as they are meant."""
        parts = urlsplit(self.full)
        found = {
            unquote(value) for name, value in parse_qsl(parts.query) if name.lower() in _SECRETS
        }
        if parts.password:
            found |= {parts.password, unquote(parts.password)}
        return tuple(sorted(found, key=len, reverse=True))

    @property
    def database(self) -> str:
        """The name of the database, empty where the server is to choose it."""
        return unquote(urlsplit(self.full).path.lstrip("/"))

    def beside(self, folder: Path) -> Path:
        """Return what files of this machine about the catalogue are named after, in a folder."""
        digest = blake2b(str(self).encode("utf-8", "replace"), digest_size=8).hexdigest()
        return folder / f"catalogue-{digest}"

    def without_password(self, text: str) -> str:
        """Return a text of others, such as an error, without the passwords."""
        for secret in self.passwords:
            text = text.replace(secret, "…")
        return text

    def __str__(self) -> str:
        parts = urlsplit(self.full)
        user, at, host = parts.netloc.rpartition("@")
        named = [
            (name, value) for name, value in parse_qsl(parts.query) if name.lower() not in _SECRETS
        ]
        query = urlencode(named, quote_via=quote, safe="/,=")
        shown = f"{parts.scheme}://{user.partition(':')[0]}{at}{host}{parts.path}"
        return f"{shown}?{query}" if query else shown

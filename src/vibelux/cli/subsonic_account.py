"""The account on a music server that the commands of `vibelux subsonic` use."""

from pathlib import Path
from typing import TYPE_CHECKING

from vibelux.cli.console import spoken
from vibelux.cli.extras import extra
from vibelux.errors import ServerError

if TYPE_CHECKING:
    from vibelux.servers.client import Client
    from vibelux.servers.login import Login
    from vibelux.settings import Settings


def login_file(settings: "Settings") -> Path:
    """Return the file that remembers the login."""
    return settings.server_login


def account_of(file: Path) -> "Login":
    """Return the login that is remembered.

    Raises:
        ServerError: there is none.

    """
    from vibelux.servers.login import read_login

    account = read_login(file)
    if account is None:
        error = ServerError(spoken().text("cli.subsonic.no_login"))
        error.add_note("vibelux subsonic login https://music.example.org --user NAME")
        raise error
    return account


def client_of(settings: "Settings") -> "Client":
    """Return a client of the server that one is logged in to.

    Raises:
        MissingExtra: the subsonic extra is not installed.
        ServerError: there is no login, or no password.

    """
    with extra("subsonic"):
        from vibelux.servers.client import Client
        from vibelux.servers.login import secret_of

    account = account_of(login_file(settings))
    return Client(account, secret_of(account))

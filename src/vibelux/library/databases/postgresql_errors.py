"""What the errors of PostgreSQL and its driver mean for a catalogue."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as pg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection

from vibelux.database_url import DatabaseUrl
from vibelux.errors import CatalogueError, CatalogueLocked

_HELD = (pg.LockNotAvailable, pg.DeadlockDetected, pg.SerializationFailure)
_REFUSED = (pg.InsufficientPrivilege, pg.ReadOnlySqlTransaction)
_GONE = (pg.AdminShutdown, pg.CrashShutdown, pg.CannotConnectNow, pg.IdleSessionTimeout)


@contextmanager
def postgresql_errors(url: DatabaseUrl) -> Iterator[None]:
    """Translate the errors of PostgreSQL inside the block; no message holds a password.

    Raises:
        CatalogueLocked: another program holds what is needed.
        CatalogueError: the server does not answer, refuses the user or has no such database; its
            disk is full; or it refused what was asked.

    """
    try:
        yield
    except DBAPIError as error:
        raise _translated(url, error.orig) from None
    except psycopg.Error as error:
        raise _translated(url, error) from None
    except NoConnection as error:
        raise CatalogueLocked(
            f"all connections to the database {url} are in use; try again in a moment"
        ) from error


def _translated(url: DatabaseUrl, error: BaseException | None) -> CatalogueError:
    told = error.diag.message_primary if isinstance(error, psycopg.Error) else None
    said = url.without_password(" ".join((told or str(error)).split()))  # no row's content
    match error:
        case pg.InvalidPassword() | pg.InvalidAuthorizationSpecification():
            return _refused(url)
        case pg.InvalidCatalogName():
            return _no_database(url)
        case psycopg.Error() if isinstance(error, _HELD):
            return CatalogueLocked(
                f"another program is writing to the catalogue {url}; wait until it is done"
            )
        case psycopg.Error() if isinstance(error, _REFUSED):
            return CatalogueError(
                f"cannot write to the catalogue {url}: {said}. Let its user make and change tables "
                "there: GRANT CREATE ON SCHEMA public TO …, or make that user the owner of the "
                "database"
            )
        case pg.InvalidSchemaName():
            return CatalogueError(
                f"the database {url} has no schema for the catalogue: {said}; make one: "
                "CREATE SCHEMA …"
            )
        case pg.DiskFull():
            return CatalogueError(
                f"the disk of the database {url} is full; nothing that was saved is lost. Free "
                "some space there and run the command again"
            )
        case pg.TooManyConnections():
            return CatalogueError(
                f"the database {url} takes no more connections: {said}; close some, or raise its "
                "max_connections"
            )
        case psycopg.OperationalError() if error.sqlstate is None or isinstance(error, _GONE):
            return _not_connected(url, said)
        case _:
            return CatalogueError(f"cannot use the catalogue {url}: {said}")


def _not_connected(url: DatabaseUrl, said: str) -> CatalogueError:
    """Say why there is no connection: the driver has only the server's words for it."""
    if "password authentication failed" in said or "no password supplied" in said:
        return _refused(url)
    if "database" in said and "does not exist" in said:
        return _no_database(url)
    if "role" in said and "does not exist" in said:
        return CatalogueError(
            f"the server of {url} knows no such user: {said}. Check the user in the address, or "
            "make it: createuser NAME"
        )
    if "no pg_hba.conf entry" in said:
        return CatalogueError(
            f"the server of {url} does not let this machine in: {said}; allow it in pg_hba.conf"
        )
    return CatalogueError(
        f"the database {url} does not answer: {said}. Check its address, and that the server runs"
    )


def _refused(url: DatabaseUrl) -> CatalogueError:
    return CatalogueError(
        f"the server of {url} refuses the user or the password; check both in VIBELUX_CATALOGUE, "
        "or wherever the address stands"
    )


def _no_database(url: DatabaseUrl) -> CatalogueError:
    return CatalogueError(
        f"there is no database {url.database!r} at {url}; make it: createdb {url.database}"
    )

"""A PostgreSQL server of the tests' own, with a schema for each catalogue that they ask for."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest

PASSWORD = "s3cret/@ ü"
"""Of the user ``listener``, who needs it where the connection is by TCP."""


_END = 'read -r _; "$0" --pgdata "$1" --mode immediate stop; rm -rf "$2"'


def programs() -> Path | None:
    """Return the folder of the newest ``initdb`` and ``postgres`` that are there, or None."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3])
    )
    if found:
        return found[-1].parent
    there = shutil.which("initdb")
    return Path(there).resolve().parent if there else None


class PostgresqlServer:
    """A server that is started for the tests; skips them where there is none.

    It keeps nothing safe: its folder is removed when it stops.
    """

    def __init__(self) -> None:
        where = programs()
        if where is None:
            pytest.skip("no PostgreSQL server (on Debian: apt-get install postgresql)")
        self._programs, self._user = where, []
        self.folder = Path(tempfile.mkdtemp(prefix="vibelux-postgresql-"))
        if os.geteuid() == 0:  # the server refuses to run as the superuser
            try:
                owner = pwd.getpwnam("postgres")
            except KeyError:
                pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self._user = ["runuser", "-u", "postgres", "--"]
        self.data = self.folder / "data"
        password = self.folder / "password"
        password.write_text(PASSWORD, encoding="utf-8")
        password.chmod(0o644)
        self._run(
            *("initdb", "--pgdata", self.data, "--username", "listener", "--pwfile", password),
            *("--auth-local", "trust", "--auth-host", "scram-sha-256", "--no-sync"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8"),
        )
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._number = 0
        # It stops the server and removes its folder when the tests end, however they end.
        self._end = subprocess.Popen(
            [*self._user, "sh", "-c", _END, self._programs / "pg_ctl", self.data, self.folder],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.start()

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = {
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "shared_buffers": "16MB",
            "max_connections": "60",
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": self.folder,
        }
        told = " ".join(f"-c {name}={value}" for name, value in options.items())
        self._run(
            *("pg_ctl", "--pgdata", self.data, "--options", told, "--wait", "--timeout", "60"),
            *("--log", self.folder / "log", "start"),
        )

    def stop(self) -> None:
        """Stop the server at once; what it has committed is there when it starts again."""
        self._run("pg_ctl", "--pgdata", self.data, "--mode", "fast", "--wait", "stop")

    def close(self) -> None:
        """Stop the server and remove its folder."""
        self._end.communicate()

    def url(self, database: str = "postgres", schema: str | None = None) -> str:
        """Return the address of a database, by the socket that needs no password."""
        address = f"postgresql://listener@/{database}?host={quote(str(self.folder), safe='')}"
        address += f"&port={self.port}"
        return address if schema is None else f"{address}&options=-csearch_path%3D{schema}"

    def tcp_url(self, password: str = PASSWORD, database: str = "postgres") -> str:
        """Return the address of a database by TCP, which needs the password."""
        secret = quote(password, safe="")
        return f"postgresql://listener:{secret}@127.0.0.1:{self.port}/{database}"

    def new_schema(self) -> str:
        """Return the address of a schema that nobody else uses."""
        import psycopg

        self._number += 1
        name = f"catalogue_{self._number}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return self.url(schema=name)

    def _run(self, program: str, *arguments: object) -> None:
        command = [*self._user, str(self._programs / program), *map(str, arguments)]
        done = subprocess.run(
            command,
            check=False,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            log = self.folder / "log"
            said = log.read_text() if log.exists() else ""
            raise RuntimeError(f"{program} failed: {done.stdout or ''}{said}")

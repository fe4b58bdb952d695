"""Connections that ask for nothing, for too much or too slowly: real sockets, a real server."""

import contextlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import httpx
import pytest

from vibelux.library.catalogue import Catalogue
from vibelux.service import connections
from vibelux.service.connections import MAX_HEAD, MAX_HEADERS, connections_at_most
from vibelux.service.scan_job import ScanJob, ScanStatus

from .conftest import fill, mood, running

SHORT = 0.3
"""Seconds that a request may take here, for ten."""

GET = b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n"


@pytest.fixture
def port(tmp_path) -> Iterator[int]:
    with running(tmp_path, tmp_path, request_seconds=SHORT) as (_, url):
        yield httpx.URL(url).port


def connect(port: int, data: bytes = b"") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(data)
    return connection


def read_all(connection: socket.socket) -> bytes:
    """Read until the other side ends the connection."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def error_of(answer: bytes, status: int) -> str:
    """Return the code of an answer, which has the one shape and the headers of all answers."""
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status), answer[:200]
    assert b"content-security-policy:" in head
    error = json.loads(body)["error"]
    assert error.keys() == {"code", "message", "hint"}
    return error["code"]


def ask(connection: socket.socket) -> bytes:
    """Ask once more on a connection, and return the answer's head and body."""
    connection.sendall(GET + b"\r\n")
    answer = b""
    while b'"status":"ok"' not in answer:
        part = connection.recv(65536)
        assert part, answer
        answer += part
    return answer


def test_a_connection_on_which_nothing_comes_is_closed(port):
    with connect(port) as connection:
        assert read_all(connection) == b""


@pytest.mark.parametrize(
    "begun",
    [
        GET,
        b"G",
        b"POST /api/v1/moods HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{",
        b"PUT /api/v1/moods HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n",
        b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n",
    ],
    ids=["no end of headers", "a letter", "a body cut short", "a chunk that never comes", "a GET"],
)
def test_a_request_that_does_not_come_whole_is_told_so(port, begun):
    with connect(port, begun) as connection:
        assert error_of(read_all(connection), 408) == "request_timeout"


@pytest.mark.parametrize(
    "begun",
    [
        GET + b"X: ",
        b"POST /api/v1/moods HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999\r\n\r\n",
        b"POST /api/v1/moods HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"ffff\r\n",
    ],
    ids=["header", "body", "chunk"],
)
def test_one_byte_at_a_time_does_not_keep_a_connection(port, begun):
    with connect(port, begun) as connection:
        connection.settimeout(SHORT / 10)
        while True:
            try:
                connection.sendall(b"a")
                if connection.recv(1, socket.MSG_PEEK) == b"H":
                    break
            except TimeoutError:
                continue
        connection.settimeout(None)
        assert error_of(read_all(connection), 408) == "request_timeout"


@pytest.mark.parametrize("drop", [b"\r\n", b"G"])
def test_drops_between_requests_do_not_keep_a_connection(port, drop):
    with connect(port) as connection:
        ask(connection)
        connection.sendall(drop)
        read_all(connection)  # ends, long before the 30 seconds of a connection that is kept


def test_a_body_that_nobody_reads_does_not_keep_a_connection(port):
    refused = b"POST /api/v1/scan HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 9\r\n\r\n{"
    with connect(port, refused) as connection:
        assert error_of(read_all(connection), 403) == "host_not_allowed"


def test_a_connection_is_kept_between_whole_requests(port):
    with connect(port) as connection:
        for _ in range(3):
            assert ask(connection).startswith(b"HTTP/1.1 200 ")
            time.sleep(2 * SHORT)  # longer than a request may take


def test_what_was_asked_ahead_has_time_until_its_turn(tmp_path, monkeypatch):
    with running(tmp_path, tmp_path, request_seconds=SHORT) as (_, url):
        monkeypatch.setattr(ScanJob, "status", property(_slow_status))
        asked = b"GET /api/v1/scan HTTP/1.1\r\nHost: localhost\r\n"
        with connect(httpx.URL(url).port, asked + b"\r\n" + asked) as connection:
            time.sleep(SHORT)
            connection.sendall(b"Connection: close\r\n\r\n")
            assert read_all(connection).count(b"HTTP/1.1 200 ") == 2


def _slow_status(_: ScanJob) -> ScanStatus:
    time.sleep(3 * SHORT)
    return ScanStatus()


@pytest.mark.parametrize(
    "head",
    [
        b"GET /?" + b"a" * (MAX_HEAD + 1),
        GET + b"X-Long: " + b"a" * (MAX_HEAD + 1),
        GET + b"a" * (MAX_HEAD + 1) + b": 1",
        GET + b"".join(b"X-%d: %s\r\n" % (i, b"a" * 4000) for i in range(20)),
        GET + b"".join(b"X-%d: 1\r\n" % i for i in range(MAX_HEADERS + 1)),
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: "
        + b"a" * (MAX_HEAD + 1),
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1;"
        + b"a" * (MAX_HEAD + 1),
    ],
    ids=["address", "value", "name", "together", "number", "after the body", "chunk"],
)
def test_a_head_that_is_too_large_is_refused(tmp_path, head):
    with running(tmp_path, tmp_path) as (_, url), connect(httpx.URL(url).port) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(head + b"\r\n")
        answer = read_all(connection)
        assert error_of(answer, 431) == "headers_too_large"


def test_a_head_that_is_large_but_not_too_large_is_read(port):
    with connect(port, GET + b"Connection: close\r\nX: " + b"a" * 60_000 + b"\r\n\r\n") as one:
        assert read_all(one).startswith(b"HTTP/1.1 200 ")
    many = b"".join(b"X-%d: 1\r\n" % i for i in range(MAX_HEADERS - 5))
    with connect(port, GET + many + b"Connection: close\r\n\r\n") as one:
        assert read_all(one).startswith(b"HTTP/1.1 200 ")


def test_requests_sent_ahead_are_answered_up_to_a_number(port):
    with connect(port, (GET + b"\r\n") * 10 + GET + b"Connection: close\r\n\r\n") as connection:
        assert read_all(connection).count(b"HTTP/1.1 200 ") == 11
    with connect(port, (GET + b"\r\n") * 1000) as connection:
        assert read_all(connection).count(b"HTTP/1.1 200 ") < 100


@pytest.mark.parametrize("garbage", [b"\x16\x03\x01", b"GET / HTTP/9.9\r\n\r\n", b"\0\r\n\r\n"])
def test_what_is_not_a_request_gets_the_one_shape(port, garbage):
    with connect(port, garbage + b"\r\n\r\n") as connection:
        assert error_of(read_all(connection), 400) == "bad_request"


def test_an_upgrade_that_is_not_offered_is_answered_as_a_request(port):
    with connect(port, GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n") as connection:
        assert read_all(connection).startswith(b"HTTP/1.1 200 ")


def test_idle_connections_make_room_for_one_that_asks(tmp_path):
    with running(tmp_path, tmp_path, most=10, request_seconds=3600) as (_, url):
        port = httpx.URL(url).port
        with connect(port) as asks:
            ask(asks)
            idle = [connect(port) for _ in range(50)]
            for _ in range(20):
                assert httpx.get(f"{url}/api/v1/health", timeout=None).status_code == 200
            for connection in idle:
                connection.close()


def test_those_beyond_the_number_are_refused_while_all_are_busy(tmp_path):
    with running(tmp_path, tmp_path, most=3) as (context, url):
        context.scan._status = ScanStatus(state="looking")
        port = httpx.URL(url).port
        watch = b"GET /api/v1/scan/events HTTP/1.1\r\nHost: localhost\r\n\r\n"
        busy = [connect(port, watch) for _ in range(3)]
        for connection in busy:
            assert connection.recv(12) == b"HTTP/1.1 200"
        with connect(port) as refused:
            assert error_of(read_all(refused), 503) == "too_many_connections"
        context.scan._status = ScanStatus()
        for connection in busy:
            assert b"event: progress" in read_all_chunks(connection)
            connection.close()
        assert httpx.get(f"{url}/api/v1/health", timeout=None).status_code == 200


def read_all_chunks(connection: socket.socket) -> bytes:
    answer = b""
    while not answer.endswith(b"0\r\n\r\n"):
        part = connection.recv(65536)
        assert part
        answer += part
    return answer


def test_one_address_beyond_this_machine_cannot_take_them_all():
    class Transport:
        def __init__(self):
            self.ended = False

        def is_closing(self):
            return self.ended

        def abort(self):
            self.ended = True

    class Busy:
        answering, stalled_since, idle_since = True, None, 0.0

        def __init__(self, address):
            self.client, self.transport = (address, 1), Transport()

    there = [Busy("192.0.2.7") for _ in range(5)]
    for proxy in ("192.0.2.7", "192.0.2.0/24"):
        limited = connections.Connections(there, most=10, proxies=[proxy])
        assert limited._has_room("192.0.2.7")  # it speaks for many
    limited = connections.Connections(there, most=10, proxies=["192.0.2.8", "2001:db8::/32"])
    assert not limited._has_room("192.0.2.7")
    limited = connections.Connections(there, most=10)
    assert not limited._has_room("192.0.2.7")
    assert limited._has_room("192.0.2.8")
    there[0].answering = False
    assert limited._has_room("192.0.2.7")
    assert there[0].transport.ended


def test_there_are_fewer_connections_than_files():
    program = (
        "import resource, sys; limit = int(sys.argv[1]);"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit));"
        "from vibelux.service.connections import connections_at_most;"
        "print(connections_at_most(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    for limit in (40, 256, 1024):
        command = [sys.executable, "-c", program, str(limit)]
        found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        most, soft = map(int, found.split())
        assert 4 <= most <= limit // 2
        assert soft == limit
    assert connections_at_most() <= 512


def test_a_slow_reader_of_a_song_gets_all_of_it(tmp_path):
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue:
        ids = fill(catalogue, tmp_path / "music")
    with running(tmp_path, tmp_path, request_seconds=SHORT) as (_, url):
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", httpx.URL(url).port))
        with connection:
            path = f"/api/v1/audio/{ids['sad']}"
            connection.sendall(
                f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
            )
            connection.recv(100)
            for _ in range(3):
                time.sleep(SHORT)  # longer in all than a request may take
                connection.recv(4096)
            whole = read_all(connection)
        size = (tmp_path / "music" / "sad.wav").stat().st_size
        assert len(whole) > size - 3 * 4096 - 100 - 4096
        assert whole.endswith((tmp_path / "music" / "sad.wav").read_bytes()[-1000:])


def test_a_body_that_comes_in_small_chunks_is_read(port):
    body = json.dumps({"mood": mood(sad=1)}).encode()
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    head = (
        b"POST /api/v1/moods HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    with connect(port, head + chunks) as connection:
        assert read_all(connection).startswith(b"HTTP/1.1 200 ")

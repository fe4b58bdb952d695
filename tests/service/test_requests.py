"""Requests as nobody should send them: each is told what is wrong with it, in the one shape."""

import json
import socket

import httpx
import pytest

from .conftest import error

JSON = "Content-Type: application/json\r\n"
ALL = "GET, HEAD, OPTIONS"


def send(service, data: str | bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes over a socket, and return the status, the headers and the body."""
    data = data.encode("latin-1") if isinstance(data, str) else data
    with socket.create_connection(("127.0.0.1", httpx.URL(service.url).port)) as connection:
        connection.sendall(data)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    return int(first.split()[1]), dict(line.lower().split(": ", 1) for line in lines), body


def request(method: str, path: str, headers: str = "", body: str = "") -> str:
    return (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n{body}"
    )


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: +2\r\n",
        "Content-Length: -2\r\n",
        "Content-Length: 2\r\nContent-Length: 3\r\n",
        "Content-Length: 2\r\nContent-Length: 2\r\n",
        "Content-Length: 2, 2\r\n",
        f"Content-Length: {'9' * 5000}\r\n",
        "Content-Length: \r\n",
        "Content-Length: 0x2\r\n",
        "Content-Length: \xb2\r\n",
        "Transfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        "Host: elsewhere\r\n",
        "X : y\r\n",
        "X: a\r\n b\r\n",
        "X: a\0b\r\n",
    ],
)
def test_headers_that_contradict_http_are_refused(service, headers):
    status, answered, body = send(service, request("POST", "/api/v1/moods", JSON + headers, "{}"))
    assert status == 400
    assert answered["x-content-type-options"] == "nosniff"
    assert json.loads(body)["error"]["code"] == "bad_request"


def test_a_length_may_begin_with_zeros(service):
    length = f"Content-Length: {'0' * 5000}2\r\n"
    status, _, body = send(service, request("POST", "/api/v1/moods", JSON + length, "{}"))
    assert (status, json.loads(body)["error"]["code"]) == (422, "invalid_request")


def test_a_length_beyond_the_limit_is_refused_before_the_body_comes(service):
    length = f"Content-Length: {10**18}\r\n"
    status, _, body = send(service, request("POST", "/api/v1/moods", JSON + length, "{}"))
    assert (status, json.loads(body)["error"]["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("asked", "status", "begins"),
    [
        (f"bytes=0-{'9' * 5000}", 206, "bytes 0-"),
        (f"bytes={'0' * 5000}5-9", 206, "bytes 5-9/"),
        (f"bytes={'9' * 5000}-", 416, "bytes */"),
        (f"bytes=-{'9' * 5000}", 206, "bytes 0-"),
        (f"bytes=-{'0' * 5000}", 416, "bytes */"),
        (f"bytes={'9' * 5000}-{'9' * 6000}", 416, "bytes */"),
    ],
)
def test_a_range_may_have_any_number_of_digits(service, asked, status, begins):
    address = f"/api/v1/audio/{service.ids['happy']}"
    answer = service.client.get(address, headers={"Range": asked})
    assert answer.status_code == status
    if status == 416:
        assert len(error(answer, 416)["message"]) < 200
    assert answer.headers["content-range"].startswith(begins)


@pytest.mark.parametrize("path", ["/index.html", "/api/v1/models/face.json"])
@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (f"bytes={'9' * 5000}-", 400),
        ("bytes=9999999999-", 416),
        ("bytes=5-2", 400),
        ("pages=1-2", 400),
        ("bytes=a-b", 400),
    ],
)
def test_ranges_of_files_that_cannot_be_get_the_one_shape(service, path, asked, status):
    answer = service.client.get(path, headers={"Range": asked})
    if answer.status_code == 404:
        pytest.skip("the page was not built")
    error(answer, status)


LONG = "a" * 300


@pytest.mark.parametrize(
    ("folder", "status"),
    [
        (f"/{LONG}", 403),
        (f"~/{LONG}", 403),
        ("{root}/" + LONG, 422),
        ("{root}" + "/a" * 1500, 422),
        ("{root}/a\0b", 422),
        ("{root}/catalogue.sqlite", 422),
        ("~nobody-of-this-name", 422),
        ("music", 422),
        ("", 422),
    ],
)
def test_folders_that_cannot_be_scanned(service, folder, status):
    folder = folder.replace("{root}", str(service.music.parent))
    error(service.client.post("/api/v1/scan", json={"folder": folder}), status)
    assert service.context.scan.status.state == "idle"


def test_a_folder_that_is_not_a_text_cannot_be_scanned(service):
    for escaped in ("\\ud800", "/a\\udcff", "~\\ud800"):
        body = f'{{"folder": "{escaped}"}}'
        headers = {"Content-Type": "application/json"}
        error(service.client.post("/api/v1/scan", content=body, headers=headers), 422)


@pytest.mark.parametrize("path", [f"/{LONG}", f"/{LONG}/", "/%ff", "/%ed%a0%80/", "/{root}/%ff"])
def test_folders_that_cannot_be_listed_have_no_completions(service, path):
    path = path.replace("/{root}", str(service.music))
    assert service.client.get(f"/api/v1/folders?path={path}").json() == {"folders": []}


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        f"/{LONG}",
        f"/assets/{LONG}",
        "/assets/%00",
        "/%ff",
        "/" + "a/" * 3000,
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%5c..%5cetc",
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v1/health/",
        "/api/v1/sessions/%2e%2e%2f",
        "/api/v1/sessions/%00",
    ],
)
def test_addresses_at_which_there_is_nothing(service, path):
    error(service.client.get(path), 404)
    assert service.client.head(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/api/v1/health", ALL),
        ("PATCH", "/api/v1/recommendations", "OPTIONS, POST"),
        ("GET", "/api/v1/recommendations", "OPTIONS, POST"),
        ("HEAD", "/api/v1/playlists", "OPTIONS, POST"),
        ("POST", "/api/v1/songs/1/mood", "DELETE, OPTIONS, PUT"),
        ("PUT", "/api/v1/scan", "DELETE, GET, HEAD, OPTIONS, POST"),
        ("TRACE", "/api/v1/audio/1", ALL),
        ("PROPFIND", "/api/v1/songs", ALL),
        ("HEAD", "/api/v1/scan/events", "GET, OPTIONS"),
        ("DELETE", "/", "GET, HEAD"),
        ("POST", "/index.html", "GET, HEAD"),
        ("PUT", "/openapi.json", "GET, HEAD"),
    ],
)
def test_a_method_that_an_address_does_not_name_is_told_the_others(service, method, path, allow):
    answer = service.client.request(method, path)
    assert answer.status_code == 405
    if method != "HEAD":
        assert error(answer, 405)["code"] == "method_not_allowed"
    assert answer.headers["allow"] == allow


def test_no_method_works_where_there_is_nothing(service):
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        error(service.client.request(method, "/api/v1/nothing"), 404)


def test_head_says_what_get_would_and_options_what_there_is(service):
    for path in ("/api/v1/health", "/api/v1/songs", "/api/v1/library", "/api/v1/models/face.json"):
        head, get = service.client.head(path), service.client.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == get.headers["content-length"]
        assert head.headers["content-type"] == get.headers["content-type"]
    assert service.client.head("/api/v1/songs/99999").status_code == 404
    options = service.client.options("/api/v1/sessions/x")
    assert (options.status_code, options.headers["allow"]) == (
        204,
        "DELETE, GET, HEAD, OPTIONS, PATCH",
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"null", 422),
        (b"\0", 422),
        (b"{", 422),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 50_000, 400),
        (b'{"mood": [' + b"9" * 5000 + b",0,0,0,0,0,1]}", 400),
        (b'{"mood": [' + b"9" * 400 + b",0,0,0,0,0,1]}", 422),
        (b'{"mood": [NaN,0,0,0,0,0,1]}', 422),
        (b'{"mood": [1e999,0,0,0,0,0,1]}', 422),
        (b'{"mood": [-0.0,0,0,0,0,0,0]}', 422),
        (b'{"valence": NaN, "arousal": NaN}', 422),
        (b'{"valence": -Infinity, "arousal": 0}', 422),
        (b'{"\\ud800": 1}', 422),
        (b'{"mood": "\\ud800"}', 422),
    ],
)
def test_bodies_that_make_no_mood(service, body, status):
    headers = {"Content-Type": "application/json"}
    error(service.client.post("/api/v1/moods", content=body, headers=headers), status)


def test_a_body_that_is_not_json_is_called_so(service):
    headers = {"Content-Type": "application/json"}
    answer = service.client.post("/api/v1/moods", content=b'{"mood": [', headers=headers)
    assert error(answer, 422)["message"] == "the body is not valid JSON"


def test_cookies_that_are_none_are_as_good_as_none(service):
    for cookie in (b"\xff=\x80", b"=; ;;", b'vibelux_token="', b"vibelux_token=\xff"):
        answer = service.client.get("/api/v1/health", headers={b"Cookie": cookie})
        assert answer.status_code == 200

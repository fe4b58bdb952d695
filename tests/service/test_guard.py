import asyncio
import re
import socket

import httpx
import pytest

from vibelux.service.app import create_app
from vibelux.service.guard import COOKIE, MAX_BODY, Guard, RateLimit, is_loopback

from .conftest import error, mood, running

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "localhost.", "[::2]", ""],
)
def test_other_names_that_lead_here_are_refused(service, host):
    answer = service.client.get("/api/v1/health", headers={"Host": host})
    assert error(answer, 403)["code"] == "host_not_allowed"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:9", "[::1]:8765", "127.0.0.1:1"])
def test_names_of_this_machine_are_answered_on_any_port(service, host):
    assert service.client.get("/api/v1/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT"])
def test_other_pages_may_not_change_anything(service, headers, method):
    answer = service.client.request(method, "/api/v1/scan", json={}, headers=headers)
    assert error(answer, 403)["code"] == "origin_not_allowed"
    assert service.context.scan.status.state == "idle"


def test_the_page_itself_may(service):
    headers = {"Origin": service.url, "Sec-Fetch-Site": "same-origin"}
    body = {"mood": mood(sad=1)}
    answer = service.client.post("/api/v1/moods", json=body, headers=headers)
    assert answer.status_code == 200


def test_a_form_of_another_page_is_not_understood(service):
    answer = service.client.post(
        "/api/v1/scan", content=b"{}", headers={"Content-Type": "text/plain"}
    )
    error(answer, 422)


def test_large_bodies_are_refused_whether_their_length_is_said_or_not(service):
    big = b" " * (MAX_BODY + 1)
    said = service.client.post("/api/v1/moods", content=big, headers=JSON)
    assert error(said, 413)["code"] == "body_too_large"
    chunks = (b" " * 65536 for _ in range(MAX_BODY // 65536 + 1))
    unsaid = service.client.post("/api/v1/moods", content=chunks, headers=JSON)
    assert error(unsaid, 413)["code"] == "body_too_large"


def test_every_answer_carries_the_security_headers(service):
    for path in ("/", "/openapi.json", "/api/v1/health", "/nothing", "/api/v1/audio/1"):
        headers = service.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self' 'wasm-unsafe-eval'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers
        assert "access-control-allow-origin" not in headers


def test_the_plain_page_is_whole_and_loads_nothing(service):
    page = service.client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    if "This installation has no page" not in page.text:
        pytest.skip("the page was built")
    assert 'href="openapi.json"' in page.text
    assert "GET /api/v1/songs" in page.text
    assert "<script" not in page.text
    assert "http:" not in page.text


def test_a_mistake_of_ours_says_nothing_of_the_inside(service, monkeypatch, caplog):
    def broken():
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(service.context.columns, "now", broken)
    answer = service.client.get("/api/v1/songs")
    assert error(answer, 500)["code"] == "internal_error"
    assert "secret" not in answer.text
    assert "the secret inside" in caplog.text


def test_garbage_on_the_wire_does_no_harm(service):
    port = httpx.URL(service.url).port
    for garbage in (b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n", b"\0" * 5000):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(garbage + b"\r\n\r\n")
            connection.recv(100)
    assert service.client.get("/api/v1/health").status_code == 200


def test_with_a_token_nobody_without_it_gets_anything(tmp_path):
    with (
        running(tmp_path, tmp_path, token="s3cret") as (_, url),
        httpx.Client(base_url=url, timeout=None) as client,
    ):
        for path in ("/", "/api/v1/health", "/openapi.json"):
            assert error(client.get(path), 401)["code"] == "token_needed"
        bearer = {"Authorization": "Bearer s3cret"}
        assert client.get("/api/v1/health", headers=bearer).status_code == 200
        by_address = {"Host": "192.168.1.7:8765", **bearer}
        assert client.get("/api/v1/health", headers=by_address).status_code == 200
        assert client.get("/", headers={"Host": "evil.example", **bearer}).status_code == 403
        link = client.get("/?token=s3cret")
        assert (link.status_code, link.headers["location"]) == (303, "/")
        assert "HttpOnly" in link.headers["set-cookie"]
        assert "SameSite=lax" in link.headers["set-cookie"]
        assert "Path=/;" in link.headers["set-cookie"]
        elsewhere = client.get(f"{url}//evil.example/?token=s3cret")
        assert elsewhere.headers["location"] == "/evil.example/"
        assert client.get("/api/v1/health").status_code == 200  # by the cookie
        client.cookies.clear()
        answers = [client.get(f"/?token=guess{n}") for n in range(20)]
        assert answers[0].status_code == 401
        assert error(answers[-1], 429)["code"] == "too_many_tokens"
        assert client.get("/?token=s3cret").status_code == 303  # the right one is no guess


def test_a_page_of_an_earlier_start_guesses_nothing(tmp_path):
    """It sends its old token again and again, and is told each time that it needs a new one."""
    with (
        running(tmp_path, tmp_path, token="new") as (_, url),
        httpx.Client(base_url=url, headers={"Cookie": f"{COOKIE}=old"}) as client,
    ):
        for _ in range(30):
            assert error(client.get("/api/v1/health"), 401)["code"] == "token_needed"


def test_cookies_of_other_programs_on_this_machine_do_no_harm(tmp_path):
    """A browser sends them to every port."""
    cookies = f'a[b]="c; d@e={{"f": 1}}; {COOKIE}=old; {COOKIE}=s3cret; theme'
    with running(tmp_path, tmp_path, token="s3cret") as (_, url):
        answer = httpx.get(f"{url}/api/v1/health", headers={"Cookie": cookies})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        [("Cookie", "theme=dark"), ("Cookie", f"{COOKIE}=s3cret")],  # as some proxies send them
        [("Authorization", "bearer s3cret")],
        [("Authorization", "BEARER  s3cret")],
    ],
)
def test_the_token_may_come_in_any_form_that_http_allows(tmp_path, headers):
    with running(tmp_path, tmp_path, token="s3cret") as (_, url):
        assert httpx.get(f"{url}/api/v1/health", headers=headers).status_code == 200


def test_the_cookie_is_for_tls_alone_where_the_link_came_by_tls(tmp_path):
    with running(tmp_path, tmp_path, token="s3cret") as (context, url):
        assert "Secure" not in httpx.get(f"{url}/?token=s3cret").headers["set-cookie"]
        app = create_app(context, token="s3cret")

        async def by_tls():
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
                return await client.get("https://127.0.0.1/?token=s3cret")

        assert "; Secure" in asyncio.run(by_tls()).headers["set-cookie"]


def operations(service):
    """Return the method and the address of every operation."""
    described = service.client.get("/openapi.json").json()["paths"]
    for path, methods in described.items():
        for method in methods:
            filled = path.replace("{name}", "face.json").replace("{session_id}", "a1")
            yield method.upper(), re.sub(r"\{\w+\}", "1", filled)


def test_a_link_on_another_page_opens_what_it_leads_to_and_changes_nothing(service):
    """The cookie comes with links of other pages; what changes things is refused to them."""
    kept = {path: path.read_bytes() for path in service.context.settings.home.rglob("*.*")}
    state = service.context.scan.status.state
    seen = []
    for method, path in operations(service):
        if path.endswith("/events"):
            continue
        seen.append(method)
        for headers in (
            {"Origin": "http://evil.example", "Sec-Fetch-Site": "cross-site"},
            {"Origin": "null"},  # a form in a frame of its own origin, or without a referrer
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Sec-Fetch-Site": "unheard-of"},
        ):
            answer = service.client.request(method, path, headers=headers)
            if method in ("GET", "HEAD"):
                assert answer.status_code != 403, path
            else:
                assert error(answer, 403)["code"] == "origin_not_allowed", (method, path)
    assert set(seen) == {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}
    assert service.context.scan.status.state == state
    assert {path: path.read_bytes() for path in service.context.settings.home.rglob("*.*")} == kept


def test_a_sender_who_asks_too_fast_waits():
    limit = RateLimit(rate=0.001, burst=3)
    assert [limit.wait("a") for _ in range(3)] == [0, 0, 0]
    assert 900 < limit.wait("a") <= 1000
    assert limit.wait("b") == 0


@pytest.fixture
def behind_a_proxy(tmp_path):
    """A service that a proxy with TLS makes known as music.example.org."""
    with (
        running(tmp_path, tmp_path, token="secret", names=["Music.example.org"]) as (_, url),
        httpx.Client(
            base_url=url, headers={"Authorization": "Bearer secret"}, timeout=None
        ) as client,
    ):
        yield client


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("music.example.org", "https://music.example.org"),
        ("MUSIC.example.org:443", "https://music.example.org"),
        ("music.example.org:8443", "https://music.example.org:8443"),
        ("127.0.0.1:8765", "https://music.example.org"),  # the proxy did not hand the name on
        ("music.example.org", None),
    ],
)
def test_a_name_that_was_allowed_is_answered_and_its_pages_may_change_things(
    behind_a_proxy, host, origin
):
    headers = {"Host": host} | ({"Origin": origin} if origin else {})
    answer = behind_a_proxy.post("/api/v1/moods", json={"mood": mood(sad=1)}, headers=headers)
    assert answer.status_code == 200, answer.text
    anybody = {"Host": host, "Authorization": ""}
    assert error(behind_a_proxy.get("/api/v1/health", headers=anybody), 401)


@pytest.mark.parametrize(
    ("host", "origin", "code"),
    [
        ("example.org", None, "host_not_allowed"),
        ("music.example.org.evil.example", None, "host_not_allowed"),
        ("music.example.org", "https://evil.example", "origin_not_allowed"),
        ("music.example.org", "https://music.example.org.evil.example", "origin_not_allowed"),
        ("music.example.org", "ftp://music.example.org", "origin_not_allowed"),
        ("music.example.org", "null", "origin_not_allowed"),
    ],
)
def test_other_names_stay_refused_behind_a_proxy(behind_a_proxy, host, origin, code):
    headers = {"Host": host} | ({"Origin": origin} if origin else {})
    answer = behind_a_proxy.post("/api/v1/moods", json={"mood": mood(sad=1)}, headers=headers)
    assert error(answer, 403)["code"] == code


FORWARDED = {
    "X-Forwarded-For": "203.0.113.9",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "evil.example",
    "Forwarded": "for=203.0.113.9;proto=https;host=evil.example",
}


@pytest.fixture
def asked_by(monkeypatch):
    """What the guard is told of each sender: the address, and http or https."""
    asked = []
    check = Guard._check_sender

    def noting(self, scope, headers):
        asked.append((scope["client"][0], scope["scheme"]))
        check(self, scope, headers)

    monkeypatch.setattr(Guard, "_check_sender", noting)
    return asked


@pytest.mark.parametrize("proxies", [(), ("192.0.2.1",), ("10.0.0.0/8", "::1")])
def test_what_others_say_of_who_asks_does_not_count(tmp_path, monkeypatch, asked_by, proxies):
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")  # Uvicorn would heed it
    with running(tmp_path, tmp_path, proxies=proxies) as (_, url):
        answer = httpx.get(f"{url}/api/v1/health", headers=FORWARDED, timeout=None)
    assert answer.status_code == 200
    assert asked_by == [("127.0.0.1", "http")]


@pytest.mark.parametrize("proxy", ["127.0.0.1", "127.0.0.0/8"])
@pytest.mark.parametrize(
    ("said", "believed"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("127.0.0.1, 203.0.113.9", "203.0.113.9"),  # the first was made up by the sender
        ("198.51.100.1, 203.0.113.9, 127.0.0.1", "203.0.113.9"),
    ],
)
def test_what_a_proxy_says_of_who_asks_counts(tmp_path, asked_by, proxy, said, believed):
    headers = FORWARDED | {"X-Forwarded-For": said}
    with running(tmp_path, tmp_path, proxies=(proxy,)) as (_, url):
        answer = httpx.get(f"{url}/api/v1/health", headers=headers, timeout=None)
    assert answer.status_code == 200  # the host is that of the request: the other one has no say
    assert asked_by == [(believed, "https")]


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no socket takes IPv4 and IPv6 here")
def test_a_proxy_is_known_by_its_ipv4_address_where_ipv6_is_listened_on(tmp_path, asked_by):
    both = socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True)
    with running(tmp_path, tmp_path, listener=both, proxies=("127.0.0.1",)) as (_, url):
        httpx.get(f"{url}/api/v1/health", headers=FORWARDED, timeout=None)
    assert asked_by == [("203.0.113.9", "https")]


def test_who_pretends_to_be_many_guesses_tokens_no_faster(tmp_path):
    with (
        running(tmp_path, tmp_path, token="s3cret") as (_, url),
        httpx.Client(base_url=url, timeout=None) as client,
    ):
        answers = [
            client.get(f"/?token=guess{number}", headers={"X-Forwarded-For": f"203.0.113.{number}"})
            for number in range(20)
        ]
    assert answers[-1].status_code == 429


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("::ffff:192.0.2.1", False),
        ("192.0.2.1", False),
        ("unknown", False),
        ("", False),
    ],
)
def test_which_addresses_are_of_this_machine_alone(address, own):
    assert is_loopback(address) is own

"""`vibelux serve --home`: the real command, reached at this machine's address in its network."""

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time

import httpx
import pytest

from vibelux.cli.qr_code import half_blocks
from vibelux.service.certificates import permitted
from vibelux.service.server import shown_host

ADDRESS = shown_host("0.0.0.0")

pytestmark = pytest.mark.skipif(
    ADDRESS == "127.0.0.1" or not permitted(ADDRESS),
    reason="this machine is in no private network",
)


class Home:
    """A running service: its link, what else it printed, and a client that trusts it."""

    def __init__(self, folder, *arguments):
        self.folder = folder
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-c", "from vibelux.cli import main; main()"),
                *("serve", "--home", "--no-browser", "--port", "0", "--root", str(folder)),
                *arguments,
            ],
            env={**os.environ, "VIBELUX_HOME": str(folder / "home"), "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        first = self.process.stdout.readline()
        found = re.search(r"https://(\S+):(\d+)/\?token=(\S+)", first)
        if found is None:
            return
        self.host, self.port, self.token = found[1], int(found[2]), found[3]
        self.said = self.process.stdout.readline() + self.process.stdout.readline()
        self.plain = f"http://{self.host}:{self.port}"
        self.url = f"https://{self.host}:{self.port}"
        certificate = httpx.get(f"{self.plain}/vibelux-home.crt", timeout=None)
        assert certificate.headers["content-type"] == "application/x-x509-ca-cert"
        self.trust = ssl.create_default_context(cadata=certificate.text)

    def client(self):
        return httpx.Client(base_url=self.url, verify=self.trust, timeout=None)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate()


@pytest.fixture
def start(tmp_path):
    begun = []

    def run(*arguments):
        begun.append(Home(tmp_path, *arguments))
        return begun[-1]

    yield run
    for home in begun:
        home.process.kill()
        home.process.communicate()


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_phone_gets_the_page_over_tls(start, processes):
    home = start("--processes", processes)
    assert home.host == ADDRESS
    assert f"{home.plain}/trust" in home.said
    assert re.search("Fingerprint of the certificate: ([0-9A-F]{2}:){31}[0-9A-F]{2}", home.said)
    with home.client() as phone:
        assert phone.get("/").status_code == 401
        opened = phone.get("/", params={"token": home.token})
        assert opened.status_code == 303
        cookie = opened.headers["set-cookie"]
        assert "secure" in cookie.lower() and "httponly" in cookie.lower()
        assert phone.get("/api/v1/health").json()["name"] == "VibeluX"
        origin = {"Origin": home.url, "Sec-Fetch-Site": "same-origin"}
        assert phone.post("/api/v1/recommendations", json={}, headers=origin).status_code == 422
        elsewhere = {"Origin": "https://example.org", "Sec-Fetch-Site": "cross-site"}
        assert phone.post("/api/v1/recommendations", json={}, headers=elsewhere).status_code == 403
    _, errors = home.stop()
    assert "Traceback" not in errors
    assert home.token not in errors


def test_what_comes_without_tls_is_sent_there(start):
    home = start()
    with httpx.Client(base_url=home.plain, timeout=None) as phone:
        for path in ("/", "/api/v1/songs?sort=artist", "//example.org/"):
            answer = phone.get(home.plain + path)
            assert answer.status_code == 307
            place = "/example.org/" if path.startswith("//") else path
            assert answer.headers["location"] == home.url + place
            assert "set-cookie" not in answer.headers
        german = phone.get("/trust", headers={"Accept-Language": "de"})
        assert german.status_code == 200
        assert "Zertifikat herunterladen" in german.text
        assert home.token not in german.text
        assert f'href="{home.url}/"' in german.text
    # This machine's own browser may use the camera of http://localhost.
    own = httpx.get(f"http://localhost:{home.port}/", params={"token": home.token}, timeout=None)
    assert own.status_code == 303


def test_the_link_stays_until_a_new_one_is_wanted(start):
    first = start()
    first.stop()
    second = start()
    assert second.token == first.token
    second.stop()
    third = start("--new-link")
    assert third.token != first.token
    with third.client() as phone:
        assert phone.get("/", params={"token": first.token}).status_code == 401
        assert phone.get("/", params={"token": third.token}).status_code == 303


def test_silent_connections_keep_nobody_out(start):
    home = start()
    silent = [socket.create_connection((home.host, home.port)) for _ in range(300)]
    half = [socket.create_connection((home.host, home.port)) for _ in range(20)]
    for connection in half:
        connection.sendall(b"\x16\x03\x01")  # TLS that never goes on
    with home.client() as phone:
        for _ in range(3):
            assert phone.get("/", params={"token": home.token}).status_code == 303
    until = time.monotonic() + 60
    for connection in silent[-5:] + half[-5:]:
        connection.settimeout(max(0.1, until - time.monotonic()))
        assert connection.recv(1) == b""  # given up
    for connection in silent + half:
        connection.close()


def test_what_is_neither_tls_nor_http_does_no_harm(start):
    home = start()
    for rest in (b"\x16", b"\x16\x03\x01\x00\x05hello", b"\x00", b"\xff" * 100):
        with socket.create_connection((home.host, home.port)) as connection:
            connection.sendall(rest)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1000)
    with home.client() as phone:
        assert phone.get("/api/v1/health").status_code == 401
    _, errors = home.stop()
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--allow-host", "music.example.org"], "--home does without a proxy"),
        (["--host", "8.8.8.8"], "8.8.8.8 does not belong to a private network"),
    ],
)
def test_what_does_not_go_together_is_said(start, arguments, said):
    home = start(*arguments)
    _, errors = home.process.communicate()
    assert home.process.returncode in (1, 2)
    assert said in " ".join(errors.split())


def test_squares_become_letters():
    assert list(half_blocks([[1, 0, 1], [1, 1, 0], [0, 1, 0]])) == ["█▄▀", " ▀ "]

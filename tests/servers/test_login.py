import json
import os
import stat

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from vibelux.errors import InvalidInput, ServerError
from vibelux.servers.login import (
    Login,
    credentials,
    forget,
    keep_secret,
    known_server,
    parse_url,
    read_login,
    secret_of,
    write_login,
)

LOGIN = Login("https://music.example.org", "me")


class Memory(KeyringBackend):
    priority = 5

    def __init__(self):
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        try:
            del self.kept[service, username]
        except KeyError as error:
            raise PasswordDeleteError from error


class Unsafe(Memory):
    priority = 0.5


class Locked(Memory):
    def get_password(self, service, username):
        raise KeyringLocked("pass phrase 123")

    def set_password(self, service, username, password):
        raise KeyringLocked(f"pass phrase 123 {password}")


@pytest.fixture
def ring():
    before = keyring.get_keyring()
    made = Memory()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def test_the_token_of_the_documentation():
    # https://www.subsonic.org/pages/api.jsp: password "sesame", salt "c19b2d"
    assert credentials(Login("https://h", "joe"), "sesame", salt="c19b2d") == {
        "u": "joe",
        "t": "26719a1196d2a940705a59634eb18eab",
        "s": "c19b2d",
    }


def test_each_request_has_a_salt_of_its_own():
    salts = {credentials(LOGIN, "x")["s"] for _ in range(20)}
    assert len(salts) == 20 and min(map(len, salts)) >= 6


def test_other_ways_to_prove_oneself():
    assert credentials(Login("https://h", "joe", "password"), "sésame") == {
        "u": "joe",
        "p": "enc:73c3a973616d65",
    }
    assert credentials(Login("https://h", "joe", "api-key"), "key") == {"apiKey": "key"}


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("music.example.org", "https://music.example.org"),
        (" https://Music.example.org/ ", "https://music.example.org"),
        ("http://192.168.1.5:4533/rest/", "http://192.168.1.5:4533"),
        ("example.org/navidrome", "https://example.org/navidrome"),
        ("http://[::1]:80/x/rest", "http://[::1]/x"),
        ("https://music.example.org:443/", "https://music.example.org"),
        ("https://music.example.org:80", "https://music.example.org:80"),
        ("HTTP://music.example.org:4533", "http://music.example.org:4533"),
        ("https://müsic.example", "https://xn--msic-0ra.example"),
    ],
)
def test_addresses(text, url):
    assert parse_url(text) == url
    assert parse_url(url) == url


@pytest.mark.parametrize(
    "text",
    ["", "ftp://x", "https://", "http://h:port", "https://h?u=me&p=hidden", "https://h#hidden"],
)
def test_what_is_not_an_address(text):
    with pytest.raises(InvalidInput, match="is not an address of a server") as caught:
        parse_url(text)
    assert "hidden" not in str(caught.value)


def test_no_passwords_in_addresses():
    with pytest.raises(InvalidInput, match="without user and password") as caught:
        parse_url("https://me:hidden@h")
    assert "hidden" not in str(caught.value)


@given(st.text(max_size=30))
def test_any_text_is_an_address_or_refused(text):
    try:
        url = parse_url(text)
    except InvalidInput:
        return
    assert parse_url(url) == url


def test_the_file_remembers_no_secret(tmp_path, ring):
    file = tmp_path / "home" / "subsonic.json"
    assert read_login(file) is None
    write_login(file, LOGIN)
    assert keep_secret(LOGIN, "hidden")
    assert read_login(file) == LOGIN
    assert json.loads(file.read_text()) == {
        "url": "https://music.example.org",
        "user": "me",
        "auth": "token",
    }
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert ring.kept == {("vibelux", "me@music.example.org"): "hidden"}
    forget(file, LOGIN)
    forget(file, LOGIN)
    assert (ring.kept, read_login(file)) == ({}, None)


@pytest.mark.parametrize(
    "content", ["", "[]", '{"url": "https://h"}', '{"url": "https://h", "user": "me", "auth": "x"}']
)
def test_a_damaged_file(tmp_path, content):
    file = tmp_path / "subsonic.json"
    file.write_text(content)
    with pytest.raises(ServerError, match="log in again: vibelux subsonic login"):
        read_login(file)


def test_the_environment_goes_before_the_keyring(ring):
    keep_secret(LOGIN, "kept")
    assert secret_of(LOGIN, environment={}) == "kept"
    assert secret_of(LOGIN, environment={"VIBELUX_SUBSONIC_PASSWORD": "given"}) == "given"


def test_no_secret_anywhere(ring):
    with pytest.raises(ServerError, match=r"no password for me@music\.example\.org: the keyring "):
        secret_of(LOGIN, environment={})
    keyring.set_keyring(Unsafe())
    with pytest.raises(ServerError, match=r"has no keyring; .* set VIBELUX_SUBSONIC_PASSWORD"):
        secret_of(LOGIN, environment={})


def test_a_keyring_that_writes_plain_files_gets_nothing(ring):
    unsafe = Unsafe()
    keyring.set_keyring(unsafe)
    assert not keep_secret(LOGIN, "hidden")
    assert unsafe.kept == {}


def test_a_locked_keyring(ring):
    keyring.set_keyring(Locked())
    for ask in (lambda: secret_of(LOGIN, environment={}), lambda: keep_secret(LOGIN, "hidden")):
        with pytest.raises(ServerError, match=r"\(KeyringLocked\); unlock it, or set") as caught:
            ask()
        assert "123" not in str(caught.value) and "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("music.example.org", "music.example.org"),
        ("https://music.example.org", "music.example.org"),
        ("http://MUSIC.example.org/", "music.example.org"),
        (" https://music.example.org:443/rest/ ", "music.example.org"),
        ("music.example.org:80", "music.example.org"),
        ("https://me:secret@music.example.org", "music.example.org"),
        ("http://192.168.1.5:4533/music/", "192.168.1.5:4533/music"),
        ("192.168.1.5:4533/music/rest", "192.168.1.5:4533/music"),
        ("http://old.example.org", "old.example.org:80"),
        ("http://old.example.org:80", "old.example.org:80"),
        ("old.example.org", "old.example.org:80"),
        ("https://mu\u0308sic.example/", "xn--msic-0ra.example"),
        ("http://[::1]:4040", "[::1]:4040"),
        ("192.168.1.5:4533/Music", None),
        ("192.168.1.5", None),
        ("https://music.example.org:80", None),
        ("example.org", None),
        ("http://[", None),
        ("ftp://music.example.org", None),
        ("", None),
    ],
)
def test_a_server_is_known_by_any_form_of_its_address(text, server):
    servers = ["[::1]:4040", "192.168.1.5:4533/music", "music.example.org", "old.example.org:80"]
    servers.append("xn--msic-0ra.example")
    assert known_server(text, servers) == server


def test_of_two_that_fit_the_one_of_that_name_is_meant():
    assert known_server("https://h:443", ["h", "h:443"]) == "h:443"
    assert known_server("http://h", ["h:443", "h"]) == "h"


def test_a_login_of_an_earlier_version_keeps_its_name(tmp_path):
    file = tmp_path / "subsonic.json"
    file.write_text('{"url": "https://h:443", "user": "me", "auth": "token"}')
    assert read_login(file) == Login("https://h:443", "me")

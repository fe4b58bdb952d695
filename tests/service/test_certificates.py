"""The authority of one's own network, and what browsers will make of what it signs."""

import os
import socket
import ssl
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from vibelux.errors import VibeluxError
from vibelux.service import certificates
from vibelux.service.certificates import Authority, permitted, tls_context

NAMES = ["192.168.1.5", "127.0.0.1", "box.local", "localhost", "fd00::7"]


@contextmanager
def serving(file):
    """Serve TLS with a file and yield the address."""
    context = tls_context(file)

    def serve():
        while True:
            try:
                accepted, _ = listener.accept()
            except OSError:
                return
            with accepted:
                try:
                    with context.wrap_socket(accepted, server_side=True) as spoken:
                        spoken.recv(1)
                except OSError:
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()


def shaken(address, authority, name):
    """Shake hands as a strict client that trusts nobody but the authority."""
    client = ssl.create_default_context(cadata=authority.pem.decode())
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    with (
        socket.create_connection(address) as plain,
        client.wrap_socket(plain, server_hostname=name) as spoken,
    ):
        return spoken.version()


def test_a_client_that_trusts_the_authority_trusts_all_names(tmp_path):
    authority = Authority.at(tmp_path)
    with serving(authority.server_file(NAMES)) as address:
        for name in NAMES:
            assert shaken(address, authority, name) in ("TLSv1.2", "TLSv1.3")
        with pytest.raises(ssl.SSLCertVerificationError, match=r"example\.org"):
            shaken(address, authority, "example.org")


def test_whoever_steals_the_key_can_sign_for_nothing_on_the_internet(tmp_path, monkeypatch):
    authority = Authority.at(tmp_path)
    monkeypatch.setattr(certificates, "permitted", lambda _: True)
    with serving(authority.server_file(["bank.example.org", "8.8.8.8"])) as address:
        for name in ("bank.example.org", "8.8.8.8"):
            with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree violation"):
                shaken(address, authority, name)


def test_it_is_made_once_and_kept_for_its_owner(tmp_path):
    first, second = Authority.at(tmp_path / "home"), Authority.at(tmp_path / "home")
    assert first.fingerprint == second.fingerprint
    assert len(first.fingerprint.split(":")) == 32
    server = second.server_file(NAMES)
    if sys.platform != "win32":
        for path in (tmp_path / "home", *(tmp_path / "home").iterdir()):
            assert path.stat().st_mode & 0o077 == 0, path
    made = server.read_bytes()
    assert second.server_file(NAMES[:2]).read_bytes() == made
    assert second.server_file([*NAMES, "10.0.0.9"]).read_bytes() != made


def test_what_ends_soon_is_made_anew(tmp_path, monkeypatch):
    authority = Authority.at(tmp_path)
    made = authority.server_file(NAMES).read_bytes()
    monkeypatch.setattr(certificates, "_now", lambda: datetime.now(UTC) + timedelta(days=340))
    assert authority.server_file(NAMES).read_bytes() != made
    assert Authority.at(tmp_path).fingerprint == authority.fingerprint
    monkeypatch.setattr(certificates, "_now", lambda: datetime.now(UTC) + timedelta(days=3640))
    assert Authority.at(tmp_path).fingerprint != authority.fingerprint


def test_a_server_file_of_another_authority_is_made_anew(tmp_path):
    made = Authority.at(tmp_path).server_file(NAMES).read_bytes()
    (tmp_path / "authority.pem").unlink()
    authority = Authority.at(tmp_path)
    server = authority.server_file(NAMES)
    assert server.read_bytes() != made
    with serving(server) as address:
        assert shaken(address, authority, "localhost")


@pytest.mark.parametrize("content", [b"", b"not a key", None])
def test_a_damaged_authority_is_named_and_left(tmp_path, content):
    Authority.at(tmp_path)
    path = tmp_path / "authority.pem"
    if content is None:  # the key of one, the certificate of another
        other = Authority.at(tmp_path / "other")
        content = path.read_bytes().partition(b"-----BEGIN CERT")[0] + other.pem
    path.write_bytes(content)
    with pytest.raises(VibeluxError, match=r"authority\.pem does not hold a key"):
        Authority.at(tmp_path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("content", [b"", b"not a key"])
def test_a_damaged_server_file_is_made_anew(tmp_path, content):
    authority = Authority.at(tmp_path)
    server = authority.server_file(NAMES)
    server.write_bytes(content)
    with serving(authority.server_file(NAMES)) as address:
        assert shaken(address, authority, "localhost")


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "home").write_text("a file")
    with pytest.raises(VibeluxError, match=r"cannot use .*authority\.pem"):
        Authority.at(tmp_path / "home")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return  # root writes anywhere
    (tmp_path / "locked").mkdir(mode=0o500)
    with pytest.raises(VibeluxError, match=r"cannot use .*authority\.pem"):
        Authority.at(tmp_path / "locked")


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("192.168.178.34", True),
        ("172.31.0.1", True),
        ("172.32.0.1", False),
        ("8.8.8.8", False),
        ("fe80::1", True),
        ("2a00::1", False),
        ("box.local", True),
        ("localhost", True),
        ("notlocal", False),
        ("music.example.org", False),
    ],
)
def test_only_private_addresses_are_permitted(name, answer):
    assert permitted(name) is answer

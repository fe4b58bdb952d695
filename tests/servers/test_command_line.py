import json
import sys
from datetime import UTC, datetime
from typing import ClassVar

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from typer.testing import CliRunner

from vibelux.cli import app
from vibelux.errors import InvalidInput, MissingExtra, ServerError, ServerRefused
from vibelux.servers import scan


@pytest.fixture
def home(tmp_path, monkeypatch):
    folder = tmp_path / "home"
    monkeypatch.setenv("VIBELUX_HOME", str(folder))
    monkeypatch.setenv("VIBELUX_SUBSONIC_PASSWORD", "sésame")
    monkeypatch.setenv("COLUMNS", "80")
    return folder


@pytest.fixture
def vibelux(home, stand_in, monkeypatch):
    monkeypatch.setattr(scan, "music_analyser", lambda _: stand_in)

    def run(*arguments):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert "sésame" not in result.output
        return result

    return run


def test_from_login_to_playlist(vibelux, fake, home):
    for number in range(5):
        fake.add(str(number), artist=f"Artist {number}")
    fake.add("5", b"bad one")
    server = fake.url.removeprefix("http://")

    result = vibelux("subsonic", "login", fake.url, "--user", "me")
    assert result.stdout == f"Logged in to {server} (fake 1) as me.\n"
    assert "was not kept; later commands need VIBELUX_SUBSONIC_PASSWORD" in result.stderr
    assert "sésame" not in (home / "subsonic.json").read_text()

    result = vibelux("subsonic", "scan", "--workers", "1")
    lines = result.stdout.splitlines()
    assert lines[:2] == ["failed  A - T5", "        It is a picture"]
    assert lines[2].startswith("5 songs analysed in ") and lines[2].endswith(" · 1 failed")
    assert lines[3] == f"The catalogue has 5 songs of {server}."

    result = vibelux("subsonic", "status")
    assert result.stdout == (
        f"{server} (fake 1) answers to me.\n5 songs of it in the catalogue · 1 failed\n"
    )

    result = vibelux("subsonic", "playlist", "Now", "--mood", "happy=1", "-n", "3", "--seed", "1")
    assert result.stdout.startswith("Songs for this mood: happy.\n")
    assert "The playlist Now is made: 3 songs." in result.stderr
    [(entry, ids)] = fake.lists.values()
    assert entry["comment"] == "Made by VibeluX · match: happy 100%"
    assert len(set(ids)) == 3
    shown = [line for line in result.stdout.splitlines() if " – T" in line]
    assert [line.split(" – T")[1][0] for line in shown] == ids

    del fake.songs[ids[0]]
    result = vibelux(
        *("subsonic", "playlist", "Now", "--mood", "happy=1", "-n", "3", "--seed", "1", "--json")
    )
    done = json.loads(result.stdout)
    assert (done["created"], done["dropped"]) == (False, [ids[0]])
    assert [song["id"] for song in done["songs"]] == ids[1:]
    assert {"title", "artist", "score", "reason"} < done["songs"][0].keys()

    result = vibelux("subsonic", "scan", "--json")
    report = json.loads(result.stdout)
    assert (report["unchanged"], report["missing"], report["server"]) == (5, 1, server)
    assert report["catalogue"] == {"ok": 4, "failed": 1, "missing": 1}

    assert "Forgot me@" in vibelux("subsonic", "logout").stdout
    assert not (home / "subsonic.json").exists()


def test_songs_of_servers_stay_out_of_what_concerns_files(vibelux, fake):
    fake.add("0")
    vibelux("subsonic", "login", fake.url, "--user", "me")
    vibelux("subsonic", "scan")
    result = vibelux("library")
    assert "1 song on 127.0.0.1" in result.stdout
    assert json.loads(vibelux("library", "--json").stdout)["counts"]["ok"] == 0


def test_what_was_played_there_lately_comes_later(vibelux, fake):
    for number in range(40):
        fake.add(str(number), artist=None)
    vibelux("subsonic", "login", fake.url, "--user", "me")
    vibelux("subsonic", "scan")
    for number in range(20):
        fake.songs[str(number)][0]["played"] = datetime.now(UTC).isoformat()
    vibelux(
        "subsonic",
        "playlist",
        "Now",
        "--mood",
        "happy=1",
        "-n",
        "20",
        "--strength",
        "0",
        "--seed",
        "1",
    )
    [(_, ids)] = fake.lists.values()
    assert {int(song_id) for song_id in ids} == set(range(20, 40))


def test_passwords_go_into_the_keyring(vibelux, fake, home, monkeypatch):
    from keyring.backend import KeyringBackend

    class Memory(KeyringBackend):
        priority = 5
        kept: ClassVar = {}

        def get_password(self, service, username):
            return self.kept.get((service, username))

        def set_password(self, service, username, password):
            self.kept[service, username] = password

        def delete_password(self, service, username):
            del self.kept[service, username]

    before = keyring.get_keyring()
    monkeypatch.delenv("VIBELUX_SUBSONIC_PASSWORD")
    from vibelux.cli import subsonic

    monkeypatch.setattr(subsonic, "_asked", lambda account, variable: "sésame")
    try:
        keyring.set_keyring(Memory())
        result = vibelux("subsonic", "login", fake.url, "--user", "me")
        assert "The password lies in the system's keyring." in result.stderr
        assert list(Memory.kept.values()) == ["sésame"]
        assert "answers to me" in vibelux("subsonic", "status").stdout
        vibelux("subsonic", "logout")
        assert Memory.kept == {}
        keyring.set_keyring(NoKeyring())
        result = vibelux("subsonic", "login", fake.url, "--user", "me", "--password-auth")
        assert "there is no safe keyring here; set VIBELUX_SUBSONIC_PASSWORD" in " ".join(
            result.stderr.split()
        )
        assert "goes to the server unprotected" in " ".join(result.stderr.split())
    finally:
        keyring.set_keyring(before)
    assert all("sésame" not in path.read_text() for path in home.glob("*.json"))


def test_a_login_that_fails_is_not_remembered(vibelux, fake, home, monkeypatch):
    monkeypatch.setenv("VIBELUX_SUBSONIC_PASSWORD", "another")
    with pytest.raises(ServerRefused, match=r"\(error 40\)"):
        vibelux("subsonic", "login", fake.url, "--user", "me")
    assert not (home / "subsonic.json").exists()


def test_bad_input(vibelux, fake, home, monkeypatch):
    for command in ("scan", "status", "logout"):
        with pytest.raises(ServerError, match="no server is known yet; log in first"):
            vibelux("subsonic", command)
    with pytest.raises(InvalidInput, match="is not an address"):
        vibelux("subsonic", "login", "ftp://x", "--user", "me")
    with pytest.raises(InvalidInput, match="not both"):
        vibelux("subsonic", "login", "h", "--user", "me", "--api-key", "--password-auth")
    vibelux("subsonic", "login", fake.url, "--user", "me")
    with pytest.raises(InvalidInput, match="exactly one of --mood, --camera and --image"):
        vibelux("subsonic", "playlist", "Now")
    with pytest.raises(InvalidInput, match="policy"):
        vibelux("subsonic", "playlist", "Now", "--mood", "sad=1", "--policy", "none")
    with pytest.raises(ServerError, match=r"no songs of 127.* yet; scan it first"):
        vibelux("subsonic", "playlist", "Now", "--mood", "sad=1")
    monkeypatch.delenv("VIBELUX_SUBSONIC_PASSWORD")
    with pytest.raises(InvalidInput, match=r"nobody to ask .* set VIBELUX_SUBSONIC_PASSWORD"):
        vibelux("subsonic", "login", fake.url, "--user", "me")
    with pytest.raises(ServerError, match="set VIBELUX_SUBSONIC_PASSWORD"):
        vibelux("subsonic", "scan")
    monkeypatch.setitem(sys.modules, "vibelux.servers.client", None)
    with pytest.raises(MissingExtra, match=r'pip install "vibelux\[subsonic\]"'):
        vibelux("subsonic", "status")


def test_the_real_command_shows_no_secret(run_cli, fake):
    secret = {
        "VIBELUX_SUBSONIC_PASSWORD": "sésame",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    done = run_cli("subsonic", "login", fake.url, "--user", "me", **secret)
    assert done.returncode == 0, done.stderr
    fake.hooks["ping"] = lambda request: request.send(b"<html>", kind="text/html")
    done = run_cli("subsonic", "status", **secret)
    assert (done.returncode, done.stdout) == (1, "")
    assert "answers with text/html instead" in " ".join(done.stderr.split())
    token = dict(fake.asked[-1][1])["t"]
    assert token not in done.stderr and "sésame" not in done.stderr

"""The real command in a process of its own."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from vibelux.cli import main
from vibelux.library.workers_process import THREADS


@pytest.fixture
def start(tmp_path):
    """A function that starts `vibelux serve` and returns the process and its first line."""
    processes = []

    def run(*arguments, home: Path = tmp_path / "home"):
        process = subprocess.Popen(
            [
                *(sys.executable, "-c", "from vibelux.cli import main; main()"),
                *("serve", "--no-browser", "--root", str(tmp_path), *arguments),
            ],
            env={**os.environ, "VIBELUX_HOME": str(home), "COLUMNS": "80", "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        processes.append(process)
        return process, process.stdout.readline()

    yield run
    for process in processes:
        process.kill()
        process.communicate()


@pytest.fixture
def refused(tmp_path, monkeypatch, capsys):
    """A function that returns what is said of options that `vibelux serve` does not take."""
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_COLOR", "1")
    for name in THREADS:
        monkeypatch.setenv(name, "1")  # the command sets them, for good

    def run(*arguments):
        command = ["vibelux", "serve", "--no-browser", "--port", "0", "--root", str(tmp_path)]
        monkeypatch.setattr(sys, "argv", [*command, *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == 2
        return " ".join(capsys.readouterr().err.split())

    return run


def port_of(line):
    return int(re.search(r":(\d+)/", line)[1])


def test_it_says_where_it_is_and_ends_in_good_order(start):
    process, line = start("--port", "0")
    assert line.startswith("VibeluX is at http://127.0.0.1:")
    url = f"http://127.0.0.1:{port_of(line)}"
    assert httpx.get(f"{url}/api/v1/health", timeout=None).json()["name"] == "VibeluX"
    with httpx.stream("GET", f"{url}/api/v1/scan/events", timeout=None):
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in errors


def test_a_second_start_says_that_it_runs(start, tmp_path):
    _, line = start("--port", "0")
    port = str(port_of(line))
    second, _ = start("--port", port, home=tmp_path / "other")
    _, errors = second.communicate()
    assert second.returncode == 1
    assert f"VibeluX is already running at http://127.0.0.1:{port}/" in " ".join(errors.split())
    third, _ = start("--port", "0")
    _, errors = third.communicate()
    assert third.returncode == 1
    assert f"serves this catalogue already at http://127.0.0.1:{port}/" in " ".join(errors.split())


def test_one_that_needs_a_token_is_recognised_too(start, tmp_path):
    _, line = start("--host", "0.0.0.0", "--port", "0")
    port = str(port_of(line))
    second, _ = start("--port", port, home=tmp_path / "other")
    _, errors = second.communicate()
    assert f"VibeluX is already running at http://127.0.0.1:{port}/" in " ".join(errors.split())


def test_beyond_this_machine_the_link_has_a_token(start):
    process, line = start("--host", "0.0.0.0", "--port", "0")
    token = re.search(r"\?token=(\S+)", line)[1]
    url = f"http://127.0.0.1:{port_of(line)}/"
    assert httpx.get(url, timeout=None).status_code == 401
    assert httpx.get(url, params={"token": token}, timeout=None).status_code == 303
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate()
    assert token not in errors


@pytest.mark.parametrize("host", ["nowhere.invalid", "203.0.113.7", "a b"])
def test_hosts_that_cannot_be_used_are_said(start, host):
    process, _ = start("--host", host, "--port", "0")
    _, errors = process.communicate()
    assert process.returncode == 2
    assert errors.startswith("error: cannot listen on")


def test_a_name_that_a_proxy_gives_it_needs_the_token_too(start):
    names = ("music.example.org", "lieder.example.org")
    options = [part for name in names for part in ("--allow-host", name)]
    process, line = start("--port", "0", *options)
    lines = [line, process.stdout.readline(), process.stdout.readline()]
    token = re.search(r"\?token=(\S+)", line)[1]
    port = port_of(lines[2])
    assert lines == [
        f"VibeluX is at https://music.example.org/?token={token}\n",
        f"VibeluX is at https://lieder.example.org/?token={token}\n",
        f"Without the proxy it is at http://127.0.0.1:{port}/?token={token}\n",
    ]
    url = f"http://127.0.0.1:{port}/"
    for name in names:
        named = {"Host": name}
        health = f"{url}api/v1/health"
        assert httpx.get(health, headers=named, timeout=None).status_code == 401
        known = {**named, "Authorization": f"Bearer {token}"}
        assert httpx.get(health, headers=known, timeout=None).status_code == 200
        # As the proxy passes it on.
        link = httpx.get(url, headers=named, params={"token": token}, timeout=None)
        assert link.status_code == 303
    process.send_signal(signal.SIGTERM)
    process.communicate()


@pytest.mark.parametrize("name", ["https://music.example.org", "music.example.org:443", "*", ""])
def test_what_is_not_the_name_of_a_host_is_said(refused, name):
    assert "is not the name of a host" in refused("--allow-host", name)


@pytest.mark.parametrize("proxy", ["proxy.example.org", "*", "127.0.0.1:80", "10.0.0.1/8", ""])
def test_what_is_not_the_address_of_a_proxy_is_said(refused, proxy):
    assert "is not the address of a proxy" in refused("--proxy", proxy)


@pytest.mark.parametrize("given", ["/music/vibelux", "music/vibelux/"])
def test_the_links_of_a_proxy_that_shows_it_under_a_path(start, given):
    process, line = start("--port", "0", "--allow-host", "example.org", "--root-path", given)
    direct = process.stdout.readline()
    token = re.search(r"\?token=(\S+)", line)[1]
    assert line == f"VibeluX is at https://example.org/music/vibelux/?token={token}\n"
    link = f"http://127.0.0.1:{port_of(direct)}/music/vibelux/?token={token}"
    assert direct == f"Without the proxy it is at {link}\n"
    answer = httpx.get(link)
    assert (answer.status_code, answer.headers["location"]) == (303, "/music/vibelux/")
    process.send_signal(signal.SIGTERM)
    process.communicate()


@pytest.mark.parametrize(
    "path", ["/a//b", "/..", "/a/./b", "/a b", "/a?b", "https://example.org/a", "/api", "/api/v1"]
)
def test_what_is_not_a_path_for_a_proxy_is_said(refused, path):
    assert "is not a path under which a proxy can offer VibeluX" in refused("--root-path", path)

import sys
from pathlib import Path

import pytest

from vibelux.cli.called_as import for_this_user, pip_command, vibelux_command


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """An environment in the current folder that is not activated: nothing of it is found."""
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("vibelux", "pip", "python"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "elsewhere"))
    monkeypatch.setattr(sys, "executable", str(programs / "python"))
    monkeypatch.setattr(sys, "argv", [str(programs / "vibelux"), "serve"])
    return programs


def test_an_environment_that_is_not_activated(environment):
    program = Path(".venv", "bin", "vibelux")
    assert vibelux_command() == str(program)
    assert pip_command() == f"{program.with_name('python')} -m pip"
    assert for_this_user("vibelux recommend calm") == f"{program} recommend calm"
    missing = 'this needs the tags extra: pip install "vibelux[tags]"'
    assert for_this_user(missing) == (
        f'this needs the tags extra: {pip_command()} install "vibelux[tags]"'
    )


def test_an_activated_one(environment, monkeypatch):
    monkeypatch.setenv("PATH", str(environment))
    assert (vibelux_command(), pip_command()) == ("vibelux", "pip")
    for text in ("vibelux serve", 'pip install "vibelux[play]"', "scan first: vibelux scan FOLDER"):
        assert for_this_user(text) == text


def test_another_program_of_the_name(environment, monkeypatch, tmp_path):
    """Such as of an older installation: the line must call the one that was called."""
    other = tmp_path / "elsewhere" / "vibelux"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    assert vibelux_command() == str(Path(".venv", "bin", "vibelux"))
    monkeypatch.chdir(other.parent)
    assert vibelux_command() == str(environment / "vibelux")


def test_called_as_a_module():
    assert vibelux_command("/usr/lib/vibelux/__main__.py") == "vibelux"

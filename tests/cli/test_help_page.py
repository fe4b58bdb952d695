"""The pages of help as they are at 80 columns."""

import shlex

import pytest
import typer

from vibelux.cli import app

PROGRAM = typer.main.get_command(app)


def pages(command=PROGRAM, path="vibelux"):
    """Yield how each command and each group is called."""
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from pages(below, f"{path} {name}")


@pytest.fixture
def page(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")

    def shown(path):
        app([*shlex.split(path)[1:], "--help"], prog_name="vibelux", standalone_mode=False)
        return capsys.readouterr().out.splitlines()

    return shown


def test_the_program_has_three_groups_on_one_screen(page):
    lines = page("vibelux")
    assert len(lines) < 24
    assert [line for line in lines if not line.startswith(" ")][2:-1] == [
        *("Listen", "Library", "Models"),
    ]
    names = [line.split()[0] for line in lines if line.startswith("  ")]
    assert names[:5] == ["serve", "play", "recommend", "mood", "similar"]
    assert set(names[5:11]) == {"scan", "library", "tag", "subsonic", "profile", "demo"}
    assert set(names[11:]) == {
        *("train", "evaluate", "export", "preprocess", "embeddings", "analyse"),
    }


@pytest.mark.parametrize("path", [*pages()])
def test_every_page_is_made_for_80_columns(page, path):
    lines = page(path)
    assert max(map(len, lines)) <= 80
    assert not any(line.endswith(" ") for line in lines)
    text = "\n".join(lines)
    assert text.startswith(f"Usage: {path}")
    assert "<" not in text and "[x>=" not in text and "--limit" not in text
    assert path == "vibelux" or "COMMAND" in lines[0] or f"\n  {path}" in text  # an example


def test_a_page_says_what_an_option_takes_and_what_holds_without_it(page):
    lines = page("vibelux recommend")
    assert "  -n, --number N     How many songs. (default: 10)" in lines
    assert "  --camera           Look at the face before the camera." in lines
    assert any(line.startswith("  --image FILE ") for line in lines)
    assert any("(required)" in line for line in page("vibelux train face"))

"""The pages of help as they are at 80 columns."""

import ast
import errno
import os
import re
import shlex
from pathlib import Path

import pytest
import typer

import vibelux
from vibelux.cli import app
from vibelux.cli.help_page import kinds_of, paragraphs, placeholder_of
from vibelux.face.reading import ADVICE
from vibelux.language import LANGUAGES, words_of

PROGRAM = typer.main.get_command(app)


def commands(command=PROGRAM, path="vibelux"):
    """Yield how each command and each group is called, and what it is."""
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, f"{path} {name}")


@pytest.fixture
def page(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")

    def shown(path, code="en"):
        monkeypatch.setenv("LC_ALL", f"{code}.UTF-8")
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


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("path", [path for path, _ in commands()])
def test_every_page_is_made_for_80_columns(page, path, code):
    lines = page(path, code)
    assert max(map(len, lines)) <= 80
    assert not any(line.endswith(" ") for line in lines)
    text = "\n".join(lines)
    words = words_of(code)
    assert text.startswith(f"{words.text('cli.page.usage')} {path}")
    assert "<" not in text and "[x>=" not in text and "--limit" not in text
    is_group = words.translated("COMMAND") in lines[0]
    assert path == "vibelux" or is_group or f"\n  {path}" in text  # an example


def test_a_page_says_what_an_option_takes_and_what_holds_without_it(page):
    lines = page("vibelux recommend")
    assert "  -n, --number N     How many songs. (default: 10)" in lines
    assert "  --camera           Look at the face before the camera." in lines
    assert any(line.startswith("  --image FILE ") for line in lines)
    assert any("(required)" in line for line in page("vibelux train face"))


def texts_of(command):
    """Yield what a command's page says in English, on one line each."""
    yield from paragraphs(command.help or "")
    yield getattr(command, "rich_help_panel", None) or "Commands"
    kinds = {} if hasattr(command, "commands") else kinds_of(command)
    for one in () if hasattr(command, "commands") else command.params:
        if not getattr(one, "hidden", False):
            of_option = one.param_type_name == "option"
            place = placeholder_of(one, kinds) if of_option else one.metavar or one.name.upper()
            yield from re.findall("[A-Z]+", place)
            yield one.help
            yield (of_option and one.rich_help_panel) or "Options"
    yield from command.examples


MODELS = ("train", "evaluate", "export", "preprocess", "embeddings")
"""Commands for whoever makes models; their pages are English below the summary."""


FRAME = {
    *("OPTIONS", "COMMAND", "Arguments", "Options", "Example", "Examples", "Commands"),
    *("Listen", "Library", "Models", "Show this message and exit."),
}


@pytest.mark.parametrize("code", LANGUAGES[1:])
def test_what_help_says_to_listeners_is_said_in_every_language(code):
    known = words_of(code)._at("cli.translations")
    missing = set()
    for path, command in commands():
        said = {*texts_of(command)} - {*command.examples, "", None}
        if path.partition(" ")[2].split(" ")[0] in MODELS:
            said = {paragraphs(command.help)[0]}
        missing |= said - known.keys()
    assert missing | FRAME - known.keys() == set()


@pytest.mark.parametrize("code", LANGUAGES[1:])
def test_what_is_translated_is_still_said(code):
    said = FRAME | {text for _, command in commands() for text in texts_of(command)}
    said |= {*ADVICE.values(), *map(os.strerror, errno.errorcode)}
    for file in Path(vibelux.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [
                    part.value if isinstance(part, ast.Constant) else "{}" for part in node.values
                ]
                said |= {text := "".join(parts), text.removeprefix("cannot analyse {}: ")}
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                said |= {node.value, node.value.removeprefix("cannot analyse {}: ")}
    known = {re.sub(r"\{\w+\}", "{}", text) for text in words_of(code)._at("cli.translations")}
    assert known - said == set()


def test_the_program_s_page_in_german(page):
    lines = page("vibelux", "de")
    assert len(lines) < 24
    assert [line for line in lines if not line.startswith(" ")][2:-1] == [
        *("Hören", "Bibliothek", "Modelle"),
    ]
    assert any(line.startswith("  recommend   Listet die Lieder") for line in lines)
    text = "\n".join(page("vibelux recommend", "de"))
    assert "\nAufruf" not in text and "Sieht das Gesicht vor der Kamera an." in text
    assert "(sonst: 10)" in text


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("no sound device can be opened; connect one, or play through MPD with --mpd", "Tongerät"),
        ("how 'A' sounds is not known; scan its folder first: vibelux scan FOLDER", "„A“ klingt"),
        ("MPD at nas has not answered for 9 s (gone); start it again, then go on with "
         "vibelux play --resume", "MPD auf nas antwortet seit 9 s nicht"),
        ("another scan is writing to a.sqlite (process 7); wait until it is done, or stop it",
         "ein anderer Scan schreibt gerade in a.sqlite"),
    ],
)  # fmt: skip
def test_rare_messages_are_german_as_well(english, german):
    assert german in words_of("de").translated(english)

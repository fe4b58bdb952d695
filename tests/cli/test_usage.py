"""Wrong usage of every command: what is said, and the line to copy."""

import re
import shlex
import sys
from pathlib import Path

import pytest
import typer

from vibelux import cli
from vibelux.cli import app, main
from vibelux.cli.typed_line import command_line
from vibelux.cli.usage import here, with_option_names
from vibelux.everyday_moods import mood_of_text
from vibelux.language import LANGUAGES, words_of

PROGRAM = typer.main.get_command(app)


def commands():
    """Yield each command that does something, with the words that call it."""
    below = [([], PROGRAM)]
    while below:
        path, command = below.pop()
        if hasattr(command, "commands"):
            below += [([*path, name], one) for name, one in command.commands.items()]
        else:
            yield path, command


COMMANDS = {" ".join(path): command for path, command in commands()}


def parse(line):
    """Read a command line as the program would, without doing anything."""
    program, *words = shlex.split(line)
    assert program == "vibelux"
    command = PROGRAM
    while hasattr(command, "commands") and words:
        command = command.commands[words.pop(0)]
    with command.make_context("vibelux", words):
        return command


@pytest.fixture
def said(monkeypatch, capsys, tmp_path):
    """Run a command line; return its exit code and what it said on stderr, wraps undone."""
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["vibelux", *words])
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        assert printed.out == ""
        *text, last = printed.err.splitlines()
        return end.value.code, " ".join(text), last

    return run


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_examples_of_every_command_can_be_typed(monkeypatch, name, code):
    monkeypatch.setenv("LC_ALL", f"{code}.UTF-8")
    command = COMMANDS[name]
    assert command.examples
    for line in command.examples:
        assert parse(line) is command
        assert len(line) <= 78
        for mood in re.findall(r'(?:--mood|--goal|vibelux recommend) ("[^"]+"|(?!-)\S+)', line):
            mood_of_text(mood.strip('"'))


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_an_option_that_no_command_has(said, name):
    code, text, last = said(*name.split(), "--certainly-not")
    assert code == 2
    assert text == f"error: {name.split()[-1]} has no option --certainly-not"
    assert last == f"Try: {here(COMMANDS[name].examples[0])}"


@pytest.mark.parametrize("group", ["", "train", "subsonic", "profile", "export", "evaluate"])
def test_a_command_that_is_not_there(said, group):
    code, text, last = said(*group.split(), "foo")
    assert (code, text) == (2, "error: there is no command 'foo'")
    parse(last.removeprefix("Try: "))
    code, text, last = said(*group.split())
    assert code == 2 and "--help says more" in text
    parse(last.removeprefix("Try: "))


def test_help_is_an_option(said):
    assert said("help")[2] == "Try: vibelux --help"
    assert said("train", "help")[2] == "Try: vibelux train --help"


@pytest.mark.parametrize(
    ("typed", "text", "line"),
    [
        ("recomend --mood happy", "there is no command 'recomend'", "recommend --mood happy"),
        ("recomend", "there is no command 'recomend'", "recommend calm"),
        ("library failed", "there is no command 'failed'", "library"),
        ("library forget /nope", "no songs below /nope", "library"),
        ("scan /nope", "there is no folder /nope", "scan ."),
        ("recommend calm -o", "-o needs a value", "recommend calm"),
        ("recommend calm --zzz=1 -n 3", "has no option --zzz", "recommend calm -n 3"),
        ("recommend Kalm -n 3", "unknown mood 'Kalm'", "recommend calm -n 3"),
        ("recommend sad --goal hapy", "--goal: unknown mood 'hapy'", "recommend sad --goal happy"),
        ("train fase --data a.csv", "there is no command 'fase'", "train face --data a.csv"),
        ("recommend --mod 'a b'", "has no option --mod", 'recommend --mood "a b"'),
        ("recommend --mod=happy", "has no option --mod", "recommend --mood=happy"),
        (
            "recommend --mood happy -n x",
            "-n must be a whole number, not x",
            "recommend --mood happy -n 10",
        ),
        (
            "recommend --mood happy --limit 0",
            "--limit must be at least 1, not 0",
            "recommend --mood happy --limit 1",
        ),
        (
            "recommend --mood happy --count=0",
            "--count must be at least 1, not 0",
            "recommend --mood happy --count 1",
        ),
        ("serve --port 99999", "--port must be from 0 to 65535, not 99999", "serve --port 65535"),
        ("recommend calm --moood x", "has no option --moood", "recommend calm --mood x"),
        ("recommend --mood", "--mood needs a value", None),
        ("similar", "name a song by its path, its id or words of its title", None),
        ("scan", "error: name a folder: vibelux scan FOLDER", "scan ."),
        ("preprocess a", "name the folder to write to: vibelux preprocess RAW OUT", None),
        (
            "subsonic login http://a",
            "name the account: vibelux subsonic login URL --user NAME",
            "subsonic login http://a --user NAME",
        ),
        ("serve a b", "serve takes only its options; leave out 'a b'", "serve"),
        (
            "recommend",
            "needs a MOOD, or one of --camera, --image and --video",
            "recommend calm",
        ),
        ("mood", "give exactly one of --camera, --image FILE and --video FILE", None),
        ("play --mood sad --policy journey", "--policy journey needs --goal", None),
        ("play --mood sad --policy up", "--policy up is unknown; choose from match", None),
        ("play --mood sad --goal hapy", "--goal: unknown mood 'hapy'", None),
        ("play --mood sad --policy lift --goal happy", "--goal is for --policy journey", None),
        (
            "recommend --mood sad --strength 3",
            "--strength must be from 0 to 1, not 3",
            "recommend --mood sad --strength 1",
        ),
        ("scan --workers 0 a", "--workers must be from 1 to 64, not 0", "scan --workers 1 a"),
        (
            "mood --camera --device -1",
            "--device must be at least 0, not -1",
            "mood --camera --device 0",
        ),
    ],
)
def test_what_is_wrong_and_what_to_type_instead(said, typed, text, line):
    code, told, last = said(*shlex.split(typed))
    assert code == 2
    assert text in told and told.startswith("error: ")
    assert "Usage" not in told and "Invalid value" not in told
    if line is not None:
        assert last == f"Try: vibelux {line}"
    named = re.findall(r"--(?:goal|strength|workers|port|user)\b", told)
    assert not named or named[0] in last
    parse(last.removeprefix("Try: "))


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ('recommend "happy 0.7, sad"', 'recommend "happy=0.7, sad=0.3"'),
        ("recommend happy 0.7, sad -n 3", 'recommend "happy=0.7, sad=0.3" -n 3'),
        ("recommend --mood=hapy=1", "recommend --mood=happy"),
        ("play --mood 'sad=x'", "play --mood sad"),
        ("recommend sad --camera", "recommend sad"),
        ("recommend -n 3", "recommend calm -n 3"),
        ("recommend sad --group", "recommend sad"),
        ("recommend sad --order list", "recommend sad --order listening"),
        ("recommend sad --order ranking --seed 1", "recommend sad --seed 1"),
        ("recommend sad --policy up", "recommend sad --policy match"),
        ("recommend sad --policy lft", "recommend sad --policy lift"),
        ("recommend sad --policy journey", "recommend sad --policy journey --goal energetic"),
        ("recommend sad --policy lift --goal happy", "recommend sad --goal happy"),
        ("recommend sad --length 8", "recommend sad --length 8 --goal energetic"),
        ("recommend sad --goal happy --length 99", "recommend sad --goal happy --length 20"),
        ("recommend sad --strength x", "recommend sad"),
        ("mood --camera --image a.png", "mood --camera"),
        ("mood --why", "mood --why --camera"),
        ("mood --image a.png --live", "mood --image a.png"),
        ("mood --camera --seconds 0", "mood --camera --seconds 2"),
        ("mood --camera --live --plot a.png", "mood --camera --live"),
        ("play --follow --camera", "play --camera"),
        ("library --server a", "library"),
        ("recommend sad -o list.doc", "recommend sad --output list.m3u8"),
        ("subsonic login http://a -u me --api-key --password-auth", None),
        ("subsonic playlist A", "subsonic playlist A --mood calm"),
        ("tag . --write --dry-run", "tag . --write"),
        ("analyse a.mp3 b.mp3 --plot c.png", "analyse a.mp3 b.mp3"),
        ("similar a --order alike", "similar a --order listening"),
        ("similar", "scan ."),
    ],
)
def test_the_line_to_copy_is_made_from_what_was_typed(said, typed, line):
    code, _, last = said(*shlex.split(typed))
    assert code == 2
    if line is not None:
        assert last == f"Try: vibelux {line}"
    parse(last.removeprefix("Try: "))


@pytest.mark.parametrize(
    ("typed", "text", "line"),
    [
        ("recomend", "es gibt keinen Befehl 'recomend'", "recommend ruhig"),
        (
            "recommend Kalm",
            "'Kalm' ist keine bekannte Stimmung; wähle aus ruhig",
            "recommend ruhig",
        ),
        ("recommend 'froh 0,7, traurig'", "bei traurig fehlt die Zahl", None),
        ("recommend", "recommend braucht eine STIMMUNG", "recommend ruhig"),
        ("recommend ruhig -n 0", "-n muss mindestens 1 sein, nicht 0", "recommend ruhig -n 1"),
        ("recommend ruhig -n x", "-n muss eine ganze Zahl sein, nicht x", "recommend ruhig -n 10"),
        ("recommend ruhig --zzz=1", "recommend hat keine Option --zzz", "recommend ruhig"),
        ("recommend ruhig -o", "-o braucht einen Wert", "recommend ruhig"),
        ("serve a", "serve nimmt nur Optionen; lass 'a' weg", "serve"),
        ("similar a b --zzz", "similar hat keine Option --zzz", "similar a b"),
        (
            "subsonic login http://a",
            "gib das Konto an: vibelux subsonic login URL --user NAME",
            None,
        ),
        ("play --mood sad --policy journey", "--policy journey braucht --goal", None),
        ("library forget /nope", "der Katalog hat keine Lieder in /nope", "library"),
        ("scan /nope", "es gibt keinen Ordner /nope; nichts wurde geändert", "scan ."),
        ("recommend ruhig -o a.doc", "an 'a.doc' ist nicht zu erkennen", None),
        ("analyse", "gib eine Datei an: vibelux analyse DATEI", "analyse lied.mp3"),
    ],
)
def test_wrong_usage_in_german(monkeypatch, said, typed, text, line):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    code, told, last = said(*shlex.split(typed))
    assert code == 2
    assert told.startswith("Fehler: ") and text in told
    assert last.startswith("Probier: vibelux ")
    if line is not None:
        assert last == f"Probier: vibelux {line}"
    parse(last.removeprefix("Probier: "))


def test_whatever_a_command_needs_can_be_asked_for():
    needed = {one.name for command in COMMANDS.values() for one in command.params if one.required}
    assert needed == {*words_of("en").names("cli.usage.give")}


def test_every_text_about_wrong_usage_is_used():
    sources = "".join(path.read_text("utf-8") for path in Path(cli.__file__).parent.glob("*.py"))
    used = set(re.findall(r'wrong\(\s*"(\w+)"', sources))
    assert used == {*words_of("en").names("cli.wrong")}


def test_parameters_of_functions_are_called_as_options():
    parameters = COMMANDS["recommend"].params
    assert with_option_names("strength=2 is too much", parameters) == "--strength 2 is too much"
    assert with_option_names("happy=0.7,sad=0.3", parameters) == "happy=0.7,sad=0.3"
    assert with_option_names("n_fft=3", parameters) == "n_fft=3"


def test_a_line_can_be_copied_into_any_shell():
    assert (
        command_line(["vibelux", "similar", "Blue in Green"]) == 'vibelux similar "Blue in Green"'
    )
    odd = ["vibelux", "similar", '$x "y" `z` \\ !', ""]
    assert shlex.split(command_line(odd)) == odd

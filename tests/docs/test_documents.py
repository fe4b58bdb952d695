"""The documents say what the repository holds."""

import ast
import importlib.util
import re
import runpy
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from vibelux.emotions import parse_mood
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import vector_blob

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "research/README.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]


def test_the_page_of_model_cards_is_what_the_cards_say():
    spec = importlib.util.spec_from_file_location("cards", ROOT / "docs" / "cards.py")
    cards = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cards)
    assert cards.PAGE.read_text(encoding="utf-8") == cards.page(), "run: python docs/cards.py"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(document):
    text = document.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_programs_that_printed_the_figures_are_there(document):
    text = document.read_text(encoding="utf-8")
    programs = set(re.findall(r"\b(?:benchmarks|research|docs)/\w+\.py\b", text))
    assert [program for program in sorted(programs) if not (ROOT / program).is_file()] == []


def test_every_program_of_research_is_told_with_its_command():
    text = (ROOT / "research" / "README.md").read_text(encoding="utf-8")
    programs = {path.name for path in (ROOT / "research").glob("*.py")}
    programs -= {"data.py", "measured.py"}  # what several of them read
    assert set(re.findall(r"`python research/(\w+\.py)", text)) == programs


def test_every_benchmark_is_run():
    run = runpy.run_path(str(ROOT / "benchmarks" / "run.py"))
    programs = {path.stem for path in (ROOT / "benchmarks").glob("*.py")} - {"run"}
    assert set(run["BENCHMARKS"]) == programs


def test_the_walks_name_what_is_there():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    walks = text.partition("## Four walks")[2].partition("\n## ")[0]
    names = re.findall(r"`(?!tests)([a-z_]+(?:/[a-z_]+)*)((?:\.\w+)+)`", walks)
    assert len(names) > 40
    gone = []
    for module, attributes in names:
        source = ROOT / "src" / "vibelux" / f"{module}.py"
        tree = ast.parse(source.read_text(encoding="utf-8")) if source.is_file() else None
        for attribute in attributes[1:].split("."):
            inside = [] if tree is None else tree.body
            tree = next((one for one in inside if getattr(one, "name", None) == attribute), None)
        if tree is None:
            gone.append(f"{module}{attributes}")
    assert gone == []


def test_every_module_of_the_package_has_its_room():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = text.partition("## Rooms")[2].partition("\n## ")[0]
    named = {
        name.split("/")[0]
        for row in re.findall(r"^\| (`.*?) \|", rooms, re.M)
        for name in re.findall(r"`([^`]+)`", row)
    }
    package = ROOT / "src" / "vibelux"
    found = {path.stem for path in package.glob("*.py")}
    found |= {path.parent.name for path in package.glob("*/__init__.py")}
    assert found - named == set()


def test_every_command_is_in_the_readme():
    from vibelux.cli import app

    names = [command.name for command in app.registered_commands]
    names += [group.name for group in app.registered_groups]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in names if f"vibelux {name}" not in readme and name != "demo"] == []
    assert "make demo" in readme


@pytest.mark.parametrize("document", ["README.md", "docs/players.md"])
def test_the_code_from_a_frame_to_the_next_song_runs(document, monkeypatch, tmp_path, capsys):
    """With a drawn face before the camera and one song in the catalogue."""
    song = tmp_path / "song.mp3"
    song.touch()
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue, catalogue.writing() as connection:
        row = {"path": path_bytes(song), "state": "ok", "mood": vector_blob(parse_mood("happy"))}
        connection.execute(insert(songs).values(row))
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path))
    drawn = runpy.run_path(str(ROOT / "tests" / "face" / "drawn_face.py"))
    frame = np.dstack([drawn["draw_frame"]((200, 100, 220))] * 3)
    text = (ROOT / document).read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    exec(code, {"frame": frame})
    assert capsys.readouterr().out.startswith(str(song))

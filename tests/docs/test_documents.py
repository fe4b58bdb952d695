"""The documents say what the repository holds."""

import importlib.util
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_page_of_model_cards_is_what_the_cards_say():
    spec = importlib.util.spec_from_file_location("cards", ROOT / "docs" / "cards.py")
    cards = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cards)
    assert cards.PAGE.read_text(encoding="utf-8") == cards.page(), "run: python docs/cards.py"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_to_files(document):
    text = document.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)
    local = [target for target in targets if "://" not in target]
    assert [target for target in local if not (document.parent / target).exists()] == []


def test_every_command_is_in_the_readme():
    from vibelux.cli import app

    names = [command.name for command in app.registered_commands]
    names += [group.name for group in app.registered_groups]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in names if f"vibelux {name}" not in readme and name != "demo"] == []
    assert "make demo" in readme

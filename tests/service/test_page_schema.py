"""What the page believes of the API is what the API is."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "web"


def test_the_description_that_the_page_is_built_from_is_this_one():
    spec = importlib.util.spec_from_file_location("schema", WEB / "schema.py")
    schema = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(schema)
    assert schema.SCHEMA.read_text(encoding="utf-8") == schema.openapi(), (
        "the API has changed; run: python web/schema.py"
    )


def test_the_types_are_those_of_the_description():
    if not (WEB / "node_modules").is_dir():
        pytest.skip("no packages of the page: python web/node.py ci --ignore-scripts")
    command = [sys.executable, WEB / "node.py", "run", "schema", "--", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run: python web/schema.py\n{done.stdout}{done.stderr}"

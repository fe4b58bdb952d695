import json

import pytest
from typer.testing import CliRunner

from vibelux.cli import app
from vibelux.errors import PlaylistError


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "80")
    return lambda *arguments: CliRunner().invoke(
        app, ["embeddings", *map(str, arguments)], catch_exceptions=False
    )


@pytest.fixture
def original(tmp_path):
    path = tmp_path / "song_embeddings.json"
    (tmp_path / "a.mp3").touch()
    rows = {"a.mp3": [0, 0, 0, 3, 0, 1, 0], "gone.mp3": [1] * 7, "bad\n.mp3": [1, 2]}
    path.write_text(json.dumps(rows))
    return path


def test_import_lists_bad_rows_and_counts_the_rest(run, original):
    result = run("import", original)
    assert result.exit_code == 0
    assert result.stdout == ("2 songs imported · 1 of them with no file there · 1 rejected\n")
    assert result.stderr.splitlines() == [
        r"rejected  bad\n.mp3",
        "          a mood is seven numbers, got shape (2,)",
    ]


def test_import_as_json(run, original):
    assert json.loads(run("import", original, "--json").stdout) == {
        "path": str(original),
        "imported": 2,
        "missing": 1,
        "kept": 0,
        "rejected": [{"path": "bad\n.mp3", "reason": "a mood is seven numbers, got shape (2,)"}],
    }


def test_export_writes_what_can_be_played(run, original, tmp_path):
    run("import", original)
    result = run("export", tmp_path / "out.json")
    assert result.stdout == f"1 song written to {tmp_path / 'out.json'}\n"
    content = json.loads((tmp_path / "out.json").read_text())
    assert content == {str(tmp_path.resolve() / "a.mp3"): [0, 0, 0, 0.75, 0, 0.25, 0]}
    result = run("export", tmp_path / "out.json", "--json")
    assert json.loads(result.stdout) == {"path": str(tmp_path / "out.json"), "exported": 1}


def test_a_file_that_is_not_there(run, tmp_path):
    with pytest.raises(PlaylistError, match="cannot read"):
        run("import", tmp_path / "nothing.json")

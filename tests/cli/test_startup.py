import errno
import os
import subprocess
import sys

import numpy as np
import pytest
from sqlalchemy import insert

from vibelux import cli
from vibelux.library.catalogue import Catalogue
from vibelux.library.schema import path_bytes, songs
from vibelux.library.schema_blobs import vector_blob

CODE = """
import sys
from vibelux.cli import main
sys.argv[:] = ['vibelux', *{arguments!r}]
try:
    main()
except SystemExit as done:
    print("exit", done.code, file=sys.stderr)
print("imported", *sorted({{name.partition(".")[0] for name in sys.modules}}), file=sys.stderr)
"""

HEAVY = {
    *("torch", "lightning", "onnxruntime", "PIL", "av", "numpy", "sqlalchemy", "matplotlib"),
    *("fastapi", "uvicorn"),
}

COMMANDS = (
    *("scan", "mood", "analyse", "recommend", "embeddings", "library", "preprocess", "evaluate"),
    *("train", "export", "demo", "tag", "similar", "play", "subsonic", "serve"),
)


def call(*arguments):
    """Return what was printed, the exit code and the packages imported."""
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(arguments=list(arguments))],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    *_, code, imported = done.stderr.splitlines()
    assert code.startswith("exit ") and imported.startswith("imported ")
    return done.stdout, int(code.split()[1]), set(imported.split()[1:])


def test_help_lists_all_commands_and_imports_nothing_heavy():
    text, code, imported = call("--help")
    assert code == 0
    for command in COMMANDS:
        assert f" {command} " in text
    assert not imported & HEAVY


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_imports_nothing_heavy(command):
    text, code, imported = call(command, "--help")
    assert code == 0
    assert f"vibelux {command}" in " ".join(text.split())
    assert not imported & HEAVY


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "a.onnx"), "No space left on device: a"),
        (OSError(errno.EIO, "Input/output error"), "error: Input/output error"),
    ],
)
def test_what_is_wrong_with_a_disk_is_one_sentence(monkeypatch, capsys, error, said):
    def fails(**_):
        raise error

    monkeypatch.setattr(cli, "app", fails)
    with pytest.raises(SystemExit, match="1"):
        cli.main()
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_what_a_terminal_has_no_characters_for_is_written_with_escapes(tmp_path, encoding):
    song = tmp_path / "a.mp3"
    song.touch()
    with Catalogue(tmp_path / "catalogue.sqlite") as catalogue, catalogue.writing() as connection:
        row = {"path": path_bytes(song), "title": "Лето – 夏", "state": "ok", "model": "m"}
        connection.execute(insert(songs).values(**row, mood=vector_blob(np.full(7, 1 / 7))))
    environment = {"VIBELUX_HOME": str(tmp_path), "PYTHONIOENCODING": encoding}
    done = subprocess.run(
        [sys.executable, "-c", CODE.format(arguments=["recommend", "--mood", "happy"])],
        capture_output=True,
        encoding=encoding,
        env=os.environ | environment,
        check=True,
    )
    assert r"\u041b\u0435\u0442\u043e" in done.stdout and r"\u590f" in done.stdout
    assert "exit 0\n" in done.stderr or "exit None\n" in done.stderr

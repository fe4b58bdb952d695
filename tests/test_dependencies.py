"""Libraries are kept from what they would do unasked before they are imported."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from vibelux.dependencies import place_font_cache

MODELS = "from vibelux.models import load_model; load_model('face')"

TRAINING = "import vibelux.training.fit, torchmetrics, onnxruntime, matplotlib"

BEETS = "import beetsplug.vibelux as plugin; plugin.VibeluxPlugin()._model"

WORKER = "from vibelux.library.workers_process import load_music_model; load_music_model(None)"

SHOWN = """
import os, subprocess, sys
show = "import os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
exec(show)
sys.stdout.flush()
subprocess.run([sys.executable, "-c", show])
"""


@pytest.mark.parametrize(
    ("program", "needs"),
    [
        (MODELS, "onnxruntime"),
        (WORKER, "onnxruntime"),
        (TRAINING, "lightning"),
        (BEETS, "beets"),
    ],
)
@pytest.mark.parametrize(("given", "kept"), [(None, "1"), ("", "1"), ("0", "0")])
def test_telemetry_is_forbidden_here_and_in_new_processes_unless_the_user_says_otherwise(
    tmp_path: Path, program: str, needs: str, given: str | None, kept: str
) -> None:
    if importlib.util.find_spec(needs) is None:
        pytest.skip(f"needs {needs}")
    own = ("ORT_DISABLE_TELEMETRY", "MPLCONFIGDIR")
    environment = {
        **{name: value for name, value in os.environ.items() if name not in own},
        "HOME": str(tmp_path / "home"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "VIBELUX_HOME": str(tmp_path / "vibelux"),
        "BEETSDIR": str(tmp_path / "beets"),
        "PYTHONWARNINGS": "ignore",
        **({} if given is None else {"ORT_DISABLE_TELEMETRY": given}),
    }
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\n{SHOWN}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.splitlines()[-2:] == [kept, kept], done.stderr
    if kept == "1":
        assert not (tmp_path / "cache").exists()
        assert not (tmp_path / "home").exists()


def test_the_list_of_fonts_lies_where_the_user_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIBELUX_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "fonts"))
    place_font_cache()
    assert os.environ["MPLCONFIGDIR"] == str(tmp_path / "fonts")
    assert not (tmp_path / "home").exists()
    monkeypatch.setenv("MPLCONFIGDIR", "")
    place_font_cache()
    assert os.environ["MPLCONFIGDIR"] == str(tmp_path / "home" / "matplotlib")
    assert (tmp_path / "home" / "matplotlib").is_dir()

import json
import wave
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest

RunCli = Callable[..., CompletedProcess[str]]


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    for folder in ("Freude", "sad", "rock"):
        path = tmp_path / "RAW" / folder / "song.wav"
        path.parent.mkdir(parents=True)
        noise = np.random.default_rng(0).integers(-9000, 9000, 3 * 22050).astype("<i2")
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 22050, 0, "NONE", ""))
            file.writeframes(noise.tobytes())
    (tmp_path / "RAW" / "sad" / "cover.jpg").write_bytes(b"\xff\xd8 no picture")
    return tmp_path / "RAW"


def test_counts_and_skipped_files_are_printed(run_cli: RunCli, raw: Path, tmp_path: Path) -> None:
    out = tmp_path / "OUT"
    done = run_cli("preprocess", raw, out)
    assert done.returncode == 0
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert rows["emotion"] == ["written", "unchanged", "total"]
    assert rows["happy"] == rows["sad"] == ["1", "0", "1"]
    assert rows["angry"] == ["0", "0", "0"]
    assert rows["all"] == ["2", "0", "2"]
    assert done.stderr.splitlines()[0] == "rock/: no emotion, passed over"
    assert "sad/cover.jpg: it" in done.stderr
    assert "1 skipped" in done.stderr
    decibels = np.load(out / "happy" / "song.npy")
    assert decibels.dtype == np.float16
    assert (
        decibels.shape[1]
        == json.loads((out / "preprocess.json").read_text())["sample_rate"]
        * 3
        // json.loads((out / "preprocess.json").read_text())["hop_length"]
        + 1
    )

    again = run_cli("preprocess", raw, out)
    assert again.returncode == 0
    assert again.stdout.splitlines()[-1].split() == ["all", "0", "2", "2"]


def test_the_constants_are_the_models(
    run_cli: RunCli, raw: Path, tmp_path: Path, music_model: Path
) -> None:
    card = json.loads(music_model.with_suffix(".json").read_text())
    card["preprocessing"]["n_mels"] = 32
    (tmp_path / "own.json").write_text(json.dumps(card))
    done = run_cli("preprocess", raw, tmp_path / "OUT", "--model", tmp_path / "own.onnx")
    assert done.returncode == 0
    assert np.load(tmp_path / "OUT" / "sad" / "song.npy").shape == (32, 94)


def test_folders_that_cannot_be_used(run_cli: RunCli, raw: Path, tmp_path: Path) -> None:
    done = run_cli("preprocess", tmp_path / "gone", tmp_path / "OUT", COLUMNS="500")
    assert done.returncode == 1
    assert done.stderr.startswith("error: there is no folder")
    done = run_cli("preprocess", raw.parent, tmp_path / "OUT", COLUMNS="500")
    assert done.returncode == 1
    assert "has no emotion's folder; expected angry, disgust" in done.stderr
    assert run_cli("preprocess", raw, raw / "sad").returncode == 2
    assert run_cli("preprocess", raw).returncode == 2
    (raw / "sad" / "song.wav").unlink()
    (raw / "Freude" / "song.wav").write_bytes(b"")
    done = run_cli("preprocess", raw, tmp_path / "OUT")
    assert done.returncode == 1
    assert "Freude/song.wav: the file is empty" in done.stderr

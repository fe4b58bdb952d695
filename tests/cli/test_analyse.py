import json
import re
import wave
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest

from vibelux.emotions import EMOTIONS

RunCli = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("music") / "it's [bold]a song[bold] 🎵.wav"
    time = np.arange(14 * 16000) / 16000
    tone = 0.4 * np.sin(2 * np.pi * 330 * time) * np.sin(2 * np.pi * 2 * time) ** 2
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 16000, 0, "NONE", ""))
        file.writeframes((tone * 32767).astype("<i2").tobytes())
    return path


def test_a_songs_mood_is_shown(run_cli: RunCli, song: Path, music_model: Path) -> None:
    done = run_cli("analyse", song, "--model", music_model)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "[bold]a song[bold] 🎵.wav  0:14" in done.stdout.replace("\n", "")
    assert re.search(r"loudness -\d+\.\d LUFS, peak -\d+\.\d dBFS", done.stdout)
    words = [line.split()[0] for line in lines if "─" in line or "━" in line]
    assert words == [*EMOTIONS, "valence", "arousal"]


def test_json_is_one_object_a_line(run_cli: RunCli, song: Path, music_model: Path) -> None:
    done = run_cli("analyse", "--json", song, song, VIBELUX_MUSIC_MODEL=str(music_model))
    assert (done.returncode, done.stderr) == (0, "")
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert first == second
    assert list(first) == [
        *("path", "mood", "valence", "arousal", "tension", "loudness", "peak"),
        *("duration", "model"),
    ]
    assert first["path"] == str(song)
    assert list(first["mood"]) == list(EMOTIONS)
    assert sum(first["mood"].values()) == pytest.approx(1.0, abs=1e-5)
    assert -1 <= first["valence"] <= 1
    assert -1 <= first["arousal"] <= 1
    assert first["tension"] is None  # this model does not tell
    assert -60 < first["loudness"] < 0
    assert -60 < first["peak"] <= 0
    assert first["duration"] == pytest.approx(14.0)
    assert first["model"].startswith("music-0.0.1-")


def test_a_bad_file_does_not_hold_up_the_others(
    run_cli: RunCli, song: Path, music_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty.mp3").touch()
    (tmp_path / "text.mp3").write_text("x" * 9)
    files = (tmp_path / "empty.mp3", song, tmp_path / "gone.mp3", tmp_path / "text.mp3", song)
    done = run_cli("analyse", "--json", *files, "--model", music_model, COLUMNS="500")
    assert done.returncode == 1
    assert [json.loads(line)["path"] for line in done.stdout.splitlines()] == [str(song)] * 2
    errors = done.stderr.splitlines()
    assert len(errors) == 3
    assert errors[0] == f"error: cannot analyse {tmp_path / 'empty.mp3'}: the file is empty"
    assert "gone.mp3: there is no such file" in errors[1]
    assert "text.mp3: it is not an audio file" in errors[2]


def test_a_picture_is_drawn(run_cli: RunCli, song: Path, music_model: Path, tmp_path: Path) -> None:
    picture = tmp_path / "song.png"
    done = run_cli("analyse", song, "--plot", picture, "--model", music_model)
    assert (done.returncode, done.stderr) == (0, "")
    assert picture.read_bytes().startswith(b"\x89PNG")
    nowhere = tmp_path / "no" / "folder.png"
    done = run_cli("analyse", song, "--plot", nowhere, "--model", music_model, COLUMNS="500")
    assert done.returncode == 1
    assert f"cannot write the picture {nowhere}" in done.stderr


def test_wrong_usage(run_cli: RunCli, song: Path, music_model: Path, tmp_path: Path) -> None:
    assert run_cli("analyse").returncode == 2
    done = run_cli("analyse", song, song, "--plot", tmp_path / "a.png", "--model", music_model)
    assert done.returncode == 2
    assert "--plot draws one song, 2 files were given" in done.stderr
    done = run_cli("analyse", song, "--model", tmp_path / "none.onnx", COLUMNS="500")
    assert done.returncode == 1
    assert "there is no model at" in done.stderr


def test_the_shipped_model_is_used_without_asking(run_cli: RunCli, song: Path) -> None:
    done = run_cli("analyse", "--json", song)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["model"].startswith("music-")

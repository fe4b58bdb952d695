import json
import re
import runpy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vibelux.emotions import EMOTIONS

DRAWN = Path(__file__).parents[1] / "face" / "drawn_face.py"


@pytest.fixture(scope="session")
def portrait(tmp_path_factory: pytest.TempPathFactory) -> Path:
    draw_frame: Callable[..., np.ndarray] = runpy.run_path(str(DRAWN))["draw_frame"]
    path = tmp_path_factory.mktemp("portrait") / "portrait ä.png"
    Image.fromarray(draw_frame((200, 100, 220))).save(path)
    return path


@pytest.fixture(scope="session")
def wall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("wall") / "wall.png"
    Image.new("L", (640, 480), 180).save(path)
    return path


def test_a_sentence(run_cli, portrait: Path) -> None:
    done = run_cli("mood", "--image", portrait)
    assert (done.returncode, done.stderr) == (0, "")
    first, last = done.stdout.splitlines()
    assert re.fullmatch(r"You look [a-z, ]+\.|Your expression is hard to tell\.", first)
    assert last == "It is an estimate of the expression, not of feelings."
    german = run_cli("mood", "--image", portrait, LC_ALL="de_DE.UTF-8").stdout.splitlines()
    assert re.fullmatch(r"Du wirkst [a-zäöüß, ]+\.|Dein Ausdruck ist schwer zu deuten\.", german[0])
    group = run_cli("mood", "--image", portrait, "--group").stdout.splitlines()
    assert group[0].startswith("They look ") or group[0] == "Their expression is hard to tell."
    assert group[1] == "There is one face."


def test_bars(run_cli, portrait: Path) -> None:
    done = run_cli("mood", "--image", portrait, "--why")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[3].startswith("portrait ä.png  ")
    bars = [line.split() for line in lines if "─" in line]
    assert tuple(bar[0] for bar in bars) == EMOTIONS
    assert sum(float(bar[2].rstrip("%")) for bar in bars) == pytest.approx(100, abs=0.5)
    assert max(map(len, lines)) <= 80


def test_json(run_cli, portrait: Path) -> None:
    done = run_cli("mood", "--image", portrait, "--json")
    assert done.returncode == 0, done.stderr
    value = json.loads(done.stdout)
    assert list(value) == ["mood", "state", "face", "faces", "model"]
    assert tuple(value["mood"]) == EMOTIONS
    assert sum(value["mood"].values()) == pytest.approx(1, abs=1e-5)
    assert value["state"] == "ok"
    assert list(value["face"]) == ["x", "y", "w", "h", "score"]
    assert value["faces"] == [{"box": value["face"], "mood": value["mood"]}]
    assert value["model"].startswith("face-")


def test_plot_is_the_only_thing_written(run_cli, portrait: Path, tmp_path: Path) -> None:
    done = run_cli("mood", "--image", portrait, "--plot", tmp_path / "mood.png")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "mood.png").read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in tmp_path.iterdir()] == ["mood.png"]
    assert list(portrait.parent.iterdir()) == [portrait]


def test_no_face(run_cli, wall: Path, tmp_path: Path) -> None:
    done = run_cli("mood", "--image", wall, "--json", "--plot", tmp_path / "mood.png")
    assert done.returncode == 1
    value = json.loads(done.stdout)
    assert (value["mood"], value["state"], value["face"]) == (None, "no_face", None)
    assert value["faces"] == []
    assert "no face was found" in done.stderr
    assert not (tmp_path / "mood.png").exists()

    plain = run_cli("mood", "--image", wall)
    assert (plain.returncode, plain.stdout) == (1, "")
    assert plain.stderr.startswith("error: no face was found")


def test_bad_files(run_cli, portrait: Path, wall: Path) -> None:
    text = Path(__file__)
    for arguments, message in (
        (("--image", text), "is not an image"),
        (("--video", text), "is not a video"),
        (("--video", wall), "--image"),
        (("--image", portrait.parent), "is a folder"),
    ):
        done = run_cli("mood", *arguments, "--json")
        assert (done.returncode, done.stdout) == (1, ""), arguments
        assert message in " ".join(done.stderr.split())
        assert "Traceback" not in done.stderr


def test_absent_camera(run_cli) -> None:
    done = run_cli("mood", "--camera", "--device", "97", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: ")
    assert "camera" in done.stderr
    assert done.stderr.count("error") == 1  # nothing of FFmpeg's own log


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--camera", "--image", "a.png"),
        ("--image", "a.png", "--video", "b.mkv"),
        ("--image", "a.png", "--device", "1"),
        ("--camera", "--device", "-1"),
        ("--camera", "--device", "front"),
        ("a.png",),
    ],
)
def test_wrong_usage(run_cli, arguments: tuple[str, ...]) -> None:
    done = run_cli("mood", *arguments)
    assert (done.returncode, done.stdout) == (2, "")


def test_other_model(run_cli, portrait: Path, face_model: Path, tmp_path: Path) -> None:
    """The model answers by the crop's first pixels, which are equal here: it cannot tell."""
    done = run_cli("mood", "--image", portrait, "--json", "--model", face_model)
    assert done.returncode == 1
    assert "the expression is hard to tell" in done.stderr
    value = json.loads(done.stdout)
    assert value["model"].startswith("face-0.0.1-")
    assert (value["state"], value["mood"]) == ("unsure", None)
    assert value["face"]["w"] > 100
    by_setting = run_cli("mood", "--image", portrait, "--json", VIBELUX_FACE_MODEL=str(face_model))
    assert by_setting.stdout == done.stdout
    missing = run_cli("mood", "--image", portrait, "--model", tmp_path / "none.onnx")
    assert missing.returncode == 1
    assert "there is no model" in missing.stderr

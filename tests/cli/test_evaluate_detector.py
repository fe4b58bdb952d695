import csv
import json
import re
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest
from PIL import Image

RunCli = Callable[..., CompletedProcess[str]]

HEADER = "dataset,path,width,height,x,y,w,h,ignore,source\n"


@pytest.fixture
def boxes(tmp_path: Path) -> Path:
    """Four pictures: a face that is found, one that is not, a wrong find, a doubtful one."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name, bright in (
        ("one é.png", (100, 50, 120, 150)),
        ("two.png", (0, 0, 40, 40)),
        ("none.png", (200, 200, 100, 100)),
        ("crowd.png", (300, 100, 60, 80)),
    ):
        picture = np.full((480, 640), 100, np.uint8)
        x, y, w, h = bright
        picture[y : y + h, x : x + w] = 255
        Image.fromarray(picture).save(folder / name)
    path = tmp_path / "boxes.csv"
    path.write_text(
        HEADER + f"a,{folder / 'one é.png'},640,480,104,54,120,150,0,x\n"
        "a,pictures/two.png,640,480,300,200,60,60,0,x\n"
        "b,pictures/none.png,640,480,0,0,0,0,1,x\n"
        "b,pictures/crowd.png,640,480,280,80,200,200,1,x\n",
        "utf-8",
    )
    return path


def test_json_is_one_flat_object(run_cli: RunCli, boxes: Path, detector_model: Path) -> None:
    run = run_cli("evaluate", "detector", "--boxes", boxes, "--model", detector_model, "--json")
    assert run.returncode == 0, run.stderr
    figures = json.loads(run.stdout)
    assert figures.pop("ms_median") > 0
    groups = figures.pop("groups")
    assert groups["size"]["more than 160 px"] == {"faces": 0, "recall_50": None}
    assert groups["size"]["80 to 160 px"] == {"faces": 1, "recall_50": 1.0}
    assert groups["light"]["darker than 60"] == {"faces": 0, "recall_50": None}
    assert figures == {
        "images": 4,
        "faces": 2,
        "recall_50": 0.5,
        "recall_35": 0.5,
        "recall_50_large": 1.0,
        "recall_35_large": 1.0,
        "false_per_image": 0.5,
        "images_empty": 1,
        "false_per_empty": 1.0,
    }


def test_predictions_have_the_paths_of_the_input(
    run_cli: RunCli, boxes: Path, detector_model: Path, tmp_path: Path
) -> None:
    out = tmp_path / "found.csv"
    words = ("evaluate", "detector", "--boxes", boxes, "--model", detector_model)
    run = run_cli(*words, "--predictions", out, "--json")
    assert run.returncode == 0, run.stderr
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with boxes.open(encoding="utf-8", newline="") as file:
        paths = [row["path"] for row in csv.DictReader(file)]
    assert rows[0] == ["path", "x", "y", "w", "h", "score"]
    assert [row[0] for row in rows[1:]] == paths
    assert list(map(float, rows[1][1:])) == pytest.approx([100, 50, 120, 150, 1], abs=2)


def test_the_summary_for_people_fits_80_columns(
    run_cli: RunCli, boxes: Path, detector_model: Path
) -> None:
    run = run_cli("evaluate", "detector", "--boxes", boxes, "--model", detector_model)
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    lines = run.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("detector-0.0.1-")
    assert lines[0].endswith("4 pictures, 2 faces")
    words = [line.split() for line in lines]
    assert ["found", "at", "an", "IoU", "of", "0.5", "50.0", "%"] in [row[:8] for row in words]
    assert ["a", "picture", "0.500", "2", "in", "all"] in words
    assert ["b", "2", "0", "–", "0", "–", "0.500"] in words


def test_points_tell_how_faces_are_turned(
    run_cli: RunCli, boxes: Path, detector_model: Path, tmp_path: Path
) -> None:
    points = tmp_path / "points.csv"
    names = ("right_eye", "left_eye", "nose", "mouth_right", "mouth_left")
    columns = ",".join(f"{name}_{axis}" for name in names for axis in "xy")
    points.write_text(
        f"path,{columns}\npictures/two.png,315,220,345,240,330,235,320,245,340,250\n", "utf-8"
    )
    words = ("evaluate", "detector", "--boxes", boxes, "--boxes", boxes, "--points", points)
    run = run_cli(*words, "--model", detector_model, "--json")
    assert run.returncode == 0, run.stderr
    figures = json.loads(run.stdout)
    assert figures["faces"] == 4
    pose = figures["groups"]["pose"]
    assert pose["by more than 25°"] == {"faces": 2, "recall_50": 0.0}
    assert pose["nose in the middle"]["faces"] == 2
    run = run_cli(*words, "--model", detector_model)
    assert "by more than 25°, 2" in run.stdout
    points.write_text(f"path,{columns}\na.png,{'x,' * 10}\n", "utf-8")
    run = run_cli(*words, "--model", detector_model)
    assert (run.returncode, run.stdout) == (1, "")


def test_unreadable_pictures_are_listed(
    run_cli: RunCli, boxes: Path, detector_model: Path, tmp_path: Path
) -> None:
    (tmp_path / "pictures" / "two.png").write_text("no picture")
    with boxes.open("a", encoding="utf-8") as file:
        file.write("b,lost.jpg,640,480,0,0,9,9,0,x\n")
    run = run_cli("evaluate", "detector", "--boxes", boxes, "--model", detector_model, "--json")
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout)["images"] == 3
    assert "skipped pictures/two.png: " in run.stderr
    assert "skipped lost.jpg: there is no file" in run.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "error: cannot read"),
        ("path,x,y\n", "has no column 'width'"),
        (HEADER, "lists no picture"),
        (HEADER + "a,lost.jpg,640,480,0,0,9,9,0,x\n", "none of the 1 pictures of"),
        (HEADER + "a,lost.jpg,640,480,0,0,nine,9,0,x\n", "w='nine' is not a number"),
    ],
)
def test_bad_lists_are_errors(
    run_cli: RunCli, detector_model: Path, tmp_path: Path, text: str | None, message: str
) -> None:
    path = tmp_path / "list.csv"
    if text is not None:
        path.write_text(text)
    run = run_cli("evaluate", "detector", "--boxes", path, "--model", detector_model, "--json")
    assert (run.returncode, run.stdout) == (1, "")
    assert message in " ".join(run.stderr.split())


def test_wrong_usage(run_cli: RunCli, boxes: Path, face_model: Path, tmp_path: Path) -> None:
    assert run_cli("evaluate", "detector").returncode == 2
    run = run_cli(
        "evaluate", "detector", "--boxes", boxes, "--predictions", tmp_path / "none" / "p.csv"
    )
    assert (run.returncode, run.stdout) == (2, "")
    run = run_cli("evaluate", "detector", "--boxes", boxes, "--model", face_model)
    assert (run.returncode, run.stdout) == (1, "")
    assert "a detector model is needed" in " ".join(run.stderr.split())


def test_every_key_is_documented(run_cli: RunCli, boxes: Path, detector_model: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "json.md").read_text("utf-8")
    section = text.split("## `vibelux evaluate detector`")[1].split("\n## ")[0]
    run = run_cli("evaluate", "detector", "--boxes", boxes, "--model", detector_model, "--json")
    assert set(json.loads(run.stdout)) <= set(re.findall(r"`(\w+)`", section))

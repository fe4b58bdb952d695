from dataclasses import fields
from pathlib import Path

import pytest

from vibelux import settings as module
from vibelux.errors import InvalidSetting
from vibelux.settings import Settings, load_settings


def test_flags_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(
        'workers = 3\nsong_timeout = 5\nface_model = "a.onnx"\n'
    )
    environment = {
        "VIBELUX_HOME": str(tmp_path),
        "VIBELUX_WORKERS": "4",
        "VIBELUX_SONG_TIMEOUT": "6",
    }
    found = load_settings(environment=environment, workers=5)
    assert (found.workers, found.song_timeout) == (5, 6.0)
    assert found.face_model == Path("a.onnx")
    assert found.music_model is None
    assert found.catalogue == tmp_path / "catalogue.sqlite"


def test_flags_that_are_not_given_and_empty_variables_count_as_absent(tmp_path: Path) -> None:
    environment = {"VIBELUX_HOME": str(tmp_path), "VIBELUX_WORKERS": ""}
    found = load_settings(environment=environment, workers=None, song_timeout=None)
    assert 1 <= found.workers <= 8
    assert found.song_timeout == 60.0


def test_without_a_home_the_platform_decides() -> None:
    home = load_settings(environment={}).home
    assert home.is_absolute()
    assert "vibelux" in home.name.lower()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("workers = 0", r"workers=0 from .*settings\.toml: must be 1 to 64"),
        ("workers = 65", "must be 1 to 64"),
        ('workers = "many"', "workers='many'"),
        ("song_timeout = -1", "positive number of seconds"),
        ("song_timeout = nan", "positive number of seconds"),
        ("volume = 11", "unknown setting 'volume' in .*; known are home, workers"),
        ('home = "elsewhere"', "cannot move its own folder; set VIBELUX_HOME"),
        ("workers =", "cannot read"),
    ],
)
def test_a_bad_file_is_an_error_that_says_where(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "settings.toml").write_text(text)
    with pytest.raises(InvalidSetting, match=message):
        load_settings(environment={"VIBELUX_HOME": str(tmp_path)})


@pytest.mark.parametrize(
    ("environment", "flags", "source"),
    [({"VIBELUX_WORKERS": "x"}, {}, "the environment"), ({}, {"workers": 0}, "the command line")],
)
def test_the_message_names_the_source(
    tmp_path: Path, environment: dict[str, str], flags: dict[str, int], source: str
) -> None:
    with pytest.raises(InvalidSetting, match=f"from {source}"):
        load_settings(environment={"VIBELUX_HOME": str(tmp_path), **environment}, **flags)


def test_every_setting_is_documented() -> None:
    for field in fields(Settings):
        row = f"| ``{field.name}`` | ``VIBELUX_{field.name.upper()}`` |"
        assert row in (module.__doc__ or "")

from dataclasses import fields
from pathlib import Path

import pytest

from vibelux import settings as module
from vibelux.database_url import DatabaseUrl
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


NO_NUMBERS = (
    *(
        "inf",
        "-inf",
        "nan",
        "1e400",
        "true",
        "false",
        '"many"',
        '""',
        "[2]",
        "{a = 2}",
        "1979-05-27",
    ),
    *("07:32:00", "1979-05-27T07:32:00Z"),
)
"""As TOML writes them; none of them says how many workers or seconds."""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("workers = 0", r"workers=0 from .*settings\.toml: must be a whole number from 1 to 64"),
        ("workers = 65", "must be a whole number from 1 to 64"),
        *((f"workers = {value}", "must be a whole number from 1 to 64") for value in NO_NUMBERS),
        *(
            (f"song_timeout = {value}", "must be a positive number of seconds")
            for value in NO_NUMBERS
        ),
        ("workers = 2.5", "workers=2.5 .*must be a whole number from 1 to 64"),
        ("workers = 1" + "0" * 5000, "cannot read"),
        ("workers = 0x" + "f" * 9000, "workers=0xf+….*must be a whole number"),
        ("song_timeout = 0", "positive number of seconds"),
        ("song_timeout = " + "[" * 5000, "cannot read"),
        ("[workers]", r"workers=\{\} from .*must be a whole number"),
        ("face_model = 5", "face_model=5 from .*must be a path"),
        ('face_model = ""', "face_model='' from .*must be a path"),
        ('music_model = ["a.onnx"]', "music_model=.*must be a path"),
        ("music_model = 1979-05-27", "music_model=.*must be a path"),
        ('music_model = "a\\u0000b"', "music_model=.*holds a NUL character"),
        ('face_model = "~nobody-here/a.onnx"', "face_model=.*a user who is not known here"),
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


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_mark_at_the_beginning_of_utf_8_is_passed_over(tmp_path: Path, mark: bytes) -> None:
    (tmp_path / "settings.toml").write_bytes(mark + "workers = 3 # ä".encode())
    assert load_settings(environment={"VIBELUX_HOME": str(tmp_path)}).workers == 3


@pytest.mark.parametrize(
    "content",
    [
        "workers = 3 # ä".encode("latin-1"),
        "workers = 3".encode("utf-16"),
        b"workers = 3 # \xff",
    ],
)
def test_a_file_that_is_not_utf_8_is_a_stated_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "settings.toml").write_bytes(content)
    with pytest.raises(InvalidSetting, match=r"settings\.toml: byte \d+ is not UTF-8; save"):
        load_settings(environment={"VIBELUX_HOME": str(tmp_path)})


def test_a_folder_of_the_files_name_is_a_stated_error(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").mkdir()
    with pytest.raises(InvalidSetting, match=r"cannot read .*settings\.toml"):
        load_settings(environment={"VIBELUX_HOME": str(tmp_path)})


@pytest.mark.parametrize(
    "environment",
    [
        {"VIBELUX_HOME": "~nobody-here/music"},
        {"VIBELUX_FACE_MODEL": "~nobody-here/face.onnx"},
        {"VIBELUX_WORKERS": "inf"},
        {"VIBELUX_WORKERS": "1e999"},
        {"VIBELUX_WORKERS": "2.5"},
        {"VIBELUX_SONG_TIMEOUT": "nan"},
        {"VIBELUX_SONG_TIMEOUT": "1" * 5000},
    ],
)
def test_a_bad_variable_is_an_error_that_says_where(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    with pytest.raises(InvalidSetting, match="from the environment: "):
        load_settings(environment={"VIBELUX_HOME": str(tmp_path)} | environment)


def test_a_system_that_knows_no_home_is_a_stated_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_platform_home", lambda: "~nobody-here/.local/share/vibelux")
    with pytest.raises(InvalidSetting, match="set VIBELUX_HOME to a folder of yours"):
        load_settings(environment={})


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
    assert len(module.names()) == len(fields(Settings))
    for name in module.names():
        row = f"| ``{name}`` | ``VIBELUX_{name.upper()}`` |"
        assert row in (module.__doc__ or "")


DATABASE = "postgresql://me:s3cret@db.example:5433/music"


def test_the_catalogue_may_be_a_database(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(f'catalogue = "{DATABASE}"\n')
    home = {"VIBELUX_HOME": str(tmp_path)}
    found = load_settings(environment=home)
    assert found.catalogue == DatabaseUrl.of(DATABASE)
    assert found.catalogue_files.parent == tmp_path
    assert "s3cret" not in f"{found} {found.catalogue!r} {found.catalogue} {found.catalogue_files}"
    other = load_settings(environment=home | {"VIBELUX_CATALOGUE": "postgres:///other"})
    assert str(other.catalogue) == "postgres:///other"


@pytest.mark.parametrize(
    "value",
    [
        "mysql://me:s3cret@db/music",
        "/a/file.sqlite",
        "postgresql://me:s3cret/1@db/music",
        "postgresql://me:s3cret#1@db:99999/music",
        "postgresql://me:s3cret@db/music and more",
        "s3cret@postgresql://me",
        "",
    ],
)
def test_an_address_that_cannot_be_used_shows_no_password(tmp_path: Path, value: str) -> None:
    (tmp_path / "settings.toml").write_text(f'catalogue = "{value}"\n')
    with pytest.raises(InvalidSetting, match=r"catalogue from .*settings\.toml: .*%40") as said:
        load_settings(environment={"VIBELUX_HOME": str(tmp_path)})
    assert "s3cret" not in str(said.value)
    assert said.value.__cause__ is None and said.value.__suppress_context__


def test_covers_lie_in_the_platforms_cache_or_in_a_home_that_was_chosen(tmp_path):
    usual = load_settings(environment={})
    assert usual.covers.parts[-2:] in {("vibelux", "covers"), ("Cache", "covers")}
    assert not usual.covers.is_relative_to(usual.home)
    chosen = load_settings(environment={"VIBELUX_HOME": str(tmp_path)})
    assert chosen.covers == tmp_path / "covers"
    assert usual.demo.parent == usual.covers.parent and chosen.demo == tmp_path / "demo"

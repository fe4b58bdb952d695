"""Settings: the file, overridden by the environment, overridden by flags.

| setting | environment | meaning |
| --- | --- | --- |
| ``home`` | ``VIBELUX_HOME`` | folder of the user's data; default: the platform's |
| ``workers`` | ``VIBELUX_WORKERS`` | processes of a scan; default: the number of cores, at most 8 |
| ``song_timeout`` | ``VIBELUX_SONG_TIMEOUT`` | seconds until a file that hangs is given up |
| ``face_model`` | ``VIBELUX_FACE_MODEL`` | ONNX file used instead of the shipped one |
| ``music_model`` | ``VIBELUX_MUSIC_MODEL`` | ONNX file used instead of the shipped one |

The file is ``settings.toml`` in the home folder, one ``name = value`` a line.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from vibelux.errors import InvalidSetting


@dataclass(frozen=True)
class Settings:
    """All settings after merging.

    Attributes:
        home: folder of the user's data.
        workers: processes of a scan, 1 to 64.
        song_timeout: seconds until a file that hangs is given up, > 0.
        face_model: ONNX file used instead of the shipped one, or None.
        music_model: ONNX file used instead of the shipped one, or None.

    """

    home: Path
    workers: int
    song_timeout: float = 60.0
    face_model: Path | None = None
    music_model: Path | None = None

    @property
    def catalogue(self) -> Path:
        """The catalogue's file."""
        return self.home / "catalogue.sqlite"

    @property
    def profile(self) -> Path:
        """The file with what was learnt from the listener."""
        return self.home / "profile.sqlite"


def load_settings(*, environment: Mapping[str, str] | None = None, **flags: Any) -> Settings:
    """Merge the settings file, the environment and flags.

    Args:
        environment: default ``os.environ``.
        **flags: settings by name; None means "not given".

    Raises:
        InvalidSetting: an unknown name in the file, or a value that cannot be used; the message
            says where it came from.

    """
    environment = os.environ if environment is None else environment
    home = flags.get("home") or environment.get("VIBELUX_HOME") or _platform_home()
    folder = Path(home).expanduser()
    values: dict[str, Any] = {"home": folder, "workers": min(os.cpu_count() or 1, 8)}
    for source, found in (
        (str(folder / "settings.toml"), _from_file(folder / "settings.toml")),
        ("the environment", _from_environment(environment)),
        ("the command line", {k: v for k, v in flags.items() if v is not None}),
    ):
        for name, value in found.items():
            values[name] = _checked(name, value, source)
    return Settings(**values)


def _platform_home() -> str:
    import platformdirs

    return platformdirs.user_data_dir("vibelux", appauthor=False)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            values = tomllib.load(file)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InvalidSetting(f"cannot read {path}: {error}") from error
    if "home" in values:
        raise InvalidSetting(f"{path} cannot move its own folder; set VIBELUX_HOME instead")
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    names = (field.name for field in fields(Settings))
    found = {name: environment.get(f"VIBELUX_{name.upper()}", "") for name in names}
    return {name: value for name, value in found.items() if value != ""}


def _checked(name: str, value: Any, source: str) -> Any:
    try:
        match name:
            case "home" | "face_model" | "music_model":
                return Path(value).expanduser()
            case "workers":
                if not 1 <= int(value) <= 64:
                    raise ValueError("must be 1 to 64")
                return int(value)
            case "song_timeout":
                if not 0 < float(value) < float("inf"):
                    raise ValueError("must be a positive number of seconds")
                return float(value)
            case _:
                known = ", ".join(field.name for field in fields(Settings))
                raise InvalidSetting(f"unknown setting {name!r} in {source}; known are {known}")
    except (TypeError, ValueError) as error:
        if isinstance(error, InvalidSetting):
            raise
        raise InvalidSetting(f"{name}={value!r} from {source}: {error}") from error

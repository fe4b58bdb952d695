"""Settings: the file, overridden by the environment, overridden by flags.

| setting | environment | meaning |
| --- | --- | --- |
| ``home`` | ``VIBELUX_HOME`` | folder of the user's data; default: the platform's |
| ``catalogue`` | ``VIBELUX_CATALOGUE`` | PostgreSQL database; default: a file in ``home`` |
| ``workers`` | ``VIBELUX_WORKERS`` | processes of a scan; default: the number of cores, at most 8 |
| ``song_timeout`` | ``VIBELUX_SONG_TIMEOUT`` | seconds until a file that hangs is given up |
| ``face_model`` | ``VIBELUX_FACE_MODEL`` | ONNX file used instead of the shipped one |
| ``music_model`` | ``VIBELUX_MUSIC_MODEL`` | ONNX file used instead of the shipped one |

The file is ``settings.toml`` in the home folder, UTF-8, one ``name = value`` a line.
"""

import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from vibelux.database_url import DatabaseUrl
from vibelux.errors import InvalidInput, InvalidSetting


@dataclass(frozen=True)
class Settings:
    """All settings after merging.

    Attributes:
        home: folder of the user's data.
        workers: processes of a scan, 1 to 64.
        song_timeout: seconds until a file that hangs is given up, > 0.
        face_model: ONNX file used instead of the shipped one, or None.
        music_model: ONNX file used instead of the shipped one, or None.
        database: that holds the songs; None: a file in the home folder does.

    """

    home: Path
    workers: int
    song_timeout: float = 60.0
    face_model: Path | None = None
    music_model: Path | None = None
    database: DatabaseUrl | None = None

    @property
    def catalogue(self) -> Path | DatabaseUrl:
        """Where the songs are: a file, or a database."""
        return self.database or self.home / "catalogue.sqlite"

    @property
    def catalogue_files(self) -> Path:
        """What files of this machine beside the catalogue are named after."""
        catalogue = self.catalogue
        return catalogue if isinstance(catalogue, Path) else catalogue.beside(self.home)

    @property
    def profile(self) -> Path:
        """The file with what was learnt from the listener."""
        return self.home / "profile.sqlite"

    @property
    def server_login(self) -> Path:
        """The file that remembers the login to a music server."""
        return self.home / "subsonic.json"

    @property
    def cache(self) -> Path:
        """The folder of what can be made again: the platform's cache, or a home that was chosen."""
        import platformdirs

        if self.home == Path(_platform_home()):
            return platformdirs.user_cache_path("vibelux", appauthor=False)
        return self.home

    @property
    def covers(self) -> Path:
        """The folder of small covers."""
        return self.cache / "covers"

    @property
    def demo(self) -> Path:
        """The folder of the demo's music and catalogue."""
        return self.cache / "demo"


def names() -> tuple[str, ...]:
    """Return the names of all settings as the file has them."""
    return tuple("catalogue" if one.name == "database" else one.name for one in fields(Settings))


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
    folder = home_folder(environment, given=flags.get("home"))
    values: dict[str, Any] = {"home": folder, "workers": min(os.cpu_count() or 1, 8)}
    for source, found in (
        (str(folder / "settings.toml"), _from_file(folder / "settings.toml")),
        ("the environment", _from_environment(environment)),
        ("the command line", {k: v for k, v in flags.items() if v is not None}),
    ):
        for name, value in found.items():
            values[name] = _checked(name, value, source)
    return Settings(database=values.pop("catalogue", None), **values)


def home_folder(
    environment: Mapping[str, str] | None = None, *, given: Path | str | None = None
) -> Path:
    """Return the folder of the user's data, whether it is there or not.

    Args:
        environment: default ``os.environ``.
        given: by the caller, before the environment.

    Raises:
        InvalidSetting: it cannot be used as a path.

    """
    environment = os.environ if environment is None else environment
    if given:
        return _path("home", given, "the command line")
    if found := environment.get("VIBELUX_HOME"):
        return _path("home", found, "the environment")
    return _path("home", _platform_home(), "this system; set VIBELUX_HOME to a folder of yours")


def expanded(path: Path | str) -> Path:
    """Return a path with ``~`` and ``~user`` replaced by the home folders that they mean.

    Raises:
        InvalidInput: there is no such user, or no file can have such a path.

    """
    if "\0" in str(path):
        raise InvalidInput(f"{str(path)!r} holds a NUL character; no path does")
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise InvalidInput(
            f"{str(path)!r} begins with the home folder of a user who is not known here; "
            "write the whole path"
        ) from error


def _platform_home() -> str:
    import platformdirs

    return platformdirs.user_data_dir("vibelux", appauthor=False)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        # Some editors begin UTF-8 with a mark that TOML does not know.
        values = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except UnicodeDecodeError as error:
        raise InvalidSetting(
            f"cannot read {path}: byte {error.start} is not UTF-8; save the file as UTF-8"
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidSetting(f"cannot read {path}: {error}") from error
    if "home" in values:
        raise InvalidSetting(f"{path} cannot move its own folder; set VIBELUX_HOME instead")
    return values


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found = {name: environment.get(f"VIBELUX_{name.upper()}", "") for name in names()}
    return {name: value for name, value in found.items() if value != ""}


def _checked(name: str, value: Any, source: str) -> Any:
    match name:
        case "home" | "face_model" | "music_model":
            return _path(name, value, source)
        case "catalogue":
            return _database(value, source)
        case "workers":
            workers = _number(value)
            if not (1 <= workers <= 64 and workers == int(workers)):
                raise _unusable(name, value, source, "must be a whole number from 1 to 64")
            return int(workers)
        case "song_timeout":
            seconds = _number(value)
            if not 0 < seconds < math.inf:
                raise _unusable(name, value, source, "must be a positive number of seconds")
            return seconds
        case _:
            known = ", ".join(names())
            raise InvalidSetting(f"unknown setting {name!r} in {source}; known are {known}")


def _number(value: Any) -> float:
    """Return a number as TOML, a flag or the environment gives it; NaN for anything else."""
    try:
        usable = isinstance(value, int | float | str) and not isinstance(value, bool)
        return float(value) if usable else math.nan
    except (ValueError, OverflowError):
        return math.nan


def _path(name: str, value: Any, source: str) -> Path:
    if not (isinstance(value, str | Path) and str(value)):
        raise _unusable(name, value, source, "must be a path")
    try:
        return expanded(value)
    except InvalidInput as error:
        raise InvalidSetting(f"{name}={str(value)!r} from {source}: {error}") from error


def _database(value: Any, source: str) -> DatabaseUrl:
    if isinstance(value, DatabaseUrl):
        return value
    try:
        return DatabaseUrl.of(str(value))
    except InvalidInput as error:  # without the value: a password may stand in it
        raise InvalidSetting(
            f"catalogue from {source}: {error}; for a file of your own set VIBELUX_HOME to its "
            "folder"
        ) from None


def _unusable(name: str, value: Any, source: str, why: str) -> InvalidSetting:
    # Python writes no number of thousands of digits.
    shown = hex(value) if isinstance(value, int) and abs(value) > 1 << 64 else repr(value)
    shown = shown if len(shown) <= 60 else shown[:59] + "…"
    return InvalidSetting(f"{name}={shown} from {source}: {why}")

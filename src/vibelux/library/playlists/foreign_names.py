"""Which files the entries of a playlist mean, whoever wrote it.

Programs name files in many ways: percent-encoded, with backslashes, in a code page of their time,
with accents as characters of their own, with another computer's drive. A file that is there under
the very bytes of an entry is meant. Otherwise it is the first reading under which there is a file;
and where there is none, what the format says.
"""

import os
import re
import socket
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote_to_bytes

from vibelux.folding import canonical
from vibelux.library.playlists.file_names import ADDRESS
from vibelux.library.text_encoding import code_page, decoded

_CODE_PAGES = (
    *("cp1252", "cp1251", "cp1250", "cp1253", "cp1254", "cp932", "gbk", "big5", "cp949"),
    *("koi8-r", "cp866", "euc_jp", "cp850", "mac_roman"),
)
"""Tried behind the likely one; the right one is that in which the files are there."""

_LONGEST = 32_767
"""Characters of a path at most, on any system; longer ones are not looked for."""

_DEEPEST = 16
"""Names of another computer's path that are looked for from its end."""

_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_DRIVE = re.compile(r"/*[A-Za-z][:|][\\/]|\\\\|//")
_SEPARATORS = re.compile(r"[\\/]+")


@dataclass(frozen=True)
class _Reading:
    """What an entry may name, and the code page that takes; None where it takes none."""

    name: str
    code_page: str | None = None


class ForeignNames:
    """Finds the files of one playlist.

    Args:
        folders: the playlist's: as it was given, and where links lead from there.

    Attributes:
        passed_over: addresses that are not files of this machine.

    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = list(dict.fromkeys(folders))
        self._listed = cache(_names_in)
        self._code_page: str | None = None
        self.passed_over: list[str] = []

    def suppose(self, content: bytes, *, stated: str | None = None) -> None:
        """Take the encoding in which a playlist is written that is not UTF-8.

        Args:
            content: of the playlist.
            stated: the encoding that it names itself, if it does.

        """
        self._code_page = code_page([content], stated=stated)

    def text(self, raw: bytes) -> str:
        """Return a text of the playlist, in the encoding that its files' names are in."""
        return decoded(raw, stated=self._code_page)

    def of_line(self, line: bytes) -> Path | None:
        """Return the file that a line of text names, or None for an address elsewhere."""
        for exact in dict.fromkeys((line, line.strip())):
            if (found := self._there(os.fsdecode(exact))) is not None:
                return found
        line = line.strip()
        name = os.fsdecode(line)
        if len(line) > _LONGEST:
            return self._folders[0] / name
        if ADDRESS.match(name):
            return self._of_scheme(name)
        return self._chosen(self._readings(line), name)

    def of_address(self, address: str) -> Path | None:
        """Return the file at an address, or None for an address elsewhere."""
        with suppress(UnicodeEncodeError):
            os.fsencode(address)
            if len(address) <= _LONGEST:
                return (
                    self._of_scheme(address) if ADDRESS.match(address) else self._of_place(address)
                )
        return None

    def is_there(self, line: bytes) -> bool:
        """Return whether there is a file under exactly these bytes."""
        return self._there(os.fsdecode(line)) is not None

    def _of_scheme(self, address: str) -> Path | None:
        if not address.lower().startswith("file:"):
            self.passed_over.append(self.text(os.fsencode(address)))
            return None
        place = address[len("file:") :]
        if place.startswith("//"):
            host, slash, rest = place[2:].partition("/")
            if re.fullmatch(r"[A-Za-z][:|]", host):  # file://C:/ of programs that miscount
                place = f"/{host}/{rest}"
            elif host.lower() in ("", "localhost", socket.gethostname().lower()):
                place = slash + rest
            else:
                self.passed_over.append(self.text(os.fsencode(address)))
                return None
        if sys.platform == "win32" and _DRIVE.match(place):
            place = place.lstrip("/").replace("|", ":", 1)
        return self._of_place(place)

    def _of_place(self, place: str) -> Path | None:
        """Return the file at the path of an address: decoded, as the specification has it."""
        named = place.partition("#")[0]
        ways = (_decoded(place), place, _decoded(named), _decoded(named.partition("?")[0]))
        readings = (reading for way in ways for reading in self._readings(os.fsencode(way)))
        return self._chosen(readings, _decoded(named))

    def _readings(self, raw: bytes) -> Iterator[_Reading]:
        """Yield what some bytes may name, the most literal first."""
        known = set()
        for text in self._texts(raw):
            ways = [text]
            if _ENCODED.search(text.name):
                ways += self._texts(os.fsencode(_decoded(text.name)))
            for way in ways:
                for name in (way.name, way.name.replace("\\", "/")):
                    if name not in known:
                        known.add(name)
                        yield _Reading(name, way.code_page or text.code_page)

    def _texts(self, raw: bytes) -> Iterator[_Reading]:
        """Yield the texts that some bytes may be."""
        yield _Reading(os.fsdecode(raw))
        try:
            raw.decode("utf-8")
            return
        except UnicodeDecodeError:
            pass
        for page in dict.fromkeys((self._code_page or _CODE_PAGES[0], *_CODE_PAGES)):
            with suppress(UnicodeDecodeError):
                yield _Reading(raw.decode(page), page)

    def _chosen(self, readings: Iterable[_Reading], otherwise: str) -> Path | None:
        """Return the first reading that is a file, or is one in another spelling; or else a name.

        None if that is none either.
        """
        likely = list(readings)
        for find in (self._there, self._spelled, self._elsewhere):
            for reading in likely:
                if (found := find(reading.name)) is not None:
                    self._code_page = reading.code_page or self._code_page
                    return found
        return None if "\0" in otherwise else self._folders[0] / otherwise

    def _there(self, name: str) -> Path | None:
        return next((path for f in self._folders if _is_file(path := f / name)), None)

    def _spelled(self, name: str) -> Path | None:
        """Return the file that differs in case or in how its accents are written only."""
        for folder in self._folders:
            whole = folder / name
            path = Path(whole.anchor)
            for part in whole.parts[1:]:
                child = self._child(path, part)
                if child is None:
                    break
                path = child
            else:
                if _is_file(path):
                    return path
        return None

    def _child(self, folder: Path, name: str) -> Path | None:
        if name == ".." or _is_remote(str(folder)) or os.path.lexists(folder / name):
            return folder / name
        alike = self._listed(folder).get(canonical(name), [])
        composed = unicodedata.normalize("NFC", name)
        same = [other for other in alike if unicodedata.normalize("NFC", other) == composed]
        chosen = same or alike
        return folder / chosen[0] if len(chosen) == 1 else None

    def _elsewhere(self, name: str) -> Path | None:
        """Return the file at a path of another computer, below a folder that this one has.

        It is the longest end of the path that exists beside the playlist, or, if that is more
        than the file's name, beside a folder above it.
        """
        if sys.platform == "win32" or not _DRIVE.match(name):
            return None
        parts = [part for part in _SEPARATORS.split(name) if part][1:][-_DEEPEST:]
        for start in range(len(parts)):
            for folder in self._folders:
                for base in (folder, *folder.parents) if start < len(parts) - 1 else (folder,):
                    found = self._spelled(str(base.joinpath(*parts[start:])))
                    if found is not None:
                        return found
        return None


def _decoded(place: str) -> str:
    return os.fsdecode(unquote_to_bytes(os.fsencode(place)))


def _is_file(path: Path) -> bool:
    # Merely to ask for a file of another machine would send it who asks.
    return not _is_remote(str(path)) and (os.path.isfile(path) or os.path.islink(path))  # noqa: PTH113, PTH114 - these take any text


def _is_remote(path: str) -> bool:
    return sys.platform == "win32" and path.replace("/", "\\").startswith("\\\\")


def _names_in(folder: Path) -> dict[str, list[str]]:
    """Return the names in a folder by how they are compared."""
    names: dict[str, list[str]] = {}
    try:
        for name in os.listdir(folder):  # noqa: PTH208 - names are all that is needed
            names.setdefault(canonical(name), []).append(name)
    except (OSError, ValueError):
        pass
    return names

"""The columns of a catalogue in files beside it, so that not every process reads all songs.

All of a snapshot's columns are one generation: a folder of ``.npy`` files that never change. A
manifest, which is replaced in one step once they are on the disk, names the generation that counts
and up to which change of the catalogue it goes. So a process that is killed while it writes leaves
the old generation in use. Everything here follows from the catalogue: it can be deleted at any
time, whatever is wrong with it counts as not there, and processes that have mapped the files go on
with them.
"""

import json
import os
import re
import secrets
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibelux.atomic_file import atomic_file
from vibelux.errors import CatalogueError, ModelError
from vibelux.library.catalogue import Catalogue
from vibelux.library.column_reading import Sound
from vibelux.library.column_writer import ColumnWriter, write_array
from vibelux.library.locks import Held, process_lock
from vibelux.library.mapped_array import ArrayFile, MappedArray
from vibelux.library.song_changes import Change, Changes
from vibelux.library.sqlite_file import writable
from vibelux.library.text_column import Column, TextColumn
from vibelux.private_files import private_folder

_FORMAT = 1
"""Of the files, and of what columns hold: count it up when a column is made in another way. A test
knows what they hold now."""

_ROOM = 2
"""Of the bytes of a generation, how many times as many must be free."""

Stored = MappedArray | TextColumn


@dataclass(frozen=True)
class Snapshot:
    """What files say of a catalogue beside its columns.

    Attributes:
        songs: how many there are.
        playable: how many of them, the first ones, can be played.
        sound: of the embeddings that are there.
        sounds: all that there are.
        changes: the last changes of the catalogue that the columns know of.

    """

    songs: int
    playable: int
    sound: Sound | None
    sounds: tuple[Sound, ...]
    changes: Changes


class ColumnFiles:
    """One generation.

    Args:
        folder: that holds it.
        snapshot: what the manifest says of it.
        texts: names of the columns of texts -> whether they are texts or bytes.
        arrays: names of the others.

    """

    def __init__(
        self, folder: Path, snapshot: Snapshot, texts: Mapping[str, bool], arrays: Iterable[str]
    ) -> None:
        self.snapshot = snapshot
        self._folder, self._texts, self._arrays = folder, dict(texts), tuple(arrays)

    def columns(self, names: Iterable[str] = ()) -> dict[str, Stored]:
        """Map columns.

        Args:
            names: of the columns; all if there are none.

        Raises:
            OSError: a file cannot be read.
            ValueError: a file is not whole, or there is no such column.

        """
        return {name: self._column(name) for name in names or (*self._arrays, *self._texts)}

    def kept(
        self, name: str, parts: Sequence[str], make: Callable[[], Mapping[str, NDArray[Any]]]
    ) -> dict[str, MappedArray]:
        """Return what follows from the columns: made once, and kept with them.

        Args:
            name: of what it is, with a number of how it is made.
            parts: names of the arrays; their last axis are the rows.
            make: returns these.

        """
        with suppress(OSError, ValueError):
            return {part: self._kept(name, part) for part in parts}
        made = make()
        with suppress(OSError, ValueError):
            for part in parts:
                with atomic_file(self._path(f"{name}.{part}"), private=True) as path:
                    write_array(path, made[part])
            return {part: self._kept(name, part) for part in parts}
        return {part: MappedArray(np.asarray(made[part]), axis=-1) for part in parts}

    def _kept(self, name: str, part: str) -> MappedArray:
        return MappedArray.of(ArrayFile(self._path(f"{name}.{part}")), axis=-1)

    def _column(self, name: str) -> Stored:
        if name in self._texts:
            offsets, data = (
                ArrayFile(self._path(f"{name}.{part}")).array() for part in ("offsets", "data")
            )
            if offsets.size != self.snapshot.songs + 1 or offsets[-1] != data.size:
                raise ValueError(f"the column {name} is not whole")
            return TextColumn(offsets, data, text=self._texts[name])
        if name not in self._arrays:
            raise ValueError(f"there is no column {name}")
        column = MappedArray.of(ArrayFile(self._path(name)))
        if len(column.array) != self.snapshot.songs:
            raise ValueError(f"the column {name} is not whole")
        return column

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.npy"


def folder_of(catalogue: Path) -> Path:
    """Return the folder of a catalogue's columns; it need not be there."""
    return catalogue.with_name(catalogue.name + ".columns")


def discard(catalogue: Path) -> None:
    """Remove the columns of a catalogue: nothing is to be left of songs that were removed."""
    shutil.rmtree(folder_of(catalogue), ignore_errors=True)


def files_of(catalogue: Catalogue) -> ColumnFiles | None:
    """Return the columns that are stored of a catalogue's songs, or None.

    What has changed since must be read from the catalogue, see `Snapshot.changes`.
    """
    manifest = _manifest_of(catalogue)
    if not manifest.exists():
        return None
    with suppress(OSError, ValueError, KeyError, TypeError, ModelError):
        said = json.loads(manifest.read_bytes())
        if said["made_by"] != _maker(catalogue) or not _is_generation(said["generation"]):
            return None
        snapshot = Snapshot(
            songs=int(said["songs"]),
            playable=int(said["playable"]),
            sound=None if said["sound"] is None else Sound(*said["sound"]),
            sounds=tuple(Sound(*sound) for sound in said["sounds"]),
            changes=tuple(Change(*change) for change in said["changes"]),
        )
        folder = manifest.parent / said["generation"]
        return ColumnFiles(folder, snapshot, said["texts"], said["arrays"])
    return None


def write_files(
    catalogue: Catalogue,
    parts: Iterable[Mapping[str, Column]],
    snapshot: Callable[[], Snapshot],
    *,
    size: int,
    complete: Callable[[ColumnFiles], None] = lambda _: None,
) -> ColumnFiles | None:
    """Write columns as the generation that counts from now on, and remove older ones.

    Args:
        catalogue: whose songs they are.
        parts: of all columns that there are, by name: some songs after the other.
        snapshot: says what is said of them, once all have come.
        size: bytes that they take, about.
        complete: adds what follows from the columns and is to be there from the beginning.

    Returns:
        the files; None where nothing can be written, there is too little room, or another process
        writes.

    """
    if not writable(catalogue.path):
        return None
    folder = folder_of(catalogue.path)
    with suppress(OSError, CatalogueError, ModelError, Held):
        private_folder(folder)
        if shutil.disk_usage(folder).free < _ROOM * size:
            return None
        with process_lock(folder / "writing.lock", str(os.getpid())):
            return _written(catalogue, parts, snapshot, complete)
    return None


def _written(
    catalogue: Catalogue,
    parts: Iterable[Mapping[str, Column]],
    snapshot: Callable[[], Snapshot],
    complete: Callable[[ColumnFiles], None],
) -> ColumnFiles:
    manifest = _manifest_of(catalogue)
    name = f"{manifest.stem}-{secrets.token_hex(8)}"
    folder = manifest.parent / name
    private_folder(folder)
    try:
        with closing(ColumnWriter(folder)) as writer:
            for columns in parts:
                writer.add(columns)
            writer.finish()
        written = snapshot()
        files = ColumnFiles(folder, written, writer.texts, writer.arrays)
        complete(files)
        said = {
            "made_by": _maker(catalogue),
            "generation": name,
            "texts": writer.texts,
            "arrays": writer.arrays,
            **asdict(written),
            "changes": [(one.number, one.token, one.song) for one in written.changes],
        }
        with atomic_file(manifest, private=True) as part_path:
            part_path.write_text(json.dumps(said), encoding="ascii")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    for other in manifest.parent.iterdir():
        old = _is_generation(other.name) and other.name.startswith(f"{manifest.stem}-")
        if old and other.name != name:
            shutil.rmtree(other, ignore_errors=True)
    return files


def is_being_written(catalogue: Catalogue) -> bool:
    """Return whether another process is writing the columns of a catalogue to files."""
    lock = folder_of(catalogue.path) / "writing.lock"
    try:
        with suppress(OSError, CatalogueError):
            if lock.exists():
                with process_lock(lock, str(os.getpid())):
                    pass
    except Held:
        return True
    return False


def size_of(columns: Mapping[str, Column]) -> int:
    """Return the bytes that columns take."""
    return sum(map(_size, columns.values()))


def _size(column: Column) -> int:
    if isinstance(column, TextColumn):
        return column.offsets.nbytes + column.data.nbytes
    return column.nbytes


def _manifest_of(catalogue: Catalogue) -> Path:
    """Return the manifest of a catalogue's files, or of the songs of its server."""
    name = "files"
    if catalogue.server is not None:
        name = blake2b(catalogue.server.encode(errors="replace"), digest_size=8).hexdigest()
    return folder_of(catalogue.path) / f"{name}.json"


def _is_generation(name: str) -> bool:
    return re.fullmatch(r"\w+-[0-9a-f]{16}", name) is not None


def _maker(catalogue: Catalogue) -> str:
    """Return a digest of all that the columns depend on beside the catalogue.

    Raises:
        ModelError: as `vibelux.model_statistics.ModelStatistics`.

    """
    statistics = catalogue.statistics.songs
    numbers = statistics.affect.tolist(), statistics.typical_mood.tolist(), statistics.mood_spread
    program = _FORMAT, unicodedata.unidata_version, sys.byteorder
    depends = repr((program, catalogue.server, numbers))
    return blake2b(depends.encode("utf-8", "replace"), digest_size=16).hexdigest()

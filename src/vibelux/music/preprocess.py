"""Turns folders of songs into folders of spectrograms, the step before training.

::

    RAW/<emotion>/…/song.mp3    any audio format; the folder's name may be an alias
    OUT/<emotion>/…/song.npy    log-mel decibels [shape=(n_mels, frames), dtype=float16]
    OUT/preprocess.json         the constants that they were made with

Decibels keep their sign, and float16 their precision: steps of at most 0.06 dB.
"""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vibelux.atomic_file import atomic_file
from vibelux.emotions import EMOTIONS, emotion_index
from vibelux.errors import AudioError, DatasetError, InvalidInput, InvalidMood
from vibelux.music.decode import MIN_SECONDS, SILENCE, decode
from vibelux.music.spectrogram import MelSettings, log_mel

SECONDS = 90.0
"""Seconds of each song that are kept, from its start."""

CONSTANTS_FILE = "preprocess.json"


@dataclass(frozen=True)
class PreprocessReport:
    """What `preprocess` did.

    Attributes:
        written: emotion -> spectrograms written now.
        unchanged: emotion -> spectrograms that were up to date.
        skipped: (path below RAW, reason) of every file without a spectrogram.
        folders: names of RAW's folders that are not emotions, in order.

    """

    written: Mapping[str, int]
    unchanged: Mapping[str, int]
    skipped: tuple[tuple[str, str], ...]
    folders: tuple[str, ...]


def constants(settings: MelSettings, seconds: float = SECONDS) -> dict[str, Any]:
    """Return what ``preprocess.json`` holds; spectrograms with equal constants can be mixed."""
    return {
        "format": "vibelux log-mel",
        "version": 1,
        "unit": "dB",
        "dtype": "float16",
        "seconds": seconds,
        **asdict(settings),
    }


def preprocess(
    raw: Path,
    out: Path,
    settings: MelSettings,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> PreprocessReport:
    """Write the log-mel spectrogram of the first 90 s of every song below RAW.

    A spectrogram that is newer than its song and was made with the same constants is kept. Each is
    written in one step, so that an interruption leaves only whole files.

    Args:
        raw: folder with one subfolder per emotion.
        out: folder to write to; created if it does not exist.
        settings: constants of the spectrogram; training needs those of its model.
        on_progress: called with the number of files done and of all files.

    Raises:
        DatasetError: RAW is not a folder, holds no emotion's folder or no file in one; OUT cannot
            be written.
        InvalidInput: OUT is RAW or lies in one of its emotions' folders.

    """
    folders, others = _emotion_folders(raw)
    for folder in (raw, *folders):
        inside = folder != raw and out.resolve().is_relative_to(folder.resolve())
        if inside or out.resolve() == raw.resolve():
            raise InvalidInput(f"{out} is among the songs of {raw}; write to another folder")
    files = [(emotion, file) for folder, emotion in folders.items() for file in _files(folder)]
    if not files:
        raise DatasetError(f"the emotions' folders in {raw} hold no files")
    wanted = constants(settings)
    try:
        if _read_constants(out) != wanted:
            _write_text(out / CONSTANTS_FILE, json.dumps(wanted, indent=2) + "\n")
    except OSError as error:
        raise DatasetError(f"cannot write to {out}: {error}") from error

    written, unchanged = dict.fromkeys(EMOTIONS, 0), dict.fromkeys(EMOTIONS, 0)
    skipped: list[tuple[str, str]] = []
    taken: dict[Path, str] = {}
    for done, (emotion, file) in enumerate(files):
        if on_progress is not None:
            on_progress(done, len(files))
        given = file.relative_to(raw).as_posix()
        target = out / emotion / Path(*file.relative_to(raw).parts[1:]).with_suffix(".npy")
        if target in taken:
            skipped.append((given, f"has the name of {taken[target]}; rename one of them"))
            continue
        try:
            if _is_current(target, file, out / CONSTANTS_FILE):
                unchanged[emotion] += 1
            else:
                write_training_log_mel(target, file, settings)
                written[emotion] += 1
            taken[target] = given
        except AudioError as error:
            target.unlink(missing_ok=True)  # from an earlier file of this name
            skipped.append((given, _reason(error, file)))
    if on_progress is not None:
        on_progress(len(files), len(files))
    return PreprocessReport(written, unchanged, tuple(skipped), tuple(others))


def _emotion_folders(raw: Path) -> tuple[dict[Path, str], list[str]]:
    """Return RAW's emotion folders with their emotions, and the names of its other folders."""
    try:
        found = sorted(path for path in raw.iterdir() if path.is_dir())
    except FileNotFoundError as error:
        raise DatasetError(f"there is no folder {raw}") from error
    except OSError as error:
        raise DatasetError(f"cannot read {raw}: {error}") from error
    folders: dict[Path, str] = {}
    others: list[str] = []
    for path in found:
        try:
            folders[path] = EMOTIONS[emotion_index(path.name)]
        except InvalidMood:
            others.append(path.name)
    if not folders:
        raise DatasetError(
            f"{raw} has no emotion's folder; expected {', '.join(EMOTIONS)} (or aliases)"
            + (f", found {', '.join(others)}" if others else "")
        )
    return folders, others


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder in a stable order, hidden ones left out."""
    for place, inner, names in os.walk(folder):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names) if not name.startswith("."))


def training_log_mel(song: Path, settings: MelSettings) -> NDArray[np.float16]:
    """Return the spectrogram that training uses: that of a song's first `SECONDS`.

    Args:
        song: an audio file of any format.
        settings: constants of the spectrogram.

    Returns:
        decibels [shape=(n_mels, frames), dtype=float16].

    Raises:
        AudioError: as `vibelux.music.decode.decode`; ``too_short``: less than `MIN_SECONDS`;
            ``silent``: no sample above `SILENCE`.

    """
    samples = decode(song, sample_rate=settings.sample_rate, seconds=SECONDS)
    if len(samples) < MIN_SECONDS * settings.sample_rate:
        raise AudioError(
            f"cannot analyse {song}: it lasts {len(samples) / settings.sample_rate:.2f} s; "
            f"at least {MIN_SECONDS:g} s are needed",
            code="too_short",
        )
    if np.abs(samples).max() <= SILENCE:
        raise AudioError(f"cannot analyse {song}: it is silent", code="silent")
    return log_mel(samples, settings).astype(np.float16)


def write_training_log_mel(target: Path, song: Path, settings: MelSettings) -> NDArray[np.float16]:
    """Write what `training_log_mel` returns to a ``.npy`` file, whole or not at all.

    Raises:
        AudioError: as `training_log_mel`.
        DatasetError: the file cannot be written.

    """
    decibels = training_log_mel(song, settings)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(target) as part, part.open("wb") as file:
            np.save(file, decibels)
    except OSError as error:
        raise DatasetError(f"cannot write {target}: {error}") from error
    return decibels


def _is_current(target: Path, song: Path, constants_file: Path) -> bool:
    """Whether a spectrogram is newer than its song and than the last change of the constants."""
    try:
        made = target.stat().st_mtime_ns
        return made > song.stat().st_mtime_ns and made >= constants_file.stat().st_mtime_ns
    except OSError:
        return False


def _read_constants(out: Path) -> Any:
    try:
        return json.loads((out / CONSTANTS_FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _write_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_file(path) as part:
        part.write_text(text, encoding="utf-8")


def _reason(error: AudioError, song: Path) -> str:
    """Return the error without the path, which is shown beside it."""
    return str(error).removeprefix(f"cannot analyse {song}: ").removeprefix(f"{song} ")

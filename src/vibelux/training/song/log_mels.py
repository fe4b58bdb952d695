"""Log-mel spectrograms of labelled songs, computed once and kept in a cache folder.

They come from the functions that inference uses, so that both see the same numbers.
"""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vibelux.datasets.songs import LabelledSong
from vibelux.errors import AudioError, DatasetError
from vibelux.music.preprocess import SECONDS, write_training_log_mel
from vibelux.music.spectrogram import MelSettings
from vibelux.music.windows import window_starts

WINDOW_SECONDS = 10.0
MAX_WINDOWS = 3

LogMel = NDArray[np.float16]
"""Decibels [shape=(n_mels, frames)]."""


@dataclass(frozen=True)
class Corpus:
    """Labelled songs with their spectrograms.

    Attributes:
        songs: n songs.
        log_mels: n spectrograms.
        settings: the constants behind the spectrograms.
        skipped: (path as given, reason) of each song that could not be used.

    """

    songs: tuple[LabelledSong, ...]
    log_mels: tuple[LogMel, ...]
    settings: MelSettings
    skipped: tuple[tuple[str, str], ...] = ()

    def __len__(self) -> int:
        return len(self.songs)

    def take(self, rows: Sequence[int] | NDArray[np.integer]) -> "Corpus":
        """Return some of the songs, in the order of `rows`."""
        return Corpus(
            songs=tuple(self.songs[i] for i in rows),
            log_mels=tuple(self.log_mels[i] for i in rows),
            settings=self.settings,
        )


def read_corpus(
    songs: Sequence[LabelledSong],
    *,
    settings: MelSettings,
    cache: Path,
    on_progress: Callable[[int], None] | None = None,
) -> Corpus:
    """Compute the spectrograms of songs, or read them from the cache.

    Args:
        songs: audio files or files of `vibelux preprocess`.
        settings: constants of the spectrograms.
        cache: folder, created if needed; a file that changes is read again.
        on_progress: called with the number of songs done after each one.

    Raises:
        DatasetError: none of the songs can be used, or the cache cannot be written.

    """
    kept: list[LabelledSong] = []
    log_mels: list[LogMel] = []
    skipped: list[tuple[str, str]] = []
    for done, song in enumerate(songs, start=1):
        try:
            log_mels.append(
                _preprocessed(song.path, settings)
                if song.preprocessed
                else _log_mel_of(song.path, settings, cache)
            )
            kept.append(song)
        except (AudioError, DatasetError) as error:
            skipped.append((song.given, str(error)))
        if on_progress is not None:
            on_progress(done)
    if not kept:
        reason = f"; the first, {skipped[0][0]}: {skipped[0][1]}" if skipped else ""
        raise DatasetError(f"none of the {len(songs)} songs can be used{reason}")
    return Corpus(tuple(kept), tuple(log_mels), settings, tuple(skipped))


def window_frames(settings: MelSettings) -> int:
    """Return the number of frames of one window of the model."""
    return settings.frames(round(WINDOW_SECONDS * settings.sample_rate))


def windows(log_mel: LogMel, settings: MelSettings) -> NDArray[np.float32]:
    """Cut the windows that inference would decode.

    Args:
        log_mel: [shape=(n_mels, frames)].
        settings: the constants behind it.

    Returns:
        decibels [shape=(k, n_mels, window frames), dtype=float32], 1 ≤ k ≤ `MAX_WINDOWS`.

    """
    width = window_frames(settings)
    whole = repeated(log_mel, width)
    rate = settings.sample_rate / settings.hop_length
    starts = window_starts(
        settings.seconds(log_mel.shape[1]), window_seconds=WINDOW_SECONDS, max_windows=MAX_WINDOWS
    )
    firsts = [min(round(start * rate), whole.shape[1] - width) for start in starts]
    return np.stack([whole[:, first : first + width] for first in firsts]).astype(np.float32)


def repeated(log_mel: LogMel, frames: int) -> LogMel:
    """Repeat a short spectrogram until it has at least `frames` frames, as inference does."""
    times = math.ceil(frames / log_mel.shape[1])
    return np.tile(log_mel, (1, times)) if times > 1 else log_mel


def _log_mel_of(path: Path, settings: MelSettings, cache: Path) -> LogMel:
    try:
        status = path.stat()
    except OSError as error:
        raise AudioError(f"cannot read {path}: {error}", code="vanished") from error
    key = f"{path.resolve()}|{status.st_size}|{status.st_mtime_ns}|{settings}|{SECONDS}"
    digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
    file = cache / digest[:2] / f"{digest}.npy"
    try:
        kept: LogMel = np.load(file, allow_pickle=False)
        return kept
    except (OSError, ValueError, EOFError):
        pass  # not there yet, or half written by an interrupted run
    return write_training_log_mel(file, path, settings)


def _preprocessed(path: Path, settings: MelSettings) -> LogMel:
    try:
        array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DatasetError(f"{path} is not a readable spectrogram: {error}") from error
    if array.ndim != 2 or array.shape[0] != settings.n_mels or array.shape[1] < 2:
        raise DatasetError(
            f"{path} has shape {array.shape}, ({settings.n_mels}, frames) is needed; "
            "write it again with vibelux preprocess"
        )
    if not np.issubdtype(array.dtype, np.floating) or not np.isfinite(array).all():
        raise DatasetError(f"{path} is not a spectrogram: decibels are finite floats")
    return np.asarray(array, dtype=np.float16)

"""The sample catalogue: the synthesiser's pieces as tagged files of the usual formats."""

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import av
import numpy as np
from numpy.typing import NDArray

from vibelux.atomic_file import atomic_file
from vibelux.errors import AudioError
from vibelux.samples.synthesis import PIECES, RATE, VERSION, Piece, synthesise

ARTIST = "VibeluX samples"
ALBUM = "VibeluX sample catalogue"

_MADE = ": synthesised by VibeluX"
"""In the comment of every sample."""


@dataclass(frozen=True)
class Format:
    """How a file is encoded, in FFmpeg's words; the effort is each encoder's own scale."""

    suffix: str
    container: str
    codec: str
    samples: str
    rate: int = RATE
    bit_rate: int | None = None
    effort: dict[str, str] = field(default_factory=dict)


FORMATS: tuple[Format, ...] = (
    Format(".mp3", "mp3", "libmp3lame", "fltp", RATE, 128_000, {"compression_level": "8"}),
    Format(".flac", "flac", "flac", "s16"),
    Format(".m4a", "ipod", "aac", "fltp", RATE, 128_000, {"aac_coder": "fast"}),
    # Vorbis is not among PyAV's encoders; Ogg files carry Opus as well.
    Format(".ogg", "ogg", "libopus", "flt", 48_000, 96_000, {"compression_level": "3"}),
    Format(".opus", "opus", "libopus", "flt", 48_000, 96_000, {"compression_level": "3"}),
)
"""The pieces take turns, so that every format occurs."""


def render_samples(
    folder: Path,
    *,
    pieces: Sequence[Piece] = PIECES,
    made: Path | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Render the sample catalogue into a folder; pieces that are there already are kept.

    Samples of earlier versions that are no longer among the pieces are removed; nothing else is.

    Args:
        folder: made where it is missing.
        pieces: default: all.
        made: another folder where samples may lie; those of this version are copied from there.
        on_progress: called with the number of pieces done and of all.

    Returns:
        the files, in the order of the pieces.

    Raises:
        AudioError: a file cannot be written.

    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AudioError(
            f"cannot make the folder {folder}: {error}", code="no_permission"
        ) from error
    files: list[Path] = []
    for number, piece in enumerate(pieces):
        file_format = FORMATS[number % len(FORMATS)]
        path = folder / f"{piece.title}{file_format.suffix}"
        tags = _tags(piece, number + 1)
        if _comment(path) != tags["comment"]:
            other = None if made is None else made / path.name
            if other is None or _comment(other) != tags["comment"] or not _copied(other, path):
                write_audio(path, synthesise(piece), file_format=file_format, tags=tags)
        files.append(path)
        if on_progress is not None:
            on_progress(number + 1, len(pieces))
    _remove_others(folder, set(files))
    return files


def _copied(source: Path, path: Path) -> bool:
    """Copy a file, and return whether that was possible."""
    try:
        with atomic_file(path) as part:
            shutil.copyfile(source, part)
    except OSError:
        return False
    return True


def _remove_others(folder: Path, files: set[Path]) -> None:
    """Remove what earlier versions have rendered."""
    suffixes = {file_format.suffix for file_format in FORMATS}
    for path in folder.iterdir():
        if path.suffix in suffixes and path not in files and _MADE in (_comment(path) or ""):
            with suppress(OSError):
                path.unlink()


def write_audio(
    path: Path, samples: NDArray[np.float32], *, file_format: Format, tags: dict[str, str]
) -> None:
    """Encode sound into a tagged file, which appears complete or not at all.

    Args:
        path: the file to write.
        samples: [shape=(2, n), dtype=float32] in [-1, 1] at `RATE`.
        file_format: one of `FORMATS`.
        tags: FFmpeg's names of the tags (title, artist, …) and their texts.

    Raises:
        AudioError: the file cannot be written, or FFmpeg lacks the encoder.

    """
    try:
        with atomic_file(path) as part:
            _encode(part, samples, file_format, tags)
    except (OSError, av.FFmpegError, ValueError) as error:
        raise AudioError(f"cannot write {path}: {error}", code="no_permission") from error


def _encode(
    path: Path, samples: NDArray[np.float32], file_format: Format, tags: dict[str, str]
) -> None:
    with av.open(str(path), "w", format=file_format.container) as container:
        stream = cast(
            av.AudioStream,
            container.add_stream(file_format.codec, rate=file_format.rate, layout="stereo"),
        )
        stream.options = {**file_format.effort}
        stream.format = file_format.samples
        if file_format.bit_rate is not None:
            stream.bit_rate = file_format.bit_rate
        container.metadata.update(tags)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", "stereo")
        frame.sample_rate = RATE
        resampler = av.AudioResampler(file_format.samples, "stereo", file_format.rate)
        fifo = av.AudioFifo()
        for converted in (*resampler.resample(frame), *resampler.resample(None)):
            fifo.write(converted)
        size = stream.codec_context.frame_size or 4096
        while (chunk := fifo.read(size)) or (chunk := fifo.read(size, partial=True)):
            container.mux(stream.encode(chunk))
        container.mux(stream.encode(None))


def _tags(piece: Piece, track: int) -> dict[str, str]:
    return {
        "title": piece.title,
        "artist": ARTIST,
        "album": ALBUM,
        "track": f"{track}/{len(PIECES)}",
        "genre": "Sample",
        "comment": f"sample {VERSION}{_MADE}",
    }


def _comment(path: Path) -> str | None:
    """Return a file's comment tag, or None if it is not an audio file that can be read."""
    try:
        with av.open(str(path)) as container:
            tags = {**container.streams.audio[0].metadata, **container.metadata}
    except (OSError, av.FFmpegError, IndexError):
        return None
    return next((text for name, text in tags.items() if name.lower() == "comment"), None)

"""What runs inside a worker process: one file at a time, from a pipe and back into it.

This module imports only the standard library at its top: a worker settles how many threads NumPy
may start before NumPy is loaded.
"""

import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from importlib import import_module
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vibelux.errors import AudioError, VibeluxError
from vibelux.music.reading_errors import code_of, reason_of

if TYPE_CHECKING:
    from vibelux.music.emotion import SongAnalysis

HASH_BYTES = 20

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Variables that say how many threads numerical libraries start."""

MUSIC = f"{__name__}:load_music_model"
"""The factory of the music model."""

Analyse = Callable[[Path], "SongAnalysis"]


@dataclass(frozen=True)
class Analyser:
    """What the workers load, named so that a fresh process can import it.

    Attributes:
        factory: ``module:name`` of a function; called once in each worker with ``model_path``, it
            returns a function from a file's path to its `SongAnalysis`.
        model: id of the model that it uses, as songs carry it.
        model_path: the ONNX file, or None for the shipped one.

    """

    factory: str
    model: str
    model_path: Path | None = None

    def load(self) -> Analyse:
        """Import and call the factory."""
        module, _, name = self.factory.partition(":")
        analyse: Analyse = getattr(import_module(module), name)(self.model_path)
        return analyse


@dataclass(frozen=True)
class Job:
    """A file to analyse.

    Attributes:
        key: the caller's number for it.
        path: of the file.
        known: hashes of contents that need no analysis.

    """

    key: int
    path: Path
    known: frozenset[bytes] = frozenset()


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Attributes:
        job: as it was given.
        content_hash: BLAKE2b of the file [20 bytes]; None if it could not be read to the end.
        values: the catalogue's columns of tags and analysis; empty if the content is known or the
            file failed.
        tags: those of a file whose content is known, read again: they may come from its name.
        reason_code: one word as in `AudioError.code`, or None.
        reason: a sentence, or None.

    """

    job: Job
    content_hash: bytes | None = None
    values: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, Any] = field(default_factory=dict)
    reason_code: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Ready:
    """A worker has loaded its model."""


@dataclass(frozen=True)
class NotReady:
    """A worker could not load its model for want of memory or of a disk, and ends.

    Attributes:
        reason: a clause.

    """

    reason: str


@dataclass(frozen=True)
class Hashed:
    """A worker has read its file to the end, and analyses it now.

    Attributes:
        content_hash: see `Outcome`.

    """

    content_hash: bytes


Message = Ready | NotReady | Hashed | Outcome | VibeluxError
"""What a worker sends."""


def music_analyser(model_path: Path | None = None) -> Analyser:
    """Return the analyser of the music model.

    Args:
        model_path: the ONNX file, or None for the shipped one.

    Raises:
        ModelError: the model's card is missing or unreadable.

    """
    from vibelux.models import WEIGHTS, Card

    # The card alone: the process that supervises stays small without ONNX Runtime.
    card = Card.read((model_path or WEIGHTS / "music.onnx").with_suffix(".json"))
    return Analyser(MUSIC, card.model_id, model_path)


def load_music_model(model_path: Path | None) -> Analyse:
    """Load the music model on one thread and return its analysis."""
    from vibelux.models import load_model

    # Loading takes more memory than anything after it: what decodes sound is imported later.
    model = load_model("music", model_path, threads=1)
    from vibelux.music.emotion import MusicModel

    return MusicModel(model).analyse


def work(connection: Connection, analyser: Analyser) -> None:
    """Answer jobs until the pipe or the parent is gone.

    Sends `Ready`, or why not, then for every `Job` an `Outcome`, with `Hashed` before it where the
    file needs an analysis.
    """
    # The parent decides what Ctrl-C means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in THREADS:
        os.environ.setdefault(name, "1")  # there is a worker for each core already
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        try:
            analyse = analyser.load()
        except VibeluxError as error:
            connection.send(error)
            return
        except (MemoryError, OSError) as error:
            connection.send(NotReady(f"{type(error).__name__}: {error}"))
            return
        except Exception as error:
            text = f"a worker cannot load {analyser.factory}: {type(error).__name__}: {error}"
            connection.send(VibeluxError(text))
            return
        connection.send(Ready())

        def begun(content_hash: bytes) -> None:
            connection.send(Hashed(content_hash))

        while True:
            connection.send(outcome_of(connection.recv(), analyse, analyser.model, on_hash=begun))
    except (EOFError, OSError):
        return  # the parent closed the pipe


def outcome_of(
    job: Job, analyse: Analyse, model: str, *, on_hash: Callable[[bytes], None]
) -> Outcome | VibeluxError:
    """Analyse one file; a `VibeluxError` that is not an `AudioError` concerns all files.

    Args:
        job: the file.
        analyse: from its path.
        model: id of the model that does.
        on_hash: called with the file's hash before it is analysed.

    """
    content_hash = None
    try:
        content_hash = hash_of(job.path)
        if content_hash in job.known:
            return Outcome(job, content_hash, tags=_tags(job.path))
        on_hash(content_hash)
        return Outcome(job, content_hash, _values(job.path, analyse(job.path), model))
    except AudioError as error:
        # Who reads the reason has the path already.
        code, reason = error.code, str(error).removeprefix(f"cannot analyse {job.path}: ")
    except VibeluxError as error:
        return error
    except OSError as error:
        code, reason = code_of(error), reason_of(error)
    except MemoryError:
        code, reason = "killed", "there was not enough memory to analyse the file"
    except Exception as error:  # a bad song never stops a scan
        code, reason = "crashed", f"the analysis failed: {type(error).__name__}: {error}"
    # A name that is not text may be part of the reason; the catalogue keeps text only.
    reason = reason.encode("utf-8", "backslashreplace").decode("utf-8")
    return Outcome(job, content_hash, reason_code=code, reason=reason)


def hash_of(path: Path) -> bytes:
    """Return the BLAKE2b of a file's bytes [20 bytes].

    Raises:
        OSError: the file cannot be read.

    """
    digest = blake2b(digest_size=HASH_BYTES)
    with path.open("rb", buffering=0) as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.digest()


def _tags(path: Path) -> dict[str, Any]:
    from vibelux.library.tags import read_tags

    return read_tags(path).values()


def _values(path: Path, analysis: "SongAnalysis", model: str) -> dict[str, Any]:
    import numpy as np

    from vibelux.library.schema_blobs import EMBEDDING, MOMENT, REVISION, vector_blob
    from vibelux.library.tags import read_tags_and_sound

    if not np.isfinite(analysis.mood).all():
        raise AudioError("the model finds no mood in it", code="damaged")
    course = np.array(
        [
            (m.start, m.mood, m.valence, m.arousal, np.nan if m.tension is None else m.tension)
            for m in analysis.course
        ],
        MOMENT,
    )
    tags, sound = read_tags_and_sound(path)
    return tags.values() | {
        "sound_hash": sound,
        "duration": float(analysis.duration),
        "mood": vector_blob(analysis.mood),
        "valence": float(analysis.valence),
        "arousal": float(analysis.arousal),
        "tension": analysis.tension,
        "quadrant": vector_blob(analysis.quadrant),
        "embedding": vector_blob(analysis.embedding, EMBEDDING),
        "course": course.tobytes(),
        "loudness": analysis.loudness,
        "peak": analysis.peak,
        "model": model,
        "revision": REVISION,
    }


def _end_with_parent() -> None:
    """End this process when its parent ends, also in the middle of a file that hangs."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)

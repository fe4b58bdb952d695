"""Analysers that the workers of these tests load instead of the music model.

What a file says decides what happens: ``hang``, ``die``, ``abort``, ``bad``, ``bug``, ``nan``,
``model``; anything else is a song. Every call leaves a note in the folder given as ``model_path``.
"""

import io
import os
import signal
import time
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from vibelux.errors import AudioError, ModelError
from vibelux.music.reading_errors import unreadable


def mood_of(content: bytes) -> np.ndarray:
    """The mood that `analyser` gives to a file with this content."""
    weights = np.frombuffer(sha256(content).digest()[:7], np.uint8).astype(np.float32) + 1
    return weights / weights.sum()


def analyser(notes):
    def analyse(path):
        if notes is not None:
            (notes / f"pid-{os.getpid()}").touch()
            with (notes / "calls").open("ab") as file:
                file.write(path.name.encode("utf-8", "replace") + b"\n")
        content = Path(path).read_bytes()
        match content.split()[0] if content else b"":
            case b"hang":
                time.sleep(600)
            case b"die":
                os._exit(7)
            case b"abort":
                os.kill(os.getpid(), 9)
            case b"bad":
                raise AudioError(f"cannot analyse {path}: it is a picture", code="not_audio")
            case b"bug":
                raise RuntimeError(f"a mistake in {path.name}")
            case b"nan":
                return SimpleNamespace(mood=np.full(7, np.nan))
            case b"model":
                raise ModelError("the model does not fit")
        mood = mood_of(content)
        return SimpleNamespace(
            mood=mood,
            valence=0.25,
            arousal=-0.5,
            tension=0.75,
            quadrant=np.array([0.1, 0.2, 0.3, 0.4], np.float32),
            embedding=np.array([0.6, 0.8], np.float32),
            duration=12.5,
            course=(
                SimpleNamespace(start=0.0, mood=mood, valence=0.5, arousal=0.0, tension=0.5),
                SimpleNamespace(
                    start=7200.5, mood=mood[::-1], valence=0.0, arousal=-1.0, tension=None
                ),
            ),
            model="unused",
            loudness=-14.5,
            peak=-0.5,
        )

    return analyse


def slow(notes):
    """Like `analyser`, a tenth of a second a file."""
    inner = analyser(notes)

    def analyse(path):
        time.sleep(0.1)
        return inner(path)

    return analyse


def never_loads(notes):
    """Loads for longer than anybody waits."""
    time.sleep(600)


def no_model(notes):
    raise ModelError(f"there is no model at {notes}")


def broken(notes):
    raise ImportError("no such module")


def dies_at_once(notes):
    os._exit(3)


def on_a_bad_disk(notes):
    """Like `analyser`, from a disk that fails as `disk_fails` says."""
    inner, opened = analyser(notes), io.open

    def fault(path):
        try:
            what, number, *names = (notes / "fault").read_text().split()
        except FileNotFoundError:
            return None, None
        if names and Path(path).name not in names:
            return None, None
        return what, OSError(int(number), os.strerror(int(number)), str(path))

    class Torn(io.FileIO):
        def read(self, *_):
            raise fault(self.name)[1]

    def open_there(path, mode="r", *args, **options):
        if str(path).endswith(".mp3"):
            what, error = fault(path)
            if what == "open":
                raise error
            if what == "read":
                return Torn(path)
            while what == "hang":
                time.sleep(0.1)
        return opened(path, mode, *args, **options)

    io.open = open_there

    def analyse(path):
        what, error = fault(path)
        if what == "analyse":
            raise unreadable(path, error)
        if what == "kill":
            os.kill(os.getpid(), error.errno)
        if what == "memory":
            raise MemoryError
        return inner(path)

    return analyse


def disk_fails(notes, what, number=0, *names):
    """Let reading fail from now on.

    Args:
        notes: the folder given to the analyser.
        what: where: ``open``, ``read`` (in the middle), ``analyse`` (after the file was hashed),
            ``hang``, ``kill`` (a signal instead of an error), ``memory``; None: no more.
        number: of the error.
        names: of the files it concerns; default: all.

    """
    if what is None:
        (notes / "fault").unlink(missing_ok=True)
    else:
        (notes / "fault.part").write_text(" ".join([what, str(int(number)), *names]))
        (notes / "fault.part").replace(notes / "fault")


def dies_while_it_loads(notes):
    """Like `analyser`, but the first processes to load it die: as many as notes / "deaths" says."""
    (notes / f"start-{os.getpid()}").touch()
    if len(list(notes.glob("start-*"))) <= int((notes / "deaths").read_text()):
        os.kill(os.getpid(), signal.SIGKILL)
    return analyser(notes)


def out_of_memory_while_it_loads(notes):
    """Like `analyser`, but the first process that loads it has no memory."""
    (notes / f"start-{os.getpid()}").touch()
    if len(list(notes.glob("start-*"))) <= 1:
        raise MemoryError("no more")
    return analyser(notes)


def dies_once(notes):
    """Like `analyser`, but each song kills the first worker that hears it."""
    inner = analyser(notes)

    def analyse(path):
        mark = notes / f"died-{path.name}"
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return inner(path)

    return analyse


def heard(notes):
    """Names of the files that were analysed since the last call."""
    calls = notes / "calls"
    names = calls.read_text().split("\n")[:-1] if calls.exists() else []
    calls.unlink(missing_ok=True)
    return sorted(names)


def by_name(catalogue):
    return {song.path.name: song for song in catalogue.songs()}

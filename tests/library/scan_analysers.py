"""Analysers that the workers of these tests load instead of the music model.

What a file says decides what happens: ``hang``, ``die``, ``abort``, ``bad``, ``bug``, ``nan``,
``model``; anything else is a song. Every call leaves a note in the folder given as ``model_path``.
"""

import os
import time
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from vibelux.errors import AudioError, ModelError


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


def no_model(notes):
    raise ModelError(f"there is no model at {notes}")


def broken(notes):
    raise ImportError("no such module")


def dies_at_once(notes):
    os._exit(3)

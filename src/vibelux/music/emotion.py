"""The mood of a song: the average of the music model's answers for windows of its sound."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from vibelux.emotions import Mood, as_mood
from vibelux.errors import ModelError
from vibelux.models import Model, load_model
from vibelux.music.decode import decode_windows
from vibelux.music.spectrogram import MelSettings, log_mel

_OUTPUTS = ("mood", "quadrant", "valence", "arousal", "embedding")

_TENSION = "tension"
"""An output that earlier models lack."""

_BATCH = 4
"""Windows that go through the network together: more would cost memory and save no time on a
CPU."""


@dataclass(frozen=True)
class Moment:
    """One analysed window of a song.

    Attributes:
        start: in seconds.
        mood: [shape=(7,), dtype=float32].
        valence: in [-1, 1].
        arousal: in [-1, 1].
        tension: from calm (-1) to tense (1), or None if the model does not say.

    """

    start: float
    mood: Mood
    valence: float
    arousal: float
    tension: float | None = None


@dataclass(frozen=True)
class SongAnalysis:
    """What the music model finds in a song.

    Attributes:
        mood: [shape=(7,), dtype=float32], mean over the windows.
        valence: in [-1, 1], mean over the windows.
        arousal: in [-1, 1], mean over the windows.
        quadrant: [shape=(4,), dtype=float32] probabilities of Q1 to Q4, mean over the windows.
        embedding: [shape=(d,), dtype=float32] of length 1, for comparing sounds.
        duration: of the whole song, in seconds.
        course: the windows in the order of time.
        model: id of the model's card.
        tension: from calm (-1) to tense (1), mean over the windows, or None if the model does not
            say.
        loudness: integrated, of the windows, in LUFS; None for spectrograms, which keep no level.
        peak: of the windows' samples, in dBFS, or None.

    """

    mood: Mood
    valence: float
    arousal: float
    quadrant: NDArray[np.float32]
    embedding: NDArray[np.float32]
    duration: float
    course: tuple[Moment, ...]
    model: str
    tension: float | None = None
    loudness: float | None = None
    peak: float | None = None


class MusicModel:
    """The music model with the preprocessing that its card states.

    Args:
        model: of kind ``music``.

    Raises:
        ModelError: the card lacks a constant of the preprocessing, or one cannot be used.

    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.settings = MelSettings.from_card(model.card)
        constants = model.card.preprocessing
        try:
            self.window_seconds = float(constants["window_seconds"])
            self.max_windows = int(constants.get("max_windows", 3))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"the card of {model.card.model_id} lacks a usable window plan: {error}"
            ) from error
        if not (0.1 <= self.window_seconds <= 600 and 1 <= self.max_windows <= 1000):
            raise ModelError(
                f"the card of {model.card.model_id} plans {self.max_windows} windows of "
                f"{self.window_seconds:g} s; 1 to 1000 of 0.1 to 600 s can be used"
            )

    @classmethod
    def load(cls, path: Path | None = None, threads: int = 1) -> Self:
        """Load a music model, by default the shipped one.

        Raises:
            ModelError: as `vibelux.models.load_model`, or as the class.

        """
        return cls(load_model("music", path, threads=threads))

    def analyse(self, path: Path) -> SongAnalysis:
        """Analyse an audio file by the windows that the card plans.

        Raises:
            AudioError: as `vibelux.music.decode.decode_windows`.

        """
        return self.analyse_windows(path, max_windows=self.max_windows)[0]

    def analyse_windows(
        self, path: Path, *, max_windows: int
    ) -> tuple[SongAnalysis, NDArray[np.float32]]:
        """Analyse an audio file by any number of windows, and keep their spectrograms.

        Args:
            path: the audio file.
            max_windows: most windows; enough of them cover the whole song.

        Returns:
            analysis, and the log-mel spectrograms [shape=(k, n_mels, frames), dtype=float32, dB] of
            the windows in its course.

        Raises:
            AudioError: as `vibelux.music.decode.decode_windows`.

        """
        windows = decode_windows(
            path,
            sample_rate=self.settings.sample_rate,
            window_seconds=self.window_seconds,
            max_windows=max_windows,
        )
        decibels = log_mel(windows.samples, self.settings)
        analysis = self.analyse_log_mel(decibels, windows.starts.tolist(), windows.duration)
        loud = windows.loudness
        return replace(analysis, loudness=loud.integrated, peak=loud.peak), decibels

    def analyse_log_mel(
        self,
        log_mel: NDArray[np.float32],
        starts: Sequence[float] | NDArray[np.floating],
        duration: float,
    ) -> SongAnalysis:
        """Analyse windows that are already spectrograms.

        Args:
            log_mel: [shape=(k, n_mels, frames), dtype=float32, dB], k ≥ 1.
            starts: of the k windows, in seconds.
            duration: of the whole song, in seconds.

        Raises:
            ModelError: the windows do not fit the model, or its answer is not a number.

        """
        batches = [
            self.model.run(np.ascontiguousarray(log_mel[first : first + _BATCH], dtype=np.float32))
            for first in range(0, len(log_mel), _BATCH)
        ]
        card = self.model.card
        missing = [name for name in _OUTPUTS if not batches or name not in batches[0]]
        if missing:
            raise ModelError(f"{card.model_id} gives no {', '.join(missing)}")
        names = (*_OUTPUTS, *([_TENSION] if _TENSION in batches[0] else []))
        found = {name: np.concatenate([batch[name] for batch in batches]) for name in names}
        if not all(np.isfinite(values).all() for values in found.values()):
            raise ModelError(f"{card.model_id} answers with values that are not numbers")
        tension = found[_TENSION].tolist() if _TENSION in found else [None] * len(found["mood"])
        course = tuple(
            Moment(float(start), as_mood(mood), float(valence), float(arousal), tense)
            for start, mood, valence, arousal, tense in zip(
                starts, found["mood"], found["valence"], found["arousal"], tension, strict=True
            )
        )
        embedding = found["embedding"].mean(axis=0)
        return SongAnalysis(
            mood=as_mood(found["mood"].mean(axis=0)),
            valence=float(found["valence"].mean()),
            arousal=float(found["arousal"].mean()),
            quadrant=found["quadrant"].mean(axis=0),
            embedding=embedding / max(float(np.linalg.norm(embedding)), 1e-12),
            duration=float(duration),
            course=course,
            model=card.model_id,
            tension=float(found[_TENSION].mean()) if _TENSION in found else None,
        )

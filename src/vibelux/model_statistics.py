"""What is usual for a model's answers, as its card says: other answers are read against it.

`vibelux export` computes these figures on songs and faces that the model did not learn from, so
that they change with the model; the formulas are in `vibelux.training.song.statistics` and
`vibelux.training.face.statistics`. Here they are read, and nothing has a default: a card without
them is an error.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vibelux.emotions import EMOTIONS, Mood
from vibelux.errors import ModelError
from vibelux.models import Card, read_card
from vibelux.settings import Settings

LEAST_SHARE = 1e-4
"""Added to shares before their logarithm is taken."""

_WEIGHT = 1e3  # no weight and no sum of a face's doubt is as large
_SUM = 1e-3  # by which rounded shares may miss 1


@dataclass(frozen=True, eq=False)
class SongStatistics:
    """What is usual for a music model's answers.

    Attributes:
        affect: [shape=(7, 2), dtype=float32] valence and arousal in [-1, 1] that music of each
            emotion has, in the order of `EMOTIONS`.
        typical_mood: [shape=(7,), dtype=float32] mean mood of songs.
        mood_spread: deviation of a song's share of an emotion from that mean, > 0.
        clear: from which on a mood is called clear, in [0, 1]; as of
            `vibelux.recommend.confidence.Confidence`.
        steady: from which on a song is said to keep its mood, in [0, 1]; likewise.
        similar: cosine of two songs' embeddings from which on they are said to sound alike, in
            [0, 1].
        near_duplicate: cosine from which on they are taken for the same piece, in [0, 1].

    """

    affect: NDArray[np.float32]
    typical_mood: Mood
    mood_spread: float
    clear: float
    steady: float
    similar: float
    near_duplicate: float

    @classmethod
    def of(cls, card: Card) -> Self:
        """Read the statistics of a music model's card.

        Raises:
            ModelError: one is missing, or cannot be used.

        """
        return cls(
            affect=_array(card, "affect", (len(EMOTIONS), 2), least=-1).astype(np.float32),
            typical_mood=_mood(card, "typical_mood"),
            mood_spread=_number(card, "mood_spread"),
            clear=_number(card, "clear"),
            steady=_number(card, "steady"),
            similar=_number(card, "similar"),
            near_duplicate=_number(card, "near_duplicate"),
        )

    def as_json(self) -> dict[str, Any]:
        """Return them as a card holds them, rounded to four digits."""
        return {
            "affect": _rounded(self.affect),
            "typical_mood": _rounded(self.typical_mood),
            "mood_spread": _rounded(self.mood_spread),
            "clear": _rounded(self.clear),
            "steady": _rounded(self.steady),
            "similar": _rounded(self.similar),
            "near_duplicate": _rounded(self.near_duplicate),
        }


@dataclass(frozen=True, eq=False)
class FaceStatistics:
    """What is usual for a face model's answers.

    Attributes:
        usual_mood: [shape=(7,), dtype=float32] mean mood of faces.
        doubt: [shape=(8,), dtype=float64] weights of the logarithms of a mood's seven shares (each
            plus `LEAST_SHARE`) and of its entropy in nats, whose sum rises with the disagreement of
            people about a face.
        unsure: the sum from which on the mood of a face is not given.

    """

    usual_mood: Mood
    doubt: NDArray[np.float64]
    unsure: float

    @classmethod
    def of(cls, card: Card) -> Self:
        """Read the statistics of a face model's card.

        Raises:
            ModelError: one is missing, or cannot be used.

        """
        return cls(
            usual_mood=_mood(card, "usual_mood"),
            doubt=_array(card, "doubt", (len(EMOTIONS) + 1,), least=-_WEIGHT, most=_WEIGHT),
            unsure=float(_array(card, "unsure", (), least=-_WEIGHT, most=_WEIGHT)),
        )

    def is_unsure(self, mood: Mood) -> bool:
        """Say whether a mood [shape=(7,)] is one on which people would hardly agree."""
        return bool(doubt_features(mood[None])[0] @ self.doubt >= self.unsure)

    def as_json(self) -> dict[str, Any]:
        """Return them as a card holds them, rounded to four digits."""
        return {
            "usual_mood": _rounded(self.usual_mood),
            "doubt": _rounded(self.doubt),
            "unsure": _rounded(self.unsure),
        }


def doubt_features(moods: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return what the weights of `FaceStatistics.doubt` are for.

    Args:
        moods: [shape=(n, 7)].

    Returns:
        logarithms of the shares plus `LEAST_SHARE`, and minus their mean weighted by the shares,
        the entropy [shape=(n, 8), dtype=float64].

    """
    shares = moods.astype(np.float64)
    logarithms = np.log(shares + LEAST_SHARE)
    return np.column_stack([logarithms, -(shares * logarithms).sum(axis=1)])


class ModelStatistics:
    """What is usual for the models in use; each card is read when it is first asked for.

    Args:
        face_model: ONNX file of the face model; None: the shipped one.
        music_model: ONNX file of the music model; None: the shipped one.

    """

    def __init__(self, *, face_model: Path | None = None, music_model: Path | None = None) -> None:
        self._face_model, self._music_model = face_model, music_model

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the statistics of the models that the settings name."""
        return cls(face_model=settings.face_model, music_model=settings.music_model)

    @cached_property
    def faces(self) -> FaceStatistics:
        """Of the face model; ModelError if its card cannot be read or lacks one."""
        return FaceStatistics.of(read_card("face", self._face_model))

    @cached_property
    def songs(self) -> SongStatistics:
        """Of the music model; ModelError if its card cannot be read or lacks one."""
        return SongStatistics.of(read_card("music", self._music_model))


def _array(
    card: Card, name: str, shape: tuple[int, ...], *, least: float, most: float = 1
) -> NDArray[np.float64]:
    """Return numbers of a shape, each from `least` to `most`."""
    if name not in card.statistics:
        raise ModelError(
            f"the card of {card.model_id} has no {name!r} in its statistics; compute them with: "
            f"vibelux export statistics {card.name}.onnx"
        )
    value = card.statistics[name]
    try:
        numbers = np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if numbers.shape != shape or not ((numbers >= least) & (numbers <= most)).all():
        needed = "a number" if not shape else f"{' × '.join(map(str, shape))} numbers"
        raise ModelError(
            f"the card of {card.model_id} gives {name}={str(value)[:60]} in its statistics; "
            f"{needed} from {least:g} to {most:g} {'is' if not shape else 'are'} needed"
        )
    return numbers


def _number(card: Card, name: str) -> float:
    value = float(_array(card, name, (), least=0))
    if name == "mood_spread" and value == 0:
        raise ModelError(f"the card of {card.model_id} gives mood_spread=0 in its statistics")
    return value


def _mood(card: Card, name: str) -> Mood:
    mood = _array(card, name, (len(EMOTIONS),), least=0)
    if abs(float(mood.sum()) - 1) > _SUM:
        raise ModelError(
            f"the card of {card.model_id} gives {name}={card.statistics[name]} in its statistics; "
            "the seven must sum to 1"
        )
    return mood.astype(np.float32)


def _rounded(value: Any) -> Any:
    return np.round(np.asarray(value, dtype=np.float64), 4).tolist()

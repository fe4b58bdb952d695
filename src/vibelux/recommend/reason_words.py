"""Reasons in English: how the terminal and `Pick.reason` say the facts of `reasons`.

The page says the same in its own languages (`web/src/language`); tests/data/reasons.json, which
both test suites read, holds the English of both together.
"""

from collections.abc import Mapping, Sequence

from vibelux.recommend.reasons import (
    BestAvailable,
    Corrected,
    Energy,
    Fact,
    Liked,
    LikedArtist,
    LikedSimilar,
    Other,
    Random,
    Relates,
    Relation,
    SameArtist,
    Sounds,
    Step,
    Touch,
)

SOUNDS: Mapping[str, Mapping[Energy, str]] = {
    "angry": {"low": "brooding", "medium": "fierce", "high": "fierce and energetic"},
    "disgust": {"low": "sombre", "medium": "harsh", "high": "harsh and energetic"},
    "fear": {"low": "eerie", "medium": "uneasy", "high": "tense and driving"},
    "happy": {"low": "warm and gentle", "medium": "cheerful", "high": "cheerful and lively"},
    "neutral": {"low": "calm and gentle", "medium": "easy-going", "high": "lively"},
    "sad": {"low": "gloomy and slow", "medium": "melancholy", "high": "dark and driving"},
    "surprise": {"low": "dreamy", "medium": "playful", "high": "playful and lively"},
}
"""Strongest emotion and energy -> how the song sounds."""

NOUNS: Mapping[str, str] = {
    "angry": "anger",
    "disgust": "harshness",
    "fear": "unease",
    "happy": "joy",
    "neutral": "calm",
    "sad": "sadness",
    "surprise": "surprise",
}

_CLOSE: Mapping[Other, str] = {
    "you": "close to your mood",
    "aim": "close to this point of the journey",
    "song": "much the same mood",
}
_THAN: Mapping[Other, str] = {
    "you": "your mood",
    "aim": "this point of the journey",
    "song": "that song",
}
_STEPS: Mapping[Relation, str] = {
    "brighter": "a step brighter",
    "calmer": "a step calmer",
    "livelier": "a step livelier",
}


class Explained:
    """What has reasons, as facts, and says them in English."""

    reasons: list[Fact]

    @property
    def reason(self) -> str:
        """The reasons in English."""
        return in_words(self.reasons)


def in_words(facts: Sequence[Fact]) -> str:
    """Return one or two short sentences that say the facts, in their order."""
    first: list[str] = []
    then: list[str] = []
    for fact in facts:
        match fact:
            case Sounds():
                first.append(SOUNDS[fact.emotion][fact.energy])
            case Relates(relation="close"):
                first.append(_CLOSE[fact.to])
            case Relates():
                first.append(f"{fact.relation} than {_THAN[fact.to]}")
            case Step():
                first.append(_STEPS[fact.direction])
            case Touch():
                first.append(f"with a touch of {NOUNS[fact.emotion]}")
            case SameArtist():
                first.append("by the same artist")
            case Corrected():
                then.append("This is the mood that you gave it.")
            case BestAvailable():
                then.append(_best_available(fact))
            case Liked():
                then.append("You like it.")
            case LikedSimilar():
                then.append(f"You liked {_songs(fact.songs)} like this.")
            case LikedArtist():
                then.append(f"You liked {_songs(fact.songs)} by {fact.artist}.")
            case Random():
                then.append("Picked by chance.")
    sentence = ", ".join(first)
    return " ".join([f"{sentence[:1].upper()}{sentence[1:]}.", *then] if first else then)


def _best_available(fact: BestAvailable) -> str:
    held = "no" if fact.songs == 0 else "few"
    return f"Your library holds {held} {_ADJECTIVES[fact.emotion]} songs."


_ADJECTIVES: Mapping[str, str] = {
    "angry": "angry",
    "disgust": "harsh",
    "fear": "uneasy",
    "happy": "happy",
    "neutral": "calm",
    "sad": "sad",
    "surprise": "surprising",
}


def _songs(number: int) -> str:
    return "a song" if number == 1 else f"{number} songs"

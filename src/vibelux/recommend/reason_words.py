"""Reasons in words: how the terminal and `Pick.reason` say the facts of `reasons`.

One sentence: how the song sounds, and how that relates to the listener. At most one more: what the
listener liked or gave it, or an honest caveat.

The page does the same (`web/src/listen/reason.ts`) with the same words (`vibelux.language`);
tests/data/reasons.json, which both test suites read, holds both languages of both together.
"""

from collections.abc import Mapping, Sequence

from vibelux.circumplex import Energy
from vibelux.language import Words, sentence, words_of
from vibelux.recommend.fit import DARK
from vibelux.recommend.reasons import (
    BestAvailable,
    Corrected,
    Fact,
    Liked,
    LikedArtist,
    LikedSimilar,
    Random,
    Relates,
    Relation,
    SameArtist,
    Step,
    Touch,
)
from vibelux.recommend.song_sound import Sounds

_ENERGY: Mapping[Relation, Energy] = {"calmer": "low", "livelier": "high"}
"""Relation -> the energy of songs that are so."""

_UNLIKELY: Mapping[Relation, Sequence[str]] = {
    "brighter": (*DARK, "sad"),
    "darker": ("happy", "surprise"),
}
"""Relation -> emotions of songs that one does not expect to be so."""


class Explained:
    """What has reasons, as facts, and says them in English.

    Attributes:
        reasons: the facts.
        suits: it is of the mood that was looked for, where one was.

    """

    reasons: list[Fact]
    suits: bool = True

    @property
    def reason(self) -> str:
        """The reasons in English."""
        return in_words(self.reasons)


def in_words(facts: Sequence[Fact], words: Words | None = None, *, alone: bool = True) -> str:
    """Return one or two short sentences that say the facts.

    Args:
        facts: as in `vibelux.recommend.reasons`, each kind at most once.
        words: of the language; None: English.
        alone: the song does not stand in a list, which shows its artist, and says once for all
            songs what the library lacks.

    """
    words = words or words_of("en")
    sounds: Sounds | None = None
    direction: Relation = "close"
    relation = touch = ""
    tail: list[str] = []
    more: list[str] = []
    for fact in facts:
        match fact:
            case Sounds():
                sounds = fact
            case Relates():
                direction = fact.relation
                relation = words.text(f"reasons.relation.{fact.to}.{direction}")
            case Step():
                direction = fact.direction
                relation = words.text(f"reasons.step.{direction}")
            case Touch():
                touch = words.text("reasons.touch", noun=words.text(f"nouns.{fact.emotion}"))
            case SameArtist() if alone:
                tail.append(words.text("reasons.same_artist"))
            case Random():
                tail.append(words.text("reasons.random"))
            case Corrected() | Liked():
                more.append(words.text(f"reasons.{fact.kind}"))
            case LikedSimilar() | LikedArtist():
                values = {"artist": fact.artist} if isinstance(fact, LikedArtist) else {}
                count = words.count(fact.songs)
                key = f"reasons.{fact.kind}"
                more.append(words.of_number(key, fact.songs, songs=count, **values))
            case BestAvailable() if alone:
                kind = words.text(f"songs_of.{fact.emotion}")
                more.append(words.of_number(f"reasons.{fact.kind}", fact.songs, kind=kind))
    sound = "" if sounds is None else _sound_beside(sounds, direction, words)
    if sound and sounds is not None and _contrast(sounds, direction):
        relation = words.text("reasons.but", relation=relation)
    first = [f"{sound} {touch}", relation] if sound and touch else [sound, relation, touch]
    said = sentence(", ".join(filter(None, [*first, *tail])))
    return " ".join(filter(None, [said, *more[:1]]))


def sound_in_words(sounds: Sounds, words: Words) -> str:
    """Return how a song sounds in one or two words: ``"gloomy and slow"``."""
    return _joined(_adjectives(sounds, words), words)


def _adjectives(sounds: Sounds, words: Words) -> list[str]:
    tension = "tense" if sounds.tense else "plain"
    return words.list(f"sounds.{sounds.emotion}.{sounds.energy}.{tension}")


def _joined(adjectives: list[str], words: Words) -> str:
    return words.both(*adjectives) if len(adjectives) == 2 else adjectives[0]


def _sound_beside(sounds: Sounds, direction: Relation, words: Words) -> str:
    """Return how a song sounds, but for what its relation says: no "lively, livelier than you"."""
    if _ENERGY.get(direction) != sounds.energy:
        return sound_in_words(sounds, words)
    return "" if sounds.emotion == "neutral" else _adjectives(sounds, words)[0]


def _contrast(sounds: Sounds, direction: Relation) -> bool:
    """Return whether a relation is the opposite of what the sound lets one expect."""
    if direction in _ENERGY:
        return {_ENERGY[direction], sounds.energy} == {"low", "high"}
    return direction in _UNLIKELY and sounds.emotion in _UNLIKELY[direction]

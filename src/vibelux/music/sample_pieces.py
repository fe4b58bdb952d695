"""The 21 sample pieces: which musical means carry which emotion, and three scores for each.

What listeners hear as an emotion depends on how music is made and played. The means below follow
two reviews of a century of experiments:

* J&L: Juslin & Laukka (2003), Communication of emotions in vocal expression and music performance:
  different channels, same code? Psychological Bulletin 129(5), table 11.
* G&L: Gabrielsson & Lindström (2010), The role of structure in the musical expression of emotions,
  in: Juslin & Sloboda (eds.), Handbook of Music and Emotion, ch. 14.

and, for the two that they barely cover,

* S&O: Scherer & Oshinsky (1977), Cue utilization in emotion attribution from auditory stimuli,
  Motivation and Emotion 1(4).

| emotion | tempo | mode, harmony | level | register |
| --- | --- | --- | --- | --- |
| angry | fast | phrygian, minor, tritones | loud | low to middle |
| disgust | slow | locrian, diminished, drones | middle | low |
| fear | fast or halting | diminished, locrian, clusters | soft, sudden outbursts | high |
| happy | fast | major, consonant | middle to loud | high |
| neutral | middle | dorian, mixolydian | middle | middle |
| sad | slow | minor | soft | low |
| surprise | fast | whole-tone, lydian, sudden keys | sudden outbursts | high, wide |

| emotion | articulation, attack | timbre | melody, rhythm |
| --- | --- | --- | --- |
| angry | short, hard accents | bright, distorted | leaps, complex rhythm |
| disgust | round, held | many partials, rough | narrow, uneven |
| fear | staccato, tremolo | dull, shivering | rising, halting, with pauses |
| happy | light staccato | bright, plucked | rising, flowing |
| neutral | even | plain | small steps, regular |
| sad | legato, slow attack | dark, vibrato | falling, narrow |
| surprise | sharp | bells, brass | large leaps, rests |

Sources by row: angry, fear, happy, sad: J&L and G&L; surprise, disgust: S&O (fast, high, wide and
sharp; slow, narrow, round and rich in partials), mode and rhythm are our choice; neutral: the
middle of every scale, our choice. Music conveys disgust and surprise poorly, also to people.
"""

from dataclasses import dataclass

MODES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "diminished": (0, 2, 3, 5, 6, 8, 9, 11),
    "whole-tone": (0, 2, 4, 6, 8, 10),
}
"""Semitones above the tonic of each degree."""


@dataclass(frozen=True)
class Character:
    """How pieces of one emotion are played; the columns of the table above, in numbers.

    Attributes:
        loudness: of the finished piece, LUFS (ITU-R BS.1770).
        articulation: part of a note's time that it sounds; above 1 notes overlap.
        brightness: added to the spectra, as of `instruments.tone`.
        timing: standard deviation of the onsets, seconds.
        accent: how much louder strong beats are, 0 to 1.
        leap: typical step of the melody, scale degrees.
        contour: drift of the melody, scale degrees a note; negative falls.
        reverb: decay time of the room, seconds.

    """

    loudness: float
    articulation: float
    brightness: float
    timing: float
    accent: float
    leap: float
    contour: float
    reverb: float


CHARACTERS: dict[str, Character] = {
    "angry": Character(-13.0, 0.62, 0.3, 0.004, 0.35, 2.6, 0.15, 0.5),
    "disgust": Character(-18.0, 1.0, 0.1, 0.012, 0.15, 0.9, -0.1, 0.9),
    "fear": Character(-21.0, 0.5, -0.2, 0.014, 0.4, 1.6, 0.2, 2.2),
    "happy": Character(-15.0, 0.6, 0.1, 0.003, 0.2, 1.6, 0.15, 0.9),
    "neutral": Character(-18.0, 0.85, 0.0, 0.003, 0.1, 1.0, 0.0, 0.9),
    "sad": Character(-20.0, 1.08, -0.2, 0.012, 0.1, 1.1, -0.3, 2.4),
    "surprise": Character(-16.0, 0.55, 0.2, 0.005, 0.4, 3.6, 0.3, 1.4),
}


@dataclass(frozen=True)
class Piece:
    """One score, as a musician would write it on a napkin.

    Attributes:
        emotion: what it is meant to express.
        number: 1 to 3 within the emotion; with the emotion it seeds what is left open.
        tempo: beats a minute.
        beats: beats a bar.
        bars: length; the first is an introduction, the last one holds the final chord.
        tonic: MIDI note number near middle C (60).
        mode: a key of `MODES`.
        chords: scale degree (0 = tonic) of each bar's chord, repeated as needed.
        lead: instrument of the melody.
        octave: of the melody, relative to the tonic's.
        rhythms: of the melody's two motifs: the beats of each note in a bar, negative for a rest.
        harmony: instrument of the accompaniment.
        figure: how it plays a chord; a key of `composition.FIGURES`.
        bass: instrument of the bass, or "" for none.
        drums: stroke -> pattern of a bar, ``x`` loud, ``o`` soft, ``.`` none; 4 steps a beat.
        dynamics: ``even``, ``arch``, ``rise`` or ``sudden``.
        shifts: transposition of each bar in semitones, repeated as needed.

    """

    emotion: str
    number: int
    tempo: float
    beats: int
    bars: int
    tonic: int
    mode: str
    chords: tuple[int, ...]
    lead: str
    octave: int
    rhythms: tuple[tuple[float, ...], tuple[float, ...]]
    harmony: str
    figure: str
    bass: str
    drums: tuple[tuple[str, str], ...] = ()
    dynamics: str = "even"
    shifts: tuple[int, ...] = (0,)

    @property
    def name(self) -> str:
        """Title, such as ``Sample happy 1``."""
        return f"Sample {self.emotion} {self.number}"

    @property
    def character(self) -> Character:
        """How it is played."""
        return CHARACTERS[self.emotion]


_ROCK = (
    ("kick", "x.....x.x......."),
    ("snare", "....x.......x..."),
    ("hat", "x.o.x.o.x.o.x.o."),
)
_DRIVE = (("kick", "x.xx..x.x.xx..x."), ("snare", "....x.......x..x"), ("hat", "x.x.x.x.x.x.x.x."))
_POP = (("kick", "x.......x.x....."), ("snare", "....o.......o..."), ("shaker", "x.o.x.o.x.o.x.o."))

PIECES: tuple[Piece, ...] = (
    # angry: fast, loud, distorted, phrygian seconds and tritones
    Piece(
        *("angry", 1, 152, 4, 16, 52, "phrygian", (0, 0, 1, 0, 0, 5, 1, 1), "overdrive", 1),
        rhythms=((0.5, 0.5, -0.5, 0.5, 0.5, 0.5, 1), (0.75, 0.75, 0.5, 0.5, 0.5, 0.5, 0.5)),
        harmony="overdrive",
        figure="riff",
        bass="bass",
        drums=_DRIVE,
    ),
    Piece(
        *("angry", 2, 138, 4, 14, 50, "harmonic minor", (0, 0, 5, 4, 0, 3, 6, 4), "brass", 1),
        rhythms=((1, 0.5, 0.5, 1, 0.5, 0.5), (0.5, 0.5, 0.5, 0.5, 1.5, 0.5)),
        harmony="spiccato",
        figure="gallop",
        bass="overdrive",
        drums=(
            ("tom", "x..xx..xx..xx.xx"),
            ("snare", "............x.xx"),
            ("crash", "x..............."),
        ),
        dynamics="rise",
    ),
    Piece(
        *("angry", 3, 168, 7, 11, 54, "locrian", (0, 0, 1, 0, 4, 1), "screech", 0),
        rhythms=((0.5, 0.5, 1, 0.5, 0.5, 1, 1, 1, 1), (1.5, 0.5, 1, 1, 0.5, 0.5, 1, 1)),
        harmony="overdrive",
        figure="riff",
        bass="overdrive",
        drums=(
            ("kick", "x..xx...x..xx...x.x.x..."),
            ("snare", "....x.......x.......x..."),
            ("crash", "x..........................."),
        ),
    ),
    # disgust: slow, narrow, rough, uneven
    Piece(
        *("disgust", 1, 66, 5, 5, 45, "locrian", (0, 1, 0, 4, 0), "murk", 1),
        rhythms=((1.5, 0.5, 1, 2), (1, 1, 0.5, 0.5, 2)),
        harmony="gurgle",
        figure="drone",
        bass="murk",
        drums=(("tom", "x.........o........."),),
    ),
    Piece(
        *("disgust", 2, 76, 7, 4, 47, "diminished", (0, 1, 0, 1), "gurgle", 1),
        rhythms=((1.5, 1.5, 0.5, 0.5, 3), (1, 0.5, 0.5, 2, -1, 2)),
        harmony="murk",
        figure="drone",
        bass="gurgle",
        drums=(("shaker", "x.......o.....o.......o....."),),
    ),
    Piece(
        *("disgust", 3, 58, 3, 8, 43, "phrygian", (0, 1, 0, 4, 1, 0), "clarinet", 1),
        rhythms=((1.5, 0.5, 1), (1, 0.25, 0.25, 1.5)),
        harmony="murk",
        figure="lurch",
        bass="gurgle",
    ),
    # fear: high, soft, shivering, with pauses and sudden strokes
    Piece(
        *("fear", 1, 126, 4, 12, 58, "diminished", (0, 1, 0, 2, 1, 3), "celesta", 1),
        rhythms=((0.5, 0.5, -1, 0.5, 0.5, -1), (-1, 0.25, 0.25, 0.5, -2)),
        harmony="shiver",
        figure="pad",
        bass="contrabass",
        drums=(("tom", "o.o............."),),
        dynamics="sudden",
    ),
    Piece(
        *("fear", 2, 144, 5, 10, 57, "locrian", (0, 0, 1, 0, 4, 1), "spiccato", 1),
        rhythms=((0.5, 0.5, 0.5, 0.5, -3), (-1, 0.5, 0.5, 0.5, 0.5, -2)),
        harmony="spiccato",
        figure="ticking",
        bass="contrabass",
        drums=(("click", "o...o...o...o...o..."),),
        dynamics="rise",
    ),
    Piece(
        *("fear", 3, 72, 4, 7, 61, "diminished", (0, 1, 2, 1), "flute", 1),
        rhythms=((1.5, 0.25, 0.25, -2), (-1, 0.5, 0.5, 1, -1)),
        harmony="shiver",
        figure="cluster",
        bass="contrabass",
        drums=(("kick", "x..o............"),),
        dynamics="sudden",
    ),
    # happy: fast, major, plucked, rising
    Piece(
        *("happy", 1, 132, 4, 13, 60, "major", (0, 3, 4, 0, 5, 3, 4, 4), "marimba", 1),
        rhythms=((0.5, 0.5, 1, 0.5, 0.5, 1), (1, 0.5, 0.5, 0.5, 0.5, 1)),
        harmony="guitar",
        figure="offbeat",
        bass="bass",
        drums=_POP,
    ),
    Piece(
        *("happy", 2, 168, 3, 22, 67, "major", (0, 0, 3, 4, 0, 5, 1, 4), "flute", 1),
        rhythms=((1, 0.5, 0.5, 1), (0.5, 0.5, 0.5, 0.5, 1)),
        harmony="piano",
        figure="waltz",
        bass="bass",
        drums=(("click", "....o...o..."), ("shaker", "x.....o.....")),
    ),
    Piece(
        *("happy", 3, 120, 4, 12, 62, "mixolydian", (0, 6, 3, 0, 0, 3, 4, 4), "epiano", 1),
        rhythms=((0.75, 0.75, 0.5, 0.5, 0.5, 1), (0.5, 1, 0.5, 0.75, 0.75, 0.5)),
        harmony="guitar",
        figure="strum",
        bass="bass",
        drums=_ROCK,
        dynamics="arch",
    ),
    # neutral: the middle of everything
    Piece(
        *("neutral", 1, 96, 4, 9, 60, "mixolydian", (0, 3, 6, 3), "epiano", 0),
        rhythms=((1, 1, 1, 1), (1, 0.5, 0.5, 2)),
        harmony="organ",
        figure="pad",
        bass="bass",
        drums=(("shaker", "o...o...o...o..."),),
    ),
    Piece(
        *("neutral", 2, 104, 4, 10, 57, "dorian", (0, 3, 0, 6), "clarinet", 0),
        rhythms=((1, 1, 0.5, 0.5, 1), (2, 1, 1)),
        harmony="piano",
        figure="arpeggio",
        bass="bass",
    ),
    Piece(
        *("neutral", 3, 92, 3, 12, 62, "dorian", (0, 6, 3, 0), "guitar", 0),
        rhythms=((1, 1, 1), (1, 0.5, 0.5, 1)),
        harmony="harp",
        figure="alberti",
        bass="bass",
    ),
    # sad: slow, minor, soft, falling
    Piece(
        *("sad", 1, 56, 4, 6, 57, "minor", (0, 5, 2, 4, 3), "cello", 0),
        rhythms=((1.5, 0.5, 1, 1), (1, 1, 2)),
        harmony="piano",
        figure="arpeggio",
        bass="contrabass",
        dynamics="arch",
    ),
    Piece(
        *("sad", 2, 63, 3, 9, 52, "harmonic minor", (0, 3, 4, 0, 5, 3, 4), "piano", 1),
        rhythms=((2, 1), (1, 0.5, 0.5, 1)),
        harmony="strings",
        figure="pad",
        bass="",
    ),
    Piece(
        *("sad", 3, 50, 4, 5, 55, "dorian", (0, 6, 3, 0), "clarinet", 0),
        rhythms=((2, 0.5, 0.5, 1), (1, 1, 2)),
        harmony="harp",
        figure="alberti",
        bass="contrabass",
        dynamics="arch",
    ),
    # surprise: leaps, stops, sudden keys
    Piece(
        *("surprise", 1, 138, 4, 14, 62, "whole-tone", (0, 1, 2, 0), "celesta", 1),
        rhythms=((0.25, 0.25, 0.25, 0.25, 1, -1, 1), (-2, 0.25, 0.25, 0.5, 1)),
        harmony="brass",
        figure="stabs",
        bass="",
        drums=(("crash", "x..............."), ("click", "......x...x..x..")),
        dynamics="sudden",
        shifts=(0, 0, 4, 4, 1, 1, 8, 8),
    ),
    Piece(
        *("surprise", 2, 160, 3, 22, 65, "lydian", (0, 1, 0, 4, 2, 1), "bells", 1),
        rhythms=((0.5, 0.5, 0.5, -1.5), (-1, 0.5, 0.5, 1)),
        harmony="spiccato",
        figure="stabs",
        bass="bass",
        drums=(("tom", "x.......x.x."), ("shaker", "..x..x......")),
        dynamics="sudden",
        shifts=(0, 0, 0, 3, 3, 8, 8, 4),
    ),
    Piece(
        *("surprise", 3, 116, 4, 11, 60, "lydian", (0, 0, 1, 4, 1, 6), "brass", 1),
        rhythms=((0.5, -0.5, 0.25, 0.25, 0.5, -2), (1.5, -0.5, 0.25, 0.25, 0.5, 1)),
        harmony="harp",
        figure="sweep",
        bass="bass",
        drums=(("snare", "............ooxx"), ("crash", "x...............")),
        dynamics="sudden",
        shifts=(0, 3, 0, 6, 0, 8),
    ),
)
"""Three for each emotion, in the order of `vibelux.emotions.EMOTIONS`."""

"""Which musical means carry which emotion: the character of the sample pieces, in numbers.

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
| angry | fast | phrygian, locrian, tritones | loud | low to middle |
| disgust | slow | locrian, diminished, drones | middle | low |
| fear | fast or halting | diminished, locrian, clusters | soft, outbursts | low and shrill |
| happy | fast | major, consonant | middle to loud | high |
| neutral | middle | dorian, mixolydian | middle | middle |
| sad | slow | harmonic minor | soft | low |

| emotion | articulation, attack | timbre | melody, rhythm |
| --- | --- | --- | --- |
| angry | short, hard accents | rough, distorted | complex rhythm, dense drums |
| disgust | round, held | many partials, rough | narrow, uneven |
| fear | staccato, tremolo | shivering, noise of bow and wind | halting, with pauses |
| happy | light staccato | bright, plucked | rising, flowing, swinging |
| neutral | even, held | soft | small steps, regular |
| sad | legato | dark, vibrato | falling, narrow |

Sources by row: angry, fear, happy, sad: J&L and G&L; disgust: S&O (slow, narrow, round and rich in
partials), mode and rhythm are our choice; neutral: the middle of every scale, our choice. Music
conveys disgust and surprise poorly, also to people: there is no piece for surprise.

| emotion | style that it is at home in | how it is produced |
| --- | --- | --- |
| angry | metal, hardcore, industrial | guitars clipped together, double kick, growls, compressed |
| disgust | lurching electronics | detuned, murky |
| fear | music of horror films | tremolo strings, scrapes, wind, distant blows, large hall |
| happy | swing, jump blues, polka | banjo, clarinet, brass, hand claps, dry room |
| neutral | ambient | soft keys, slow strings, little treble |
| sad | ballads of old records | a voice or a piano, few chords, the record's noise |

The styles are our choice. Their tonal balances are rounded averages of the recordings that the
music model rates highest for each emotion, among those that it has not learnt from (clips of 4QAED:
Panda, Malheiro & Paiva 2018, Novel audio features for music emotion recognition, IEEE Transactions
on Affective Computing 11(4)).

The pieces show what VibeluX does. They were arranged and chosen with the music model's answers in
view, so they say nothing about how well it judges other music.
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
        brightness: added to the spectra, as in `instruments.tone`.
        timing: standard deviation of the onsets, seconds.
        accent: how much louder strong beats are, 0 to 1.
        leap: typical step of the melody, scale degrees.
        contour: drift of the melody, scale degrees a note; negative falls.
        reverb: decay time of the room, seconds.
        gain: of the guitars' amplifier; above 4 it distorts.
        air: level of the noise of room and tape, dB below the music.
        squeeze: ratio of the compressor; 1 leaves the dynamics alone.
        balance: tonal balance, dB at `mixing.OCTAVES`.

    """

    loudness: float
    articulation: float
    brightness: float
    timing: float
    accent: float
    leap: float
    contour: float
    reverb: float
    gain: float
    air: float
    squeeze: float
    balance: tuple[float, ...]


CHARACTERS: dict[str, Character] = {
    "angry": Character(
        -13.0, 0.8, 0.3, 0.004, 0.2, 2.0, 0.0, 0.5,
        gain=16.0, air=-25.0, squeeze=2.5, balance=(14, 15, 8, 2, -1, 0, 0, -12, -24),
    ),
    "disgust": Character(
        -18.0, 1.0, 0.1, 0.02, 0.15, 0.9, -0.1, 0.9,
        gain=3.0, air=-34.0, squeeze=1.3, balance=(18, 18, 14, 9, 3, -3, -10, -20, -34),
    ),
    "fear": Character(
        -19.0, 0.8, 0.1, 0.014, 0.4, 1.6, 0.2, 2.2,
        gain=4.0, air=-24.0, squeeze=1.6, balance=(17, 15, 8, 1, -2, 0, -1, -10, -24),
    ),
    "happy": Character(
        -15.0, 0.55, 0.2, 0.006, 0.2, 1.8, 0.15, 0.4,
        gain=2.0, air=-36.0, squeeze=1.2, balance=(13, 16, 13, 9, 4, 0, -6, -21, -36),
    ),
    "neutral": Character(
        -18.0, 1.0, -0.1, 0.006, 0.1, 1.0, 0.0, 1.6,
        gain=1.0, air=-42.0, squeeze=1.5, balance=(26, 27, 29, 25, 12, -4, -20, -33, -48),
    ),
    "sad": Character(
        -20.0, 0.95, 0.0, 0.014, 0.2, 1.1, -0.3, 0.8,
        gain=1.0, air=-33.0, squeeze=1.0, balance=(14, 18, 18, 12, 4, 0, -6, -17, -34),
    ),
}  # fmt: skip

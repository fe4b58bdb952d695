"""The sample pieces: their scores, after the table in `vibelux.samples.characters`.

Only pieces that the shipped music model hears as they are labelled are here; a test holds them to
it. Anger is not among the labels: the model hears the metal as fear.
"""

from dataclasses import dataclass, field

from vibelux.samples.characters import CHARACTERS, Character


@dataclass(frozen=True)
class Piece:
    """One score, as a musician would write it on a napkin.

    Attributes:
        played: which emotion's character it is played with, a key of `CHARACTERS`.
        number: within the character; with it, it seeds what is left open.
        tempo: beats a minute.
        beats: beats a bar.
        bars: length; the first is an introduction, the last one holds the final chord.
        tonic: MIDI note number near middle C (60).
        mode: a key of `MODES`.
        chords: scale degree (0 = tonic) of each bar's chord, repeated as needed.
        lead: instrument of the melody.
        octave: of the melody, relative to the tonic's.
        title: how it sounds, in two or three words.
        found: the emotion that the music model finds most of.
        rhythms: of the melody's two motifs: the beats of each note in a bar, negative for a rest.
        harmony: instrument of the accompaniment.
        figure: how it plays a chord; a key of `composition.FIGURES`.
        bass: instrument of the bass, or "" for none.
        drums: stroke -> pattern of a bar, ``x`` loud, ``o`` soft, ``.`` none; 4 steps a beat.
        dynamics: ``even``, ``arch``, ``rise`` or ``sudden``.
        shifts: transposition of each bar in semitones, repeated as needed.
        more: further accompaniments: instrument and figure.
        line: how the bass moves: ``half``, ``hold``, ``walk`` or ``drive``.
        swing: how late off-beats come, in beats.
        levels: of lead, harmony, bass and drums, 1 as usual.

    """

    played: str
    number: int
    tempo: float
    beats: int
    bars: int
    tonic: int
    mode: str
    chords: tuple[int, ...]
    lead: str
    octave: int
    title: str = field(kw_only=True)
    found: str = field(kw_only=True)
    rhythms: tuple[tuple[float, ...], tuple[float, ...]]
    harmony: str
    figure: str
    bass: str
    drums: tuple[tuple[str, str], ...] = ()
    dynamics: str = "even"
    shifts: tuple[int, ...] = (0,)
    more: tuple[tuple[str, str], ...] = ()
    line: str = "half"
    swing: float = 0.0
    levels: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)

    @property
    def character(self) -> Character:
        """How it is played."""
        return CHARACTERS[self.played]


_SWING = (
    ("kick", "o...o...o...o..."),
    ("brush", "o.o.x.o.o.o.x.o."),
    ("ride", "x...x.x.x...x.x."),
    ("hat", "....x.......x..."),
)
_POP = (
    ("kick", "x.....x.x......."),
    ("snare", "....x.......x..o"),
    ("clap", "....x.......x..."),
    ("hat", "x.o.x.o.x.o.x.o."),
    ("ride", "x...x.x.x...x.x."),
)
_POLKA = (
    ("kick", "x...x..."),
    ("snare", "..x...x."),
    ("clap", "..x...x."),
    ("open", "..o...o."),
    ("hat", "x.x.x.x."),
)
_BLAST = (
    ("kick", "x.xxx.xxx.xxx.xx"),
    ("snare", "....x.......x..x"),
    ("hat", "x.x.x.x.x.x.x.x."),
    ("crash", "x...x...x...x..."),
)

PIECES: tuple[Piece, ...] = (
    # angry: metal and industrial: distorted power chords, double kick, phrygian seconds, tritones
    Piece(
        *("angry", 1, 176, 4, 17, 52, "phrygian", (0, 0, 1, 0, 0, 5, 1, 1), "growl", 0),
        title="Fast metal",
        found="fear",
        rhythms=((0.5, 0.5, 0.5, 0.5, 1, 1), (0.5, 0.5, 1, 0.5, 0.5, 1)),
        harmony="overdrive",
        figure="riff",
        bass="overdrive",
        drums=_BLAST,
        more=(("overdrive", "wall"),),
        line="drive",
        levels=(0.9, 1.0, 0.8, 1.3),
    ),
    Piece(
        *("angry", 2, 132, 4, 13, 50, "locrian", (0, 0, 1, 4), "growl", 0),
        title="Heavy guitars",
        found="fear",
        rhythms=((1, 0.5, 0.5, 1, 1), (0.5, 0.5, 0.5, 0.5, 2)),
        harmony="overdrive",
        figure="gallop",
        bass="overdrive",
        drums=(
            ("kick", "x.x.x.x.x.x.x.x."),
            ("snare", "....x.......x.xx"),
            ("clang", "..x..x....x..x.."),
            ("crash", "x.......x......."),
            ("hat", "xxxxxxxxxxxxxxxx"),
        ),
        more=(("overdrive", "wall"),),
        line="drive",
        levels=(0.9, 1.0, 0.8, 1.3),
    ),
    # disgust: slow, narrow, rough, uneven
    Piece(
        *("disgust", 2, 76, 7, 4, 47, "diminished", (0, 1, 0, 1), "gurgle", 1),
        title="Slow, murky synths",
        found="sad",
        rhythms=((1.5, 1.5, 0.5, 0.5, 3), (1, 0.5, 0.5, 2, -1, 2)),
        harmony="murk",
        figure="drone",
        bass="gurgle",
        drums=(("shaker", "x.......o.....o.......o....."),),
    ),
    # fear: the music of a chase in the dark: shivering clusters, scrapes, wind, distant blows
    Piece(
        *("fear", 1, 126, 4, 12, 54, "diminished", (0, 1, 0, 2, 1, 3), "shiver", 0),
        title="Restless strings",
        found="fear",
        rhythms=((0.5, 0.5, -1, 0.5, 0.5, -1), (-1, 0.25, 0.25, 0.5, -2)),
        harmony="shiver",
        figure="cluster",
        bass="contrabass",
        drums=(
            ("tom", "o.o....o.o......"),
            ("boom", "x..............."),
            ("wind", "o.......o......."),
        ),
        dynamics="sudden",
        more=(("scrape", "drone"), ("spiccato", "ticking")),
        levels=(0.6, 1.2, 1.0, 1.3),
    ),
    Piece(
        *("fear", 2, 144, 5, 10, 53, "locrian", (0, 0, 1, 0, 4, 1), "spiccato", 0),
        title="Ticking strings",
        found="fear",
        rhythms=((0.5, 0.5, 0.5, 0.5, -3), (-1, 0.5, 0.5, 0.5, 0.5, -2)),
        harmony="spiccato",
        figure="ticking",
        bass="contrabass",
        drums=(
            ("tom", "x.oo..x.o...o.oo...."),
            ("clang", "..............x....."),
            ("boom", "x..................."),
            ("wind", "o.........o........."),
        ),
        dynamics="rise",
        more=(("scrape", "cluster"), ("shiver", "pad")),
        line="drive",
        levels=(0.6, 1.2, 1.0, 1.2),
    ),
    Piece(
        *("fear", 3, 72, 4, 7, 56, "diminished", (0, 1, 2, 1), "shiver", 1),
        title="Dark drones",
        found="fear",
        rhythms=((1.5, 0.25, 0.25, -2), (-1, 0.5, 0.5, 1, -1)),
        harmony="scrape",
        figure="cluster",
        bass="contrabass",
        drums=(
            ("boom", "x..o............"),
            ("clang", "..........o....."),
            ("wind", "x...x...x...x..."),
        ),
        dynamics="sudden",
        more=(("shiver", "pad"), ("murk", "drone")),
        line="hold",
        levels=(0.5, 1.2, 1.0, 1.4),
    ),
    # happy: swing, sunny pop and a polka: major, plucked, drums and hand claps, rising melodies
    Piece(
        *("happy", 1, 208, 4, 20, 60, "major", (0, 5, 1, 4, 0, 0, 3, 4), "clarinet", 1),
        title="Swinging clarinet",
        found="happy",
        rhythms=((0.5, 0.5, 1, 0.5, 0.5, 1), (1, 0.5, 0.5, 0.5, 0.5, 1)),
        harmony="banjo",
        figure="comp",
        bass="bass",
        drums=_SWING,
        more=(("piano", "comp"), ("brass", "stabs")),
        line="walk",
        swing=0.14,
        levels=(0.7, 1.0, 0.9, 2.2),
    ),
    Piece(
        *("happy", 2, 184, 4, 18, 62, "major", (0, 0, 3, 3, 4, 3, 0, 4), "brass", 1),
        title="Sunny brass",
        found="happy",
        rhythms=((0.5, 0.5, 0.5, 0.5, 1, 1), (1, 1, 0.5, 0.5, 1)),
        harmony="steel",
        figure="strum",
        bass="bass",
        drums=_POP,
        more=(("piano", "comp"), ("banjo", "offbeat")),
        line="walk",
        swing=0.12,
        levels=(0.7, 1.2, 0.9, 1.8),
    ),
    Piece(
        *("happy", 3, 132, 2, 24, 67, "major", (0, 0, 4, 0, 3, 0, 4, 0), "clarinet", 0),
        title="Banjo polka",
        found="happy",
        rhythms=((0.5, 0.5, 0.5, 0.5), (0.5, 0.25, 0.25, 1)),
        harmony="banjo",
        figure="offbeat",
        bass="bass",
        drums=_POLKA,
        more=(("steel", "alberti"), ("piano", "comp")),
        levels=(0.7, 1.1, 0.9, 2.0),
    ),
    # neutral: calm and even: soft keys and strings without a story
    Piece(
        *("neutral", 1, 84, 4, 8, 60, "mixolydian", (0, 3, 6, 3), "epiano", 0),
        title="Warm keys",
        found="neutral",
        rhythms=((1, 1, 1, 1), (1, 0.5, 0.5, 2)),
        harmony="warm",
        figure="pad",
        bass="bass",
        line="hold",
        levels=(0.6, 1.0, 0.5, 1.0),
    ),
    Piece(
        *("neutral", 2, 96, 4, 9, 57, "dorian", (0, 3, 0, 6), "flute", 0),
        title="Quiet flute",
        found="neutral",
        rhythms=((1, 1, 0.5, 0.5, 1), (2, 1, 1)),
        harmony="epiano",
        figure="arpeggio",
        bass="contrabass",
        more=(("warm", "pad"),),
        line="hold",
        levels=(0.4, 1.0, 0.4, 1.0),
    ),
    Piece(
        *("neutral", 3, 92, 3, 12, 62, "dorian", (0, 6, 3, 0), "guitar", 0),
        title="Guitar and harp",
        found="neutral",
        rhythms=((1, 1, 1), (1, 0.5, 0.5, 1)),
        harmony="harp",
        figure="alberti",
        bass="contrabass",
        more=(("warm", "pad"),),
        line="hold",
        levels=(0.5, 1.0, 0.4, 1.0),
    ),
    # sad: slow, minor and low: a voice that falls, few chords, little around them
    Piece(
        *("sad", 2, 66, 3, 9, 52, "harmonic minor", (0, 3, 6, 0, 5, 1, 4), "piano", 1),
        title="Lonely piano",
        found="sad",
        rhythms=((2, 1), (1, 0.5, 0.5, 1)),
        harmony="piano",
        figure="waltz",
        bass="bass",
        more=(("voice", "pad"),),
        line="hold",
        levels=(1.2, 1.0, 0.5, 1.0),
    ),
    Piece(
        *("sad", 3, 56, 4, 6, 55, "harmonic minor", (0, 3, 6, 4), "voice", 0),
        title="Slow voice",
        found="sad",
        rhythms=((1, 0.5, 0.5, 1, -1), (1.5, 0.5, -1, 1)),
        harmony="piano",
        figure="waltz",
        bass="bass",
        drums=(("brush", "....o.......o..."),),
        dynamics="arch",
        levels=(1.6, 1.0, 0.6, 0.4),
    ),
)
"""Those that sound alike stand together."""

"""From a score to notes: melody, accompaniment, bass and drums of a sample piece.

The score (`sample_pieces.Piece`) fixes tempo, key, chords, rhythms and instruments; the melody's
steps are drawn from a generator seeded by the piece's name, so that every machine makes the same.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from vibelux.samples.characters import MODES
from vibelux.samples.pieces import Piece


@dataclass(frozen=True)
class Note:
    """A note or, where ``pitch`` is None, a drum stroke.

    Attributes:
        part: ``lead``, ``harmony``, ``bass`` or ``drums``.
        instrument: a key of `instruments.INSTRUMENTS` or one of `percussion.DRUMS`.
        start: beats from the beginning.
        length: beats.
        pitch: MIDI note number.
        velocity: 0 to 1.

    """

    part: str
    instrument: str
    start: float
    length: float
    pitch: float | None
    velocity: float


Strokes = Iterator[tuple[float, float, tuple[int, ...], float]]
"""Start and length in beats, which of the chord's tones (counted from the lowest; 3 is the lowest
an octave up), and the level of each stroke of an accompaniment in a bar."""


def compose(piece: Piece) -> list[Note]:
    """Return the notes of a piece in the order of their starts."""
    rng = np.random.default_rng(zlib.crc32(f"Sample {piece.played} {piece.number}".encode()))
    notes = [*_melody(piece, rng)]
    for bar in range(piece.bars):
        for instrument, figure in ((piece.harmony, piece.figure), *piece.more):
            notes += _accompaniment(piece, bar, instrument, figure)
        notes += _bass(piece, bar)
        notes += _drums(piece, bar)
    if piece.swing:  # the second half of each beat comes late
        notes = [
            replace(note, start=note.start + piece.swing)
            if round(note.start % 1, 2) == 0.5
            else note
            for note in notes
        ]
    return sorted(notes, key=lambda note: note.start)


def dynamic(piece: Piece, bar: int) -> float:
    """Return the level of a bar, 0 to 1."""
    position = bar / max(piece.bars - 1, 1)
    match piece.dynamics:
        case "even":
            return 0.8
        case "arch":
            return 0.55 + 0.4 * float(np.sin(np.pi * position))
        case "rise":
            return 0.4 + 0.6 * position
        case "sudden":  # mostly hushed, with outbursts that do not come regularly
            return 1.0 if bar % 7 in (3, 5) or bar == piece.bars - 1 else 0.35
        case other:
            raise ValueError(f"unknown dynamics {other!r}")


def _pitch(piece: Piece, degree: int, bar: int) -> int:
    """Return the MIDI number of a scale degree; 0 is the tonic, negative ones lie below it."""
    steps = MODES[piece.mode]
    octave, step = divmod(degree, len(steps))
    return piece.tonic + 12 * octave + steps[step] + piece.shifts[bar % len(piece.shifts)]


def _chord(piece: Piece, bar: int) -> int:
    """Return the degree of a bar's chord; the piece ends at home."""
    return 0 if bar == piece.bars - 1 else piece.chords[bar % len(piece.chords)]


def _melody(piece: Piece, rng: np.random.Generator) -> Iterator[Note]:
    """Yield a melody of two motifs in four-bar phrases: a, a again, b, and a close.

    A motif keeps its steps wherever it returns; strong beats fall on tones of the chord.
    """
    size = len(MODES[piece.mode])
    home = size * piece.octave
    low, high = home - 3, home + (11 if piece.character.leap > 2 else 8)
    motifs = [_steps(rhythm, piece, rng) for rhythm in piece.rhythms]
    degree = home + 4
    for bar in range(1, piece.bars):
        start = float(bar * piece.beats)
        if bar == piece.bars - 1:
            yield _lead(piece, bar, start, piece.beats, home, 1.0)
            return
        place = (bar - 1) % 4
        motif = 1 if place == 2 else 0
        if place == 0:  # a new phrase sets out from the middle again
            degree = home + (4 if piece.character.contour < 0 else 2)
        chord = _chord(piece, bar)
        degree = _nearest(degree, chord, size)
        onset = 0.0
        for index, (beats, step) in enumerate(
            zip(piece.rhythms[motif], motifs[motif], strict=True)
        ):
            if beats > 0:
                if index:
                    degree += step
                degree = degree - size if degree > high else degree
                degree = degree + size if degree < low else degree
                strong = onset % 2 == 0
                if strong:
                    degree = _nearest(degree, chord, size)
                closing = place == 3 and onset >= piece.beats / 2
                length = piece.beats - onset if closing else beats
                accent = piece.character.accent
                yield _lead(piece, bar, start + onset, length, degree, 1 if strong else 1 - accent)
                if closing:
                    break
            onset += abs(beats)


def _steps(rhythm: tuple[float, ...], piece: Piece, rng: np.random.Generator) -> list[int]:
    """Draw the steps of a motif.

    A leap is answered by a step back, as singers like it; the motif as a whole moves in the
    direction of the character's contour. The first step is not used: the bar's chord places it.
    """
    steps: list[int] = []
    for _ in rhythm:
        step = round(float(rng.normal(piece.character.contour, piece.character.leap)))
        if steps and abs(steps[-1]) > 2:
            step = -int(np.sign(steps[-1])) * max(1, min(abs(step), 2))
        steps.append(step or int(rng.choice((-1, 1))))
    wrong_way = sum(steps[1:]) * piece.character.contour < 0
    return [-step for step in steps] if wrong_way else steps


def _nearest(degree: int, chord: int, size: int) -> int:
    """Return the tone of a triad next to a degree, the lower one of two."""
    tones = {(chord + tone) % size for tone in (0, 2, 4)}
    return min(
        (degree + offset for offset in (0, -1, 1, -2, 2) if (degree + offset) % size in tones),
        key=lambda tone: (abs(tone - degree), tone),
        default=degree,
    )


def _lead(piece: Piece, bar: int, start: float, beats: float, degree: int, level: float) -> Note:
    velocity = level * dynamic(piece, bar)
    length = beats * piece.character.articulation
    return Note("lead", piece.lead, start, length, _pitch(piece, degree, bar), round(velocity, 2))


def _accompaniment(piece: Piece, bar: int, instrument: str, name: str) -> Iterator[Note]:
    chord = _chord(piece, bar)
    centre = min(piece.tonic, 60) - 1
    pitches = sorted(_closest(_pitch(piece, chord + tone, bar), centre) for tone in (0, 2, 4))
    if name in ("riff", "gallop", "wall"):  # bare fifths: thirds turn to mud when distorted
        root = _closest(_pitch(piece, chord, bar), centre - 8)
        pitches = [root, _pitch(piece, chord + 4, bar) - _pitch(piece, chord, bar) + root]
    last = bar == piece.bars - 1
    figure = FIGURES["pad" if last else name]
    for start, length, tones, level in figure(piece.beats):
        for tone in tones:
            octave, index = divmod(tone, len(pitches))
            yield Note(
                "harmony",
                instrument,
                bar * piece.beats + start,
                length,
                pitches[index] + 12 * octave,
                round(level * dynamic(piece, bar), 2),
            )


def _closest(pitch: int, centre: int) -> int:
    """Move a pitch by octaves to within a tritone of the centre."""
    return centre - 6 + (pitch - centre + 6) % 12


def _bass(piece: Piece, bar: int) -> Iterator[Note]:
    if not piece.bass:
        return
    chord = _chord(piece, bar)
    root = _closest(_pitch(piece, chord, bar), 40)
    level = round(0.9 * dynamic(piece, bar), 2)
    if bar == piece.bars - 1:
        yield Note("bass", piece.bass, bar * piece.beats, 0.95 * piece.beats, root, level)
        return
    third, fifth = (
        root + _pitch(piece, chord + tone, bar) - _pitch(piece, chord, bar) for tone in (2, 4)
    )
    half = piece.beats // 2 if piece.beats % 2 == 0 else piece.beats
    lines: dict[str, tuple[float, tuple[int, ...]]] = {
        "half": (half, (root, fifth)),
        "hold": (piece.beats, (root,)),
        "walk": (1.0, (root, third, fifth, fifth + 2)),
        "drive": (0.5, (root,)),
    }
    step, pitches = lines[piece.line]
    for stroke in range(round(piece.beats / step)):
        pitch = pitches[stroke % len(pitches)]
        yield Note("bass", piece.bass, bar * piece.beats + stroke * step, 0.9 * step, pitch, level)


def _drums(piece: Piece, bar: int) -> Iterator[Note]:
    if bar == piece.bars - 1:
        patterns = tuple((name, "x") for name, _ in piece.drums if name in ("kick", "tom", "crash"))
    elif bar == 0:
        patterns = piece.drums[-2:]
    else:
        patterns = piece.drums
    for name, pattern in patterns:
        if name in ("crash", "boom", "wind") and len(pattern.strip(".")) == 1 and bar % 2 != 1:
            continue
        for step, stroke in enumerate(pattern):
            if stroke != ".":
                level = (0.9 if stroke == "x" else 0.5) * dynamic(piece, bar)
                start = bar * piece.beats + step / 4
                yield Note("drums", name, start, 0.25, None, round(level, 2))


def _pad(beats: int) -> Strokes:
    yield 0, beats, (0, 1, 2), 0.6


def _offbeat(beats: int) -> Strokes:
    for beat in range(beats):
        yield beat + 0.5, 0.3, (0, 1, 2), 0.7


def _waltz(beats: int) -> Strokes:
    for beat in range(1, beats):
        yield beat, 0.5, (0, 1, 2), 0.6


def _strum(beats: int) -> Strokes:
    for start, level in ((0, 0.8), (1, 0.6), (1.5, 0.5), (2.5, 0.6), (3, 0.7), (3.5, 0.5)):
        if start < beats:
            for string in range(4):
                yield start + 0.03 * string, 0.5, (string,), level


def _arpeggio(beats: int) -> Strokes:
    order = (0, 1, 2, 3, 4, 3, 2, 1)
    for step in range(2 * beats):
        yield step / 2, 1.0, (order[step % 8],), 0.6 if step % 4 else 0.75


def _alberti(beats: int) -> Strokes:
    for step in range(2 * beats):
        yield step / 2, 0.8, ((0, 2, 1, 2)[step % 4],), 0.55


def _riff(beats: int) -> Strokes:
    for step in range(2 * beats):
        if step % 8 != 5:
            yield step / 2, 0.3, (0, 1, 2), 0.95 if step % 4 == 0 else 0.7


def _wall(beats: int) -> Strokes:
    yield 0, beats / 2, (0, 1, 2, 3), 0.85
    yield beats / 2, beats / 2, (0, 1, 2, 3), 0.8


def _comp(beats: int) -> Strokes:
    """Off-beat chords, as a swing pianist's left hand or a banjo plays them."""
    for beat in range(beats):
        yield beat, 0.45, (0, 1, 2) if beat % 2 else (1, 2, 3), 0.75 if beat % 2 else 0.6


def _gallop(beats: int) -> Strokes:
    for beat in range(beats):
        for start, level in ((0, 0.9), (0.5, 0.65), (0.75, 0.65)):
            yield beat + start, 0.22, (0, 1, 2), level


def _ticking(beats: int) -> Strokes:
    for step in range(4 * beats):
        if step % 10 < 6:
            yield step / 4, 0.15, (step % 2, 2), 0.35 + 0.08 * (step % 4)


def _drone(beats: int) -> Strokes:
    yield 0, beats, (0, 2), 0.5
    yield beats / 2, beats / 2, (1,), 0.45


def _lurch(beats: int) -> Strokes:
    yield 0, 1.4, (0, 1), 0.6
    yield 1.75, beats - 1.75, (1, 2), 0.45


def _cluster(beats: int) -> Strokes:
    for entry in range(3):
        yield entry * 0.75, beats - entry * 0.75, (entry + 3,), 0.5


def _stabs(beats: int) -> Strokes:
    yield 0, 0.25, (0, 1, 2), 0.9
    for start in (1.75, 2.5):
        if start < beats:
            yield start, 0.2, (1, 2, 3), 0.75


def _sweep(beats: int) -> Strokes:
    for step in range(8):
        yield step / 8, 1.5, (step,), 0.5 + 0.05 * step
    yield beats - 1, 0.3, (3, 4, 5), 0.8


FIGURES: dict[str, Callable[[int], Strokes]] = {
    "alberti": _alberti,
    "arpeggio": _arpeggio,
    "cluster": _cluster,
    "drone": _drone,
    "gallop": _gallop,
    "lurch": _lurch,
    "offbeat": _offbeat,
    "pad": _pad,
    "riff": _riff,
    "stabs": _stabs,
    "strum": _strum,
    "sweep": _sweep,
    "ticking": _ticking,
    "comp": _comp,
    "wall": _wall,
    "waltz": _waltz,
}

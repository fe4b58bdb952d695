"""The sample catalogue's music: short pieces, synthesised from their scores.

So nobody's rights are touched, and every machine makes the same.

    piece ─ composition ─ notes ─ instruments, percussion ─ mixing ─ (2, n) float32

Mixing: guitar amplifier, room, the noise of room and tape, compressor, tonal balance, loudness.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vibelux.samples.composition import compose
from vibelux.samples.instruments import INSTRUMENTS, tone
from vibelux.samples.mixing import (
    air,
    amplifier,
    at_loudness,
    balanced,
    compressed,
    place,
    room,
)
from vibelux.samples.percussion import drum
from vibelux.samples.pieces import PIECES, Piece
from vibelux.samples.waves import RATE

__all__ = ["PIECES", "RATE", "Piece", "synthesise"]

VERSION = 2
"""Raised whenever a piece would sound different, so that rendered files are renewed."""

_LEVEL = {"lead": 1.0, "harmony": 0.42, "bass": 0.75, "drums": 0.55}
_PAN = {"lead": 0.12, "harmony": -0.3, "bass": 0.0, "drums": 0.05}  # -1 left to 1 right
_DRUM_PAN = {"hat": 0.3, "open": 0.3, "ride": -0.35, "shaker": -0.4, "clap": 0.15, "tom": -0.2}


def synthesise(piece: Piece) -> NDArray[np.float32]:
    """Return the sound of a piece.

    Args:
        piece: one of `PIECES`.

    Returns:
        samples [shape=(2, n), dtype=float32] in [-0.84, 0.84] at `RATE`, 20 to 30 s, with the
        loudness of the piece's character.

    """
    character = piece.character
    beat = 60.0 / piece.tempo
    rng = np.random.default_rng(1 + 1000 * piece.number)
    seconds = piece.bars * piece.beats * beat + 1.0 + min(character.reverb, 1.4)
    mix = np.zeros((2, round(seconds * RATE)), dtype=np.float32)
    guitars = np.zeros_like(mix)
    levels = dict(zip(_LEVEL, piece.levels, strict=True))
    sound = lru_cache(maxsize=512)(tone)  # many notes recur
    for note in compose(piece):
        level, pan = _LEVEL[note.part] * levels[note.part], _PAN[note.part]
        bus = mix
        onset = max(note.start * beat + 0.05 + character.timing * rng.standard_normal(), 0.0)
        if note.pitch is None:
            wave = drum(note.instrument, velocity=note.velocity)
            wave = np.float32(rng.uniform(0.85, 1.15)) * wave
            pan = _DRUM_PAN.get(note.instrument, 0.0)
        else:
            wave = sound(
                note.instrument,
                note.pitch,
                note.length * beat,
                velocity=note.velocity,
                brightness=character.brightness,
            )
            pan += 0.012 * (note.pitch - 60)
            bus = guitars if INSTRUMENTS[note.instrument].amplified else mix
        place(bus, wave, onset=onset, level=level, pan=pan)
    if guitars.any():  # a distorted chord growls because its notes are distorted together
        mix += 0.5 * np.stack([amplifier(side, character.gain) for side in guitars])
    mix += (0.02 + 0.12 * min(character.reverb, 1.6)) * room(mix, character.reverb)
    hiss = np.sqrt(np.mean(mix**2)) * 10 ** (character.air / 20)
    mix += np.float32(hiss) * air(mix.shape[1], 4.0)
    mix = compressed(mix, character.squeeze)
    mix = balanced(mix, character.balance)
    _fade_out(mix, 1.2)
    return at_loudness(mix, character.loudness)


def _fade_out(mix: NDArray[np.float32], seconds: float) -> None:
    n = round(seconds * RATE)
    mix[:, -n:] *= (np.cos(np.linspace(0, np.pi, n)) / 2 + 0.5).astype(np.float32)

"""The synthesiser's drums: tuned membranes, sheet metal and filtered noise."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vibelux.samples.waves import RATE, Wave, noise

DRUMS: tuple[str, ...] = (
    *("kick", "snare", "hat", "open", "ride", "clap", "brush", "shaker", "tom", "crash"),
    *("clang", "boom", "wind"),
)


def drum(name: str, *, velocity: float) -> Wave:
    """Return one stroke.

    Args:
        name: one of `DRUMS`.
        velocity: loudness in [0, 1].

    Returns:
        samples [shape=(n,), dtype=float32].

    """
    return np.float32(velocity) * _stroke(name)


@lru_cache(maxsize=len(DRUMS))
def _stroke(name: str) -> Wave:
    def fading(seconds: float, constant: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        time = np.arange(round(seconds * RATE)) / RATE
        return time, np.exp(-time / constant)

    def hiss(low: float, high: float) -> Wave:
        return np.float32(3.0) * noise(time.size, low=low, high=high)

    wave: NDArray[np.floating]
    match name:
        case "kick":  # a membrane whose pitch falls from 150 to 50 Hz, and the beater
            time, fade = fading(0.4, 0.11)
            wave = fade * np.sin(2 * np.pi * (50 * time + 100 * 0.03 * (1 - np.exp(-time / 0.03))))
            wave += 0.15 * np.exp(-time / 0.006) * hiss(1500, 6000)
        case "tom":
            time, fade = fading(0.6, 0.16)
            wave = fade * np.sin(2 * np.pi * (85 * time + 55 * 0.05 * (1 - np.exp(-time / 0.05))))
            wave += 0.12 * np.exp(-time / 0.03) * hiss(300, 3000)
        case "snare":
            time, fade = fading(0.35, 0.08)
            wave = fade * (0.3 * hiss(900, 9000) + 0.35 * np.sin(2 * np.pi * 190 * time))
            wave += 0.3 * np.exp(-time / 0.02) * np.sin(2 * np.pi * 330 * time)
        case "clap":  # several hands, not quite together
            time, fade = fading(0.3, 0.05)
            hands = sum(np.exp(-((time - at) % 9.0) / 0.006) for at in (0.0, 0.011, 0.019))
            wave = 0.25 * (hands + fade) * hiss(800, 5000)
        case "hat":
            time, fade = fading(0.12, 0.025)
            wave = 0.25 * fade * hiss(5000, 16000)
        case "open":
            time, fade = fading(0.6, 0.18)
            wave = 0.25 * fade * hiss(4500, 16000)
        case "ride":
            time, fade = fading(1.2, 0.35)
            bell = sum(np.sin(2 * np.pi * f * time) for f in (2470, 3410, 4790, 5930))
            wave = 0.2 * fade * hiss(3500, 14000) + 0.05 * np.exp(-time / 0.12) * bell
        case "brush":
            time, fade = fading(0.4, 0.1)
            wave = 0.2 * np.minimum(time / 0.03, 1.0) * fade * hiss(1500, 9000)
        case "shaker":
            time, fade = fading(0.12, 0.035)
            wave = 0.2 * np.minimum(time / 0.02, 1.0) * fade * hiss(3500, 12000)
        case "crash":
            time, fade = fading(2.5, 0.7)
            wave = 0.25 * fade * hiss(1800, 15000)
        case "clang":  # sheet metal
            time, fade = fading(1.0, 0.2)
            plate = sum(np.sin(2 * np.pi * f * time) for f in (311, 523, 869, 1337, 1931, 2777))
            wave = fade * (0.12 * plate + 0.2 * hiss(500, 8000))
        case "boom":  # a great drum in a great hall
            time, fade = fading(2.5, 0.7)
            wave = fade * np.sin(2 * np.pi * (38 * time + 40 * 0.08 * (1 - np.exp(-time / 0.08))))
            wave += 0.1 * np.exp(-time / 0.2) * hiss(60, 1500)
        case "wind":
            time, fade = fading(4.0, 9.0)
            wave = 0.3 * np.sin(np.pi * time / 4.0) * hiss(250, 4000)
        case _:
            raise KeyError(name)
    return wave.astype(np.float32)

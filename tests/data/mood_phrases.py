"""Write mood_phrases.json: moods, and what is said of them and of faces that show them.

    python tests/data/mood_phrases.py

Run it after a change of `vibelux.language`, and read what has changed. The tests of the package and
those of the page say the same moods.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from vibelux.emotions import EMOTIONS
from vibelux.language import LANGUAGES, words_of
from vibelux.language.mood_phrase import face_phrase, mood_phrase

GOLDEN = Path(__file__).resolve().parent / "mood_phrases.json"


def cases() -> list[dict[str, Any]]:
    """Return what mood_phrases.json holds: moods at and beside the edges of the bands, and more."""
    rng = np.random.default_rng(11)
    moods = [np.full(7, 1 / 7), *np.eye(7)]
    for first, second in ((0.28, 0.2), (0.5, 0.2), (0.5, 0.199), (0.4, 0.32), (0.4, 0.319)):
        rest = np.full(5, (1 - first - second) / 5)
        moods.append(rng.permutation([first, second, *rest]))
    moods += [rng.dirichlet(np.full(7, spread)) for spread in (0.3, 0.6, 1, 3) for _ in range(6)]
    found = []
    for mood in moods:
        shares = [round(share, 4) for share in mood.tolist()]
        case: dict[str, Any] = {"mood": dict(zip(EMOTIONS, shares, strict=True))}
        for code in LANGUAGES:
            words = words_of(code)
            case[code] = [mood_phrase(shares, words), face_phrase(shares, words)]
        found.append(case)
    return found


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(cases(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {len(cases())} cases to {GOLDEN.name}")

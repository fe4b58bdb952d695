"""Write reasons.json: moods, songs, the facts that follow from them, and what is said.

    python tests/data/reasons.py

Run it after a change of `vibelux.recommend.reasons`, its words or `vibelux.language`, and read what
has changed.
The tests of the package recompute the facts and the sentences; those of the page the sentences.
"""

import json
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np

from vibelux.circumplex import affect_of
from vibelux.emotions import EMOTIONS, as_mood
from vibelux.language import LANGUAGES, words_of
from vibelux.model_statistics import ModelStatistics
from vibelux.recommend.fit import SongFit, standing_out
from vibelux.recommend.policies import target_path
from vibelux.recommend.reason_words import in_words
from vibelux.recommend.reasons import (
    Fact,
    Liked,
    LikedArtist,
    LikedSimilar,
    as_json,
    reasons_alike,
    reasons_for,
)
from vibelux.recommend.song_sound import Analysis

MUSIC = ModelStatistics().songs
FACES = ModelStatistics().faces

GOLDEN = Path(__file__).resolve().parent / "reasons.json"

_POLICIES = ("match", "match", "match", "lift", "calm", "energise", "journey", "off")
_LIKED = (None, None, None, Liked(), LikedSimilar(1), LikedSimilar(4), LikedArtist(3, "Ella"))


def cases() -> list[dict[str, Any]]:
    """Return what reasons.json holds: some hundred cases, drawn once and for all."""
    rng = np.random.default_rng(7)
    policies, liked = cycle(_POLICIES), cycle(_LIKED)
    found = []
    for number in range(120):
        pure = np.eye(7)[number % 7]
        mood = as_mood(rng.dirichlet(np.full(7, 0.4)) + (number % 3 == 0) * pure)
        song = as_mood(rng.dirichlet(np.full(7, 0.4)) + (number % 4 == 0) * pure)
        affect = np.clip(affect_of(song, MUSIC.affect) + rng.normal(0, 0.2, 2), -1, 1).astype(
            np.float32
        )
        policy = next(policies)
        goal = np.eye(7)[3] if policy == "journey" else None
        target = target_path(standing_out(mood, FACES), policy, 6, goal=goal)[3]
        fit = float(SongFit(song[None], affect[None], statistics=MUSIC).to(target)[0])
        counts = rng.integers(0, 30, 7).tolist() if number % 2 else [0, 1, 2, 90, 80, 3, 0]
        tension = (-0.3, 0.1, 0.6)[number % 3]
        heard = Analysis(song, affect, corrected=number % 29 == 0, tension=tension)
        facts = reasons_for(
            heard,
            mood,
            policy=policy,
            target=target,
            fit=fit,
            counts=counts,
            liked=next(liked),
            statistics=MUSIC,
        )
        found.append(
            {
                "mood": dict(zip(EMOTIONS, np.round(mood, 4).tolist(), strict=True)),
                "song": dict(zip(EMOTIONS, np.round(song, 4).tolist(), strict=True)),
                "target": dict(zip(EMOTIONS, np.round(target, 4).tolist(), strict=True)),
                "affect": np.round(affect, 4).tolist(),
                "policy": policy,
                "reasons": as_json(facts),
                **_said(facts),
            }
        )
        other = Analysis(mood, affect_of(mood, MUSIC.affect))
        facts = reasons_alike(heard, other, same_artist=number % 5 == 0)
        if number % 6 == 0:
            found.append({"reasons": as_json(facts), **_said(facts)})
    return found


def _said(facts: list[Fact]) -> dict[str, str]:
    return {code: in_words(facts, words_of(code)) for code in LANGUAGES}


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(cases(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {len(cases())} cases to {GOLDEN.name}")

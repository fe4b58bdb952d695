"""Policies: from a mood to the moods that the next songs should have.

| policy | the songs |
| --- | --- |
| ``match`` | stay with the mood |
| ``lift`` | are a little brighter than the mood |
| ``calm`` | are a little calmer |
| ``energise`` | have a little more energy |
| ``journey`` | begin at the mood and move in equal steps to a chosen one (the iso principle) |
| ``off`` | take no notice of the mood |

Which of them helps whom is an open question: a pre-registered trial with 193 people found no
difference between playlists that follow a mood and playlists that work against it. So the person
chooses, and nothing here claims an effect. One rule is built in, because people who feel happy or
neutral avoid sad music: `spares_sadness` says when a face alone must not lead to sad songs.

``lift``, ``calm`` and ``energise`` mix a third of another mood in (`_GOALS`), so that valence and
arousal go a third of the way there: the songs are still in touch with the mood. All three go
equally far, because how much change somebody wants is not known; who wants more takes a journey.

A journey is a great arc between the square roots of two moods (`slerp`): square roots of shares
that sum to 1 lie on a sphere, where the arc is the shortest way and every point of it is a mood.
"""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vibelux.emotions import EMOTIONS, as_mood
from vibelux.errors import InvalidInput

Policy = Literal["match", "lift", "calm", "energise", "journey", "off"]

POLICIES: tuple[Policy, ...] = get_args(Policy)

_GOALS: dict[str, dict[str, float]] = {
    "lift": {"happy": 1.0},
    "calm": {"neutral": 1.0},
    "energise": {"happy": 0.7, "surprise": 0.3},
}
"""Where they lead. In music nothing is brighter than happiness, and nothing but sadness calmer than
neutral songs. None of them holds sadness, so that these policies lower it in every mood."""

_SHARE_OF_THE_WAY = 1 / 3
"""How far ``lift``, ``calm`` and ``energise`` go."""

SAD = EMOTIONS.index("sad")
_UNTROUBLED = (EMOTIONS.index("happy"), EMOTIONS.index("neutral"))


def as_policy(name: str) -> Policy:
    """Return a policy by its name.

    Raises:
        InvalidInput: there is no such policy.

    """
    for policy in POLICIES:
        if name == policy:
            return policy
    raise InvalidInput(f"unknown policy {name!r}; choose from {', '.join(POLICIES)}")


def target_path(
    mood: ArrayLike, policy: Policy, n: int, *, goal: ArrayLike | None = None
) -> NDArray[np.float32]:
    """Return the moods that n songs in a row should have.

    Args:
        mood: [shape=(7,)] where the person is.
        policy: which way to go.
        n: songs, >= 0.
        goal: [shape=(7,)] where ``journey`` leads, in n - 1 steps of equal length; the other
            policies have none.

    Returns:
        path [shape=(n, 7), dtype=float32], every row a mood. ``off`` gives the mood itself: the
        ordering takes no notice of it.

    Raises:
        InvalidMood: as `vibelux.emotions.as_mood`.
        InvalidInput: an unknown policy, n is negative, or a goal is missing or has no use.

    """
    start = as_mood(mood)
    policy = as_policy(policy)
    check_goal(policy, goal)
    if n < 0:
        raise InvalidInput(f"n={n} must not be negative")
    if goal is not None:
        return slerp(start, as_mood(goal), np.linspace(0, 1, n))
    if policy in _GOALS:
        aim = as_mood([_GOALS[policy].get(name, 0) for name in EMOTIONS])
        mixed = (1 - _SHARE_OF_THE_WAY) * start + _SHARE_OF_THE_WAY * aim
        return np.tile(as_mood(mixed), (n, 1))
    return np.tile(start, (n, 1))


def check_goal(policy: Policy, goal: ArrayLike | None) -> None:
    """Check that a journey has a goal, and nothing else has one.

    Raises:
        InvalidInput: it is not so.

    """
    if policy == "journey" and goal is None:
        raise InvalidInput("a journey needs a goal, the mood that it leads to")
    if policy != "journey" and goal is not None:
        raise InvalidInput(f"only a journey has a goal; the policy is {policy!r}")


def slerp(start: ArrayLike, goal: ArrayLike, shares: ArrayLike) -> NDArray[np.float32]:
    """Return moods on the great arc between two moods.

    Shoemake (1985), "Animating rotation with quaternion curves", on the square roots of the moods.

    Args:
        start: [shape=(7,)] mood.
        goal: [shape=(7,)] mood.
        shares: [shape=(n,)] of the way, in [0, 1].

    Returns:
        [shape=(n, 7), dtype=float32] moods.

    """
    one = np.sqrt(np.asarray(start, dtype=np.float64))
    other = np.sqrt(np.asarray(goal, dtype=np.float64))
    way = np.asarray(shares, dtype=np.float64)[:, None]
    # The chord gives small angles exactly, where the cosine would round them to 0.
    angle = 2 * np.arcsin(min(1.0, float(np.linalg.norm(other - one)) / 2))
    if angle < 1e-6:
        points = one + way * (other - one)
    else:
        points = (np.sin((1 - way) * angle) * one + np.sin(way * angle) * other) / np.sin(angle)
    moods = points**2
    path: NDArray[np.float32] = (moods / moods.sum(axis=1, keepdims=True)).astype(np.float32)
    return path


def spares_sadness(mood: ArrayLike) -> bool:
    """Return whether a face is happy or neutral: it alone must not lead to sad songs.

    A mood or a goal that the person chose is no reading of a face, and always wins.
    """
    return int(as_mood(mood).argmax()) in _UNTROUBLED

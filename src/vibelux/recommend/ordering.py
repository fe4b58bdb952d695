"""How a session orders songs: all that a person can set."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from vibelux.emotions import as_mood
from vibelux.errors import InvalidInput
from vibelux.recommend.policies import Policy, as_policy, check_goal

LENGTHS = range(3, 21)
"""Songs of a journey: a few make no way, and after twenty nobody remembers where it began."""


@dataclass(frozen=True)
class Ordering:
    """How a session orders songs.

    Attributes:
        policy: as of `vibelux.recommend.policies`.
        strength: 0, a plain shuffle, to 1, the strict ranking.
        diversity: 0 to 1, weight of variety.
        personal: 0 to 1, weight of what was learnt from the listener against how well a song fits.
        goal: seven numbers, where a journey leads; None for the other policies.
        length: songs of a journey from its start to its goal, in `LENGTHS`.

    Raises:
        InvalidInput: a value out of range.

    """

    policy: Policy = "match"
    strength: float = 0.7
    diversity: float = 0.3
    personal: float = 0.5
    goal: tuple[float, ...] | None = None
    length: int = 12

    def __post_init__(self) -> None:
        as_policy(self.policy)
        check_goal(self.policy, self.goal)
        for name in ("strength", "diversity", "personal"):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidInput(f"{name}={getattr(self, name)} must be between 0 and 1")
        if self.length not in LENGTHS:
            raise InvalidInput(
                f"length={self.length} must be between {LENGTHS[0]} and {LENGTHS[-1]} songs"
            )
        if self.goal is not None:
            object.__setattr__(self, "goal", tuple(float(share) for share in as_mood(self.goal)))

    def changed(self, **values: Any) -> "Ordering":
        """Return an ordering with other values; leaving a journey drops its goal.

        Raises:
            InvalidInput: an unknown name, or a value out of range.

        """
        known = {field.name for field in fields(self)}
        if unknown := values.keys() - known:
            raise InvalidInput(
                f"an ordering has no {', '.join(sorted(unknown))}; "
                f"it has {', '.join(sorted(known))}"
            )
        merged = {**asdict(self), **values}
        if merged["policy"] != "journey" and "goal" not in values:
            merged["goal"] = None
        return Ordering(**merged)

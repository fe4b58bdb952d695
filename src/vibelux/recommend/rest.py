"""When the songs to come may be ordered anew because of a mood: the queue rests.

A face is never quite still, and a queue that follows every twitch cannot be read. So the songs that
come next stay until the face has really changed, and those after them are looked at again now and
then. What the person does counts at once: a mood that is named, a skip, another policy.

Whoever gives moods gives settled ones (`web/src/mood/steady-mood.ts`, `vibelux.players.following`);
what is judged here is how far one lies from the mood for which the songs were chosen.
"""

from dataclasses import dataclass
from typing import Literal

from vibelux.emotions import Mood, total_variation

KEPT = 3
"""Songs that stay next until a mood has changed."""

NAMED = 0.05
"""Total variation beyond which a mood that a person names is another one."""

WAVERING = 0.1
"""Total variation up to which a face's mood only wavers: nothing is ordered anew."""

CHANGED = 0.2
"""Total variation beyond which a face's mood has changed: all songs to come are ordered anew."""

LATER_SECONDS = 60.0
"""Seconds for which the songs after the next ones stay while a face's mood has not changed."""

Anew = Literal["nothing", "later", "all"]
"""Which songs to come are to be ordered anew: none, those after the next ones, or all."""


@dataclass(frozen=True, eq=False)
class Rest:
    """For which moods the songs to come were chosen.

    Attributes:
        mood: [shape=(7,)] of the next ones.
        chosen: the person named it, no face was read.
        later: [shape=(7,)] of those after them.
        since: when those were ordered; seconds on any clock.

    """

    mood: Mood
    chosen: bool
    later: Mood
    since: float

    def anew(self, mood: Mood, *, chosen: bool, now: float) -> Anew:
        """Return which songs are to be ordered anew for another mood.

        Args:
            mood: [shape=(7,)] that was given.
            chosen: the person named it.
            now: seconds on the same clock; one that was put back hinders nothing.

        """
        if chosen != self.chosen:
            return "all"
        if chosen:
            return "all" if total_variation(mood, self.mood) > NAMED else "nothing"
        if total_variation(mood, self.mood) > CHANGED:
            return "all"
        waited = not 0 <= now - self.since < LATER_SECONDS
        return "later" if waited and total_variation(mood, self.later) > WAVERING else "nothing"

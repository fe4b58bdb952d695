/**
 * The moods of this person and the songs they heard, in this browser and nowhere else.
 *
 * Numbers alone: seven percentages at most every ten seconds, for ninety days. A day is one entry
 * of the browser's storage.
 */

import type { Mood } from "../emotions";
import { sight } from "../mood/face-watch";
import { mood, type By } from "../mood/mood";
import { playing } from "../player/player";
import { kept, Store } from "../store";
import {
  EVERY_MS,
  keyOf,
  keysOf,
  read,
  tidy,
  withSample,
  write,
  type Day,
  type Play,
  type Sample,
} from "./days";

/** Whether moods are kept. */
export const keeping = kept<boolean>("vibelux.keepHistory", true, (json) =>
  typeof json === "boolean" ? json : undefined,
);

/** Counts the changes, for who shows them. */
export const changes = new Store(0);

/** Begins to keep moods and songs; for the page's whole life. */
export function recordHistory(): void {
  quietly(() => tidy(localStorage, Date.now()));
  const add = (change: (day: Day) => Day): void => {
    if (!keeping.value) return;
    quietly(() => {
      const key = keyOf(Date.now());
      write(localStorage, key, change(read(localStorage, key)));
      changes.update((n) => n + 1);
    });
  };
  const note = (given: Mood, by: By): void =>
    add((day) => ({
      ...day,
      samples: withSample(day.samples, { at: Date.now(), mood: given, by }),
    }));
  mood.subscribe((given) => {
    if (given?.by && given.by !== "camera") note(given.mood, given.by);
  });
  setInterval(() => {
    const seen = sight.value; // the one mood counts while there is a face that it is of
    if (mood.value?.by === "camera" && seen?.reading.mood && !seen.held)
      note(mood.value.mood, "camera");
  }, EVERY_MS);
  playing.subscribe((turn) => {
    if (turn === null) return;
    const { id, title, artist } = turn.song;
    add((day) =>
      day.plays.at(-1)?.id === id
        ? day
        : { ...day, plays: [...day.plays, { at: Date.now(), id, title, artist }] },
    );
  });
}

/** What was kept from one time to another, the oldest first. */
export function historyBetween(start: number, end: number): Day {
  const samples: Sample[] = [];
  const plays: Play[] = [];
  quietly(() => {
    for (const key of keysOf(localStorage)) {
      if (key < keyOf(start) || key > keyOf(end)) continue;
      const day = read(localStorage, key);
      samples.push(...day.samples.filter(({ at }) => at >= start && at < end));
      plays.push(...day.plays.filter(({ at }) => at >= start && at < end));
    }
  });
  return { samples, plays };
}

/** Forgets all of it. */
export function eraseHistory(): void {
  quietly(() => {
    for (const key of keysOf(localStorage)) localStorage.removeItem(key);
  });
  changes.update((n) => n + 1);
}

/** Whether anything was kept. */
export function hasHistory(): boolean {
  let has = false;
  quietly(() => (has = keysOf(localStorage).length > 0));
  return has;
}

/** A browser that keeps nothing, or has no room, keeps no history; all else goes on. */
function quietly(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

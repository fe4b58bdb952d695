/** Days of the history, as the browser stores them. */

import { EMOTIONS, type Mood } from "../emotions";
import type { By } from "../mood/mood";

const BYS: readonly By[] = ["camera", "photo", "word", "sliders", "map"];

/** A mood at a time. */
export interface Sample {
  /** As of `Date.now()`. */
  readonly at: number;
  readonly mood: Mood;
  readonly by: By;
}

/** A song that began to play. */
export interface Play {
  readonly at: number;
  readonly id: number;
  readonly title: string;
  readonly artist: string | null;
}

export interface Day {
  readonly samples: readonly Sample[];
  readonly plays: readonly Play[];
}

export const EVERY_MS = 10_000;
const DAYS = 90;
/** Older days keep a mood a minute. */
const FINE_DAYS = 7;
const MINUTE_MS = 60_000;
/** Before the date in the name of a day's entry. */
const PREFIX = "vibelux.history.";

/** Adds a mood; of those within ten seconds the last one stays. */
export function withSample(samples: readonly Sample[], sample: Sample): readonly Sample[] {
  const last = samples.at(-1);
  const slot = ({ at }: Sample): number => Math.floor(at / EVERY_MS);
  return last !== undefined && slot(last) === slot(sample)
    ? [...samples.slice(0, -1), sample]
    : [...samples, sample];
}

/** Forgets days that are too old, and keeps less of those that are a week old. */
export function tidy(storage: Storage, now: number): void {
  const day = 24 * 60 * MINUTE_MS;
  const [oldest, fine] = [keyOf(now - DAYS * day), keyOf(now - FINE_DAYS * day)];
  for (const key of keysOf(storage)) {
    if (key < oldest) storage.removeItem(key);
    else if (key < fine) {
      const { samples, plays } = read(storage, key);
      const coarse = perMinute(samples);
      if (coarse.length < samples.length) write(storage, key, { samples: coarse, plays });
    }
  }
}

/** The mean mood of each minute in which there was one. */
export function perMinute(samples: readonly Sample[]): Sample[] {
  const minutes = new Map<number, Sample[]>();
  for (const sample of samples) {
    const minute = Math.floor(sample.at / MINUTE_MS);
    minutes.set(minute, [...(minutes.get(minute) ?? []), sample]);
  }
  return [...minutes.values()].map((group) => ({ ...group[0]!, mood: meanMood(group) }));
}

/** The mean of moods, of which there is at least one. */
export function meanMood(samples: readonly Sample[]): Mood {
  return EMOTIONS.map(
    (_, i) => samples.reduce((sum, { mood: given }) => sum + (given[i] ?? 0), 0) / samples.length,
  );
}

/** A stretch of time with the mean mood of its samples; null: there were none. */
export interface Bin {
  readonly start: number;
  readonly mood: Mood | null;
}

/** Cuts a time into equal stretches. */
export function binsOf(
  samples: readonly Sample[],
  { start, end, size }: { start: number; end: number; size: number },
): Bin[] {
  const groups = Array.from({ length: Math.ceil((end - start) / size) }, (): Sample[] => []);
  for (const sample of samples) groups[Math.floor((sample.at - start) / size)]?.push(sample);
  return groups.map((group, i) => ({
    start: start + i * size,
    mood: group.length > 0 ? meanMood(group) : null,
  }));
}

/** The entry of a day of the person's own clock; earlier days come first in the alphabet. */
export function keyOf(time: number): string {
  const date = new Date(time);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${PREFIX}${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function keysOf(storage: Storage): string[] {
  return Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? "")
    .filter((key) => key.startsWith(PREFIX))
    .sort();
}

/** Seconds of the time, way, and seven percentages: short, because a day has thousands. */
type StoredSample = readonly number[];
type StoredPlay = readonly [number, number, string, string | null];

export function write(storage: Storage, key: string, { samples, plays }: Day): void {
  const stored: { samples: StoredSample[]; plays: StoredPlay[] } = {
    samples: samples.map(({ at, by, mood: given }) => [
      Math.round(at / 1000),
      BYS.indexOf(by),
      ...given.map((share) => Math.round(100 * share)),
    ]),
    plays: plays.map(({ at, id, title, artist }) => [Math.round(at / 1000), id, title, artist]),
  };
  storage.setItem(key, JSON.stringify(stored));
}

export function read(storage: Storage, key: string): Day {
  const text = storage.getItem(key);
  if (text === null) return { samples: [], plays: [] };
  try {
    const stored = JSON.parse(text) as { samples: StoredSample[]; plays: StoredPlay[] };
    return {
      samples: stored.samples.map(([at = 0, by = 0, ...percents]) => ({
        at: 1000 * at,
        by: BYS[by] ?? "camera",
        mood: EMOTIONS.map((_, i) => (percents[i] ?? 0) / 100),
      })),
      plays: stored.plays.map(([at, id, title, artist]) => ({ at: 1000 * at, id, title, artist })),
    };
  } catch {
    return { samples: [], plays: [] }; // not written by this page
  }
}

import { describe, expect, test } from "vitest";
import {
  binsOf,
  EVERY_MS,
  keyOf,
  keysOf,
  meanMood,
  perMinute,
  read,
  tidy,
  withSample,
  write,
  type Sample,
} from "../../src/history/days";

const NOON = new Date(2026, 4, 17, 12).getTime();
const DAY = 86_400_000;

/** A browser's storage. */
class Shelf implements Storage {
  [name: string]: unknown;
  readonly #entries = new Map<string, string>();

  get length(): number {
    return this.#entries.size;
  }
  key(index: number): string | null {
    return [...this.#entries.keys()][index] ?? null;
  }
  getItem(key: string): string | null {
    return this.#entries.get(key) ?? null;
  }
  setItem(key: string, text: string): void {
    this.#entries.set(key, text);
  }
  removeItem(key: string): void {
    this.#entries.delete(key);
  }
  clear(): void {
    this.#entries.clear();
  }
}

function sample(at: number, happy: number): Sample {
  return { at, by: "camera", mood: [0, 0, 0, happy, 1 - happy, 0, 0] };
}

test("at most one mood in ten seconds is kept, the last one", () => {
  let kept: readonly Sample[] = [];
  for (let ms = 0; ms < 3 * EVERY_MS; ms += 500)
    kept = withSample(kept, sample(NOON + ms, ms / 100_000));
  expect(kept.map(({ at }) => at - NOON)).toEqual([9500, 19_500, 29_500]);
});

test("what was written is read, in numbers alone", () => {
  const shelf = new Shelf();
  const day = {
    samples: [sample(NOON, 0.62), { ...sample(NOON + EVERY_MS, 1), by: "map" as const }],
    plays: [{ at: NOON, id: 7, title: "Ça ira", artist: null }],
  };
  write(shelf, keyOf(NOON), day);
  const back = read(shelf, keyOf(NOON));
  expect(back.plays).toEqual(day.plays);
  expect(back.samples.map(({ at, by }) => [at, by])).toEqual([
    [NOON, "camera"],
    [NOON + EVERY_MS, "map"],
  ]);
  expect(back.samples[0]!.mood[3]).toBeCloseTo(0.62);
  expect(shelf.getItem(keyOf(NOON))).toMatch(/^\{"samples":\[\[[\d,]+\],\[[\d,]+\]\],"plays"/);
});

test("an entry that another program wrote is an empty day", () => {
  const shelf = new Shelf();
  shelf.setItem(keyOf(NOON), "what?");
  expect(read(shelf, keyOf(NOON))).toEqual({ samples: [], plays: [] });
});

describe("tidying", () => {
  test("forgets what is older than ninety days and touches nothing else", () => {
    const shelf = new Shelf();
    for (const days of [100, 91, 89, 0])
      write(shelf, keyOf(NOON - days * DAY), {
        samples: [sample(NOON - days * DAY, 1)],
        plays: [],
      });
    shelf.setItem("vibelux.theme", '"dark"');
    tidy(shelf, NOON);
    expect(keysOf(shelf)).toEqual([keyOf(NOON - 89 * DAY), keyOf(NOON)]);
    expect(shelf.getItem("vibelux.theme")).toBe('"dark"');
  });

  test("keeps a mood a minute of days that are a week old, and their songs", () => {
    const shelf = new Shelf();
    const old = NOON - 10 * DAY;
    const samples = Array.from({ length: 30 }, (_, i) => sample(old + i * EVERY_MS, i % 2));
    const plays = [{ at: old, id: 1, title: "a", artist: "b" }];
    write(shelf, keyOf(old), { samples, plays });
    write(shelf, keyOf(NOON), {
      samples: samples.map((s) => ({ ...s, at: s.at + 10 * DAY })),
      plays,
    });
    tidy(shelf, NOON);
    const coarse = read(shelf, keyOf(old));
    expect(coarse.samples).toHaveLength(5);
    expect(coarse.samples.every(({ mood }) => mood[3] === 0.5)).toBe(true);
    expect(coarse.plays).toEqual(plays);
    expect(read(shelf, keyOf(NOON)).samples).toHaveLength(30);
  });
});

test("means and bins", () => {
  const samples = [sample(NOON, 0), sample(NOON + 1000, 1), sample(NOON + 130_000, 1)];
  expect(meanMood(samples.slice(0, 2))[3]).toBe(0.5);
  expect(perMinute(samples)).toHaveLength(2);
  const bins = binsOf(samples, { start: NOON, end: NOON + 180_000, size: 60_000 });
  expect(bins.map(({ mood }) => mood?.[3] ?? null)).toEqual([0.5, null, 1]);
  expect(bins[2]!.start).toBe(NOON + 120_000);
});

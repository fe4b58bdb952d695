import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { distance, type Mood } from "../../src/emotions";
import { SteadyMood } from "../../src/mood/steady-mood";
import { SmoothMood } from "../../src/vision/tracker";

const between = (happy: number): Mood => [0, 0, 0, happy, 1 - happy, 0, 0];

interface Given {
  readonly time: number;
  readonly mood: Mood;
}

/** Feeds moods at `fps` frames a second; returns which were given, and when. */
function given(count: number, mood: (frame: number) => Mood, fps = 15): Given[] {
  const steady = new SteadyMood();
  const found: Given[] = [];
  for (let frame = 0; frame < count; frame++) {
    const one = steady.next(mood(frame), frame / fps);
    if (one) found.push({ time: frame / fps, mood: one });
  }
  return found;
}

/** The same for shares of happiness over time. */
function happiness(seconds: number, happy: (time: number) => number): [number, number][] {
  const found = given(15 * seconds + 1, (frame) => between(happy(frame / 15)));
  return found.map(({ time, mood }) => [time, mood[3]!]);
}

test("a still face is given once, after a second", () => {
  const [first, ...others] = happiness(20, () => 0.8);
  expect(first![0]).toBe(1);
  expect(first![1]).toBeCloseTo(0.8, 9);
  expect(others).toEqual([]);
});

test("trembling is not followed", () => {
  expect(happiness(20, (time) => 0.8 + 0.1 * Math.sin(9 * time))).toHaveLength(1);
});

test("a new expression is given when it has settled, not on the way", () => {
  const found = happiness(12, (time) => Math.min(1, Math.max(0, (time - 4) / 1.5)));
  expect(found).toHaveLength(2);
  expect(found[1]![1]).toBeGreaterThan(0.95);
  expect(found[1]![0]).toBeLessThan(8);
});

test("a laugh of a second is no new mood", () => {
  const laugh = (time: number): number => (time > 6 && time < 7 ? 1 : 0.2);
  expect(happiness(20, laugh)).toHaveLength(1);
});

test("a face that never settles is followed by its mean, at most every three seconds", () => {
  const found = happiness(60, (time) => 0.5 + 0.5 * Math.sin(time) * Math.sin(time / 9));
  expect(found.length).toBeGreaterThanOrEqual(2);
  found.slice(1).forEach(([time], i) => expect(time - found[i]![0]).toBeGreaterThanOrEqual(2.99));
});

describe("a face before a webcam, as the shipped model reads it", () => {
  const path = new URL("../../../tests/data/still_face.json", import.meta.url);
  const { fps, still, changed } = JSON.parse(readFileSync(path, "utf8")) as {
    fps: number;
    still: Mood[];
    changed: Mood[];
  };
  const all = [...still, ...changed];
  const smooth = new SmoothMood();
  const found = given(all.length, (i) => smooth.step(all[i]!, i / fps), fps);
  const begun = still.length / fps;

  test("that keeps still for a minute has about one mood", () => {
    const before = found.filter(({ time }) => time < begun);
    expect(before.length).toBeLessThanOrEqual(3);
    // Beyond that, the next songs would be others: vibelux.recommend.rest.
    for (const { mood } of before) expect(distance(mood, before[0]!.mood)).toBeLessThan(0.2);
  });

  test("and then changes is followed within five seconds", () => {
    const after = found.filter(({ time }) => time >= begun);
    expect(after[0]!.time - begun).toBeLessThan(4.5);
    expect(distance(after[0]!.mood, found[0]!.mood)).toBeGreaterThan(0.2);
  });
});

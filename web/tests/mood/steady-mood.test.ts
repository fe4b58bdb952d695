import { expect, test } from "vitest";
import type { Mood } from "../../src/emotions";
import { SteadyMood } from "../../src/mood/steady-mood";

const between = (happy: number): Mood => [0, 0, 0, happy, 1 - happy, 0, 0];

/** Feeds moods at 15 frames a second; returns when which happiness was given. */
function given(seconds: number, happy: (time: number) => number): [time: number, happy: number][] {
  const steady = new SteadyMood();
  const found: [number, number][] = [];
  for (let frame = 0; frame <= 15 * seconds; frame++) {
    const time = frame / 15;
    const mood = steady.next(between(happy(time)), time);
    if (mood) found.push([time, mood[3]!]);
  }
  return found;
}

test("a still face is given once, after a second", () => {
  expect(given(20, () => 0.8)).toEqual([[1, 0.8]]);
});

test("trembling is not followed", () => {
  expect(given(20, (time) => 0.8 + 0.04 * Math.sin(9 * time))).toHaveLength(1);
});

test("a new expression is given when it has come to rest, not on the way", () => {
  const found = given(10, (time) => Math.min(1, Math.max(0, (time - 4) / 1.5)));
  expect(found).toHaveLength(2);
  expect(found[1]![1]).toBeGreaterThan(0.9);
  expect(found[1]![0]).toBeLessThan(6.5);
});

test("a face that never rests is followed every three seconds", () => {
  const times = given(12.5, (time) => 0.5 + 0.5 * Math.sin(4 * time)).map(([time]) => time);
  expect(times.length).toBeGreaterThanOrEqual(2);
  times.slice(1).forEach((time, i) => expect(time - times[i]!).toBeGreaterThanOrEqual(2.99));
});

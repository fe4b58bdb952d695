import { expect, test } from "vitest";
import { Points } from "../../src/map/points";

/** Numbers that look random and are the same every time. */
function numbers(count: number, seed: number): number[] {
  let x = seed;
  return Array.from({ length: count }, () => {
    x = (x * 48271) % 2147483647;
    return x / 2147483647;
  });
}

const COUNT = 3000;
const points = new Points({
  ids: Array.from({ length: COUNT }, (_, i) => 10 + i),
  valence: numbers(COUNT, 1).map((x) => 2 * x ** 3 - 1), // denser on one side
  arousal: numbers(COUNT, 2).map((x) => 2 * x - 1),
  strongest: numbers(COUNT, 3).map((x) => Math.floor(7 * x)),
});

test.each([
  [0, 0, 1, 1],
  [-0.98, 0.4, 400, 250],
  [0.97, -0.97, 250, 400],
  [1, 1, 1000, 10],
  [-1.4, 0, 300, 300], // beside the plane
])("the nearest of (%d, %d) are those that a full search finds", (v, a, scaleX, scaleY) => {
  const far = (row: number): number =>
    Math.hypot((points.valence[row]! - v) * scaleX, (points.arousal[row]! - a) * scaleY);
  const all = Array.from({ length: COUNT }, (_, row) => row).sort((x, y) => far(x) - far(y));
  const found = points.nearest(v, a, { most: 12, scaleX, scaleY });
  expect(found.map(far)).toEqual(all.slice(0, 12).map(far));
  const within = far(all[5]!);
  expect(points.nearest(v, a, { most: 12, within, scaleX, scaleY })).toHaveLength(6);
});

test("hidden emotions are not found", () => {
  const shown = [false, false, false, true, false, false, false];
  const found = points.nearest(0, 0, { most: 50, shown });
  expect(found).toHaveLength(50);
  expect(new Set(found.map((row) => points.strongest[row]))).toEqual(new Set([3]));
});

test("songs are counted and known by their ids", () => {
  expect(points.counts.reduce((a, b) => a + b)).toBe(COUNT);
  expect(points.rowOf(12)).toBe(2);
  expect(points.rowOf(9)).toBeUndefined();
});

test("an empty map has nothing near", () => {
  const none = new Points({ ids: [], valence: [], arousal: [], strongest: [] });
  expect(none.nearest(0, 0, { most: 5 })).toEqual([]);
});

test("the songs inside a line are those that a look at each side finds", () => {
  const corner = (valence: number, arousal: number) => ({ valence, arousal });
  const square = [corner(-0.5, -0.5), corner(0.5, -0.5), corner(0.5, 0.5), corner(-0.5, 0.5)];
  const rows = Array.from({ length: COUNT }, (_, row) => row);
  const within = (row: number): boolean =>
    Math.abs(points.valence[row]!) < 0.5 && Math.abs(points.arousal[row]!) < 0.5;
  expect(points.inside(square)).toEqual(rows.filter(within));
  const shown = [false, false, false, true, false, false, false];
  expect(points.inside(square, shown)).toEqual(
    rows.filter((row) => within(row) && points.strongest[row] === 3),
  );
  const diamond = [corner(0, -1), corner(1, 0), corner(0, 1), corner(-1, 0)];
  expect(points.inside(diamond)).toEqual(
    rows.filter((row) => Math.abs(points.valence[row]!) + Math.abs(points.arousal[row]!) < 1),
  );
  expect(points.inside([])).toEqual([]);
  expect(points.inside(square.slice(0, 2))).toEqual([]);
});

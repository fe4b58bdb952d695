import { expect, test } from "vitest";
import { EMOTIONS } from "../../src/emotions";
import { mostIn } from "../../src/map/bins";
import { Points, type Part } from "../../src/map/points";

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
  counts: [COUNT, 0, 0, 0, 0, 0, 0],
  quarters: [COUNT, 0, 0, 0],
  bins: null,
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
  const none = new Points({
    ...{ ids: [], valence: [], arousal: [], strongest: [] },
    ...{ counts: [0, 0, 0, 0, 0, 0, 0], quarters: [0, 0, 0, 0], bins: null },
  });
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

test("bins are asked for anew wherever one looks, points only beside what was asked for", () => {
  const part: Part = { valence: [-0.5, 0.5], arousal: [-0.5, 0.5] };
  const map = {
    ...{ ids: [], valence: [], arousal: [], strongest: [] },
    ...{ counts: [70000, 0, 0, 0, 0, 0, 0], quarters: [70000, 0, 0, 0] },
  };
  const bins = { width: 0.1, height: 0.1, valence: [0], arousal: [0], counts: [[9]] };
  const inside: Part = { valence: [-0.2, 0.2], arousal: [-0.2, 0.2] };
  const beside: Part = { valence: [-0.2, 0.6], arousal: [-0.2, 0.2] };
  const [some, many] = [
    new Points({ ...map, bins: null }, part),
    new Points({ ...map, bins }, part),
  ];
  expect([some, many].map((points) => points.tells(part))).toEqual([true, true]);
  expect([some, many].map((points) => points.tells(inside))).toEqual([true, false]);
  expect([some, many].map((points) => points.tells(beside))).toEqual([false, false]);
});

test("a bin has the colour of most of its songs that are shown", () => {
  const all = EMOTIONS.map(() => true);
  expect(mostIn([0, 2, 0, 5, 5, 0, 1], all)).toEqual({ most: 3, songs: 13 });
  expect(
    mostIn(
      [0, 2, 0, 5, 5, 0, 1],
      all.map((_, i) => i === 1),
    ),
  ).toEqual({ most: 1, songs: 2 });
  expect(
    mostIn(
      [0, 2, 0, 0, 0, 0, 0],
      all.map((_, i) => i === 3),
    ).most,
  ).toBe(-1);
});

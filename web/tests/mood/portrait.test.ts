import { expect, test } from "vitest";
import { placeOf } from "../../src/mood/portrait";

const VGA = { width: 640, height: 480 };
const box = (x: number, y: number, side: number) => ({ x, y, w: side, h: side, score: 1 });

/** Where a point of the picture appears in the mirror, 0 to 1. */
const seen = (place: ReturnType<typeof placeOf>, x: number, y: number) => [
  place.left + (place.width * x) / VGA.width,
  place.top + (place.height * y) / VGA.height,
];

test("without a face the picture fills the mirror, cut alike at both sides", () => {
  const place = placeOf(null, VGA, true);
  expect(place.height).toBe(1);
  expect(place.top).toBe(0);
  expect(place.width).toBeCloseTo(4 / 3, 12);
  expect(place.left).toBeCloseTo(-1 / 6, 12);
});

test("a face is in the middle and fills more than half of the height", () => {
  const place = placeOf(box(300, 180, 132), VGA, false);
  const [x, y] = seen(place, 366, 246);
  expect(x).toBeCloseTo(0.5, 12);
  expect(y).toBeCloseTo(0.5, 12);
  expect((place.height * 132) / 480).toBeCloseTo(0.55, 12);
});

test("in a mirror left and right are exchanged, and the face is in the middle all the same", () => {
  const place = placeOf(box(300, 180, 132), VGA, true);
  const [x] = seen(place, 640 - 366, 246);
  expect(x).toBeCloseTo(0.5, 12);
});

test.each([
  ["at the edge", box(0, 0, 60)],
  ["beyond it", box(-40, 430, 100)],
  ["larger than the picture", box(-100, -100, 900)],
  ["far away", box(600, 10, 4)],
])("the picture fills the mirror where a face is %s", (_, face) => {
  const { left, top, width, height } = placeOf(face, VGA, false);
  expect(left).toBeLessThanOrEqual(0);
  expect(top).toBeLessThanOrEqual(0);
  expect(left + width).toBeGreaterThanOrEqual(1 - 1e-12);
  expect(top + height).toBeGreaterThanOrEqual(1 - 1e-12);
  expect(height).toBeLessThanOrEqual(3);
});

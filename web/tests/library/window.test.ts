import { expect, test } from "vitest";
import { mostRows, rowsBetween } from "../../src/library/window";

test.each([
  // top, bottom, total, around, first, end
  [0, 640, 1000, 0, 0, 10],
  [-200, 440, 1000, 2, 0, 9],
  [6400, 7000, 1000, 3, 97, 113],
  [63_900, 64_500, 1000, 5, 993, 1000],
  [0, 640, 3, 8, 0, 3],
  [-900, -300, 1000, 0, 0, 0],
  [0, 640, 0, 8, 0, 0],
])("pixels %d to %d of %d rows", (top, bottom, total, around, first, end) => {
  expect(rowsBetween(top, bottom, { height: 64, total, around })).toEqual({ first, end });
});

test("a hundred thousand rows can be drawn", () => {
  expect(mostRows(64)).toBeGreaterThan(100_000);
});

import { expect, test } from "vitest";
import { ranked, strongest } from "../src/emotions";
import { blendOf } from "../src/mood-tile";

test("the strongest comes first, and equal ones stay in their order", () => {
  const mood = [0.1, 0, 0.1, 0.4, 0, 0.4, 0];
  expect(ranked(mood).map(({ emotion }) => emotion)).toEqual([
    "happy",
    "sad",
    "angry",
    "fear",
    "disgust",
    "neutral",
    "surprise",
  ]);
  expect(ranked(mood)[0].emotion).toBe(strongest(mood));
});

test("the second colour goes as far as its share", () => {
  expect(blendOf([0, 0, 0, 0.5, 0, 0.5, 0])).toEqual({
    first: "happy",
    second: "sad",
    from: expect.closeTo(0.15) as number,
    to: expect.closeTo(0.85) as number,
  });
  expect(blendOf([0, 0, 0, 1, 0, 0, 0])).toMatchObject({ first: "happy", from: 0.65, to: 1 });
});

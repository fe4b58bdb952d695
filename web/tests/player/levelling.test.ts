import { describe, expect, test } from "vitest";
import { gainOf, levelOf, TARGET } from "../../src/player/levelling";

describe("levelling", () => {
  test("brings a loud song down to the target", () => {
    expect(gainOf({ loudness: TARGET + 6, peak: 0 })).toBeCloseTo(10 ** (-6 / 20));
  });

  test("raises a quiet song only as far as its peak leaves room", () => {
    expect(gainOf({ loudness: -30, peak: -20 })).toBeCloseTo(10 ** (12 / 20));
    expect(gainOf({ loudness: -30, peak: -3 })).toBeCloseTo(10 ** (3 / 20));
    expect(gainOf({ loudness: -30, peak: 0.5 })).toBe(1);
    expect(gainOf({ loudness: -30, peak: null })).toBe(1);
  });

  test("leaves alone what was not measured, or is silence", () => {
    expect(gainOf({ loudness: null, peak: null })).toBe(1);
    expect(gainOf({ loudness: -70, peak: -90 })).toBe(1);
  });

  test("two songs of other loudness sound alike", () => {
    const heard = (loudness: number) => loudness + 20 * Math.log10(gainOf({ loudness, peak: -30 }));
    expect(heard(-9)).toBeCloseTo(heard(-23));
  });

  test("a level stays between 0 and 1", () => {
    expect(levelOf(1, 4)).toBe(1);
    expect(levelOf(0, 4)).toBe(0);
    expect(levelOf(0.5, 1)).toBe(0.25);
  });
});

import { expect, test } from "vitest";
import { placed } from "../../src/mood/placed";

const view = { width: 4, height: 3 };

test.each([
  // The same proportions: parts of the picture are parts of the view.
  ["cover", { width: 640, height: 480 }, [0.25, 0.25, 0.5, 0.5]],
  ["contain", { width: 640, height: 480 }, [0.25, 0.25, 0.5, 0.5]],
  // 16:9 is a third wider: it loses a sixth at both sides, or leaves bars above and below.
  ["cover", { width: 1280, height: 720 }, [1 / 6, 0.25, 2 / 3, 0.5]],
  ["contain", { width: 1280, height: 720 }, [0.25, 0.3125, 0.5, 0.375]],
  // A phone held upright.
  ["cover", { width: 480, height: 640 }, [0.25, 1 / 18, 0.5, 8 / 9]],
  ["contain", { width: 480, height: 640 }, [0.359375, 0.25, 0.28125, 0.5]],
] as const)("%s %o", (fit, picture, expected) => {
  const { width, height } = picture;
  const box = { x: width / 4, y: height / 4, w: width / 2, h: height / 2, score: 1 };
  const { left, top, width: w, height: h } = placed(box, picture, view, fit);
  [left, top, w, h].forEach((part, i) => expect(part).toBeCloseTo(expected[i]!, 12));
});

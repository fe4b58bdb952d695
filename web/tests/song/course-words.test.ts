import { expect, test } from "vitest";
import { en } from "../../src/language/en";
import { courseInWords, type OverTime } from "../../src/song/course-words";

const flat: OverTime = {
  kind: "steady",
  stretches: [{ emotion: "sad", start: 0 }],
  energy: null,
  pleasure: null,
};

test("each kind of course has its own sentence", () => {
  expect(courseInWords(flat, en)).toBe("Sad from beginning to end.");
  expect(courseInWords({ ...flat, kind: "varies" }, en)).toBe("Mostly sad, now more, now less.");
  expect(courseInWords({ ...flat, kind: "drifts", energy: "livelier" }, en)).toBe(
    "Mostly sad from beginning to end. Towards its end it becomes livelier.",
  );
  const uneasy: OverTime = { ...flat, stretches: [{ emotion: "fear", start: 0 }] };
  expect(courseInWords(uneasy, en)).toBe("Uneasy from beginning to end.");
  const turning: OverTime = {
    kind: "turns",
    stretches: [
      { emotion: "sad", start: 0 },
      { emotion: "happy", start: 75 },
    ],
    energy: "livelier",
    pleasure: "brighter",
  };
  expect(courseInWords(turning, en)).toBe(
    "First mostly sad; from 1:15 happy. Towards its end it becomes livelier and more pleasant.",
  );
  expect(courseInWords({ ...turning, kind: "restless", energy: null, pleasure: null }, en)).toBe(
    "It changes often: it begins sad and ends happy.",
  );
});

import { expect, test } from "vitest";
import { en } from "../../src/language/en";
import { courseInWords, type OverTime } from "../../src/song/course-words";
import type { Sounds } from "../../src/song/sound";

const gloomy: Sounds = { kind: "sounds", emotion: "sad", energy: "low", tense: false };
const cheerful: Sounds = { ...gloomy, emotion: "happy", energy: "high" };

const flat: OverTime = {
  kind: "steady",
  stretches: [{ sound: gloomy, start: 0 }],
  energy: null,
  pleasure: null,
};

test("each kind of course has its own sentence", () => {
  expect(courseInWords(flat, en)).toBe("Gloomy and slow from beginning to end.");
  expect(courseInWords({ ...flat, kind: "varies" }, en)).toBe(
    "Mostly gloomy and slow, now more, now less.",
  );
  expect(courseInWords({ ...flat, kind: "drifts", energy: "livelier" }, en)).toBe(
    "Mostly gloomy and slow. Towards the end it becomes livelier.",
  );
  const turning: OverTime = {
    kind: "turns",
    stretches: [
      { sound: gloomy, start: 0 },
      { sound: cheerful, start: 75 },
    ],
    energy: "livelier",
    pleasure: "brighter",
  };
  expect(courseInWords(turning, en)).toBe(
    "Starts gloomy and slow; cheerful and lively from 1:15. Towards the end it becomes livelier and more pleasant.",
  );
  expect(courseInWords({ ...turning, kind: "restless", energy: null, pleasure: null }, en)).toBe(
    "It changes often: gloomy and slow at first, cheerful and lively at the end.",
  );
});

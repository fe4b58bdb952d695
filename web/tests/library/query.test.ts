import { expect, test } from "vitest";
import { EVERYTHING, isEverything, naturally, questionOf } from "../../src/library/query";

const byTitle = naturally("title");

test("what is not filtered is not asked for", () => {
  expect(questionOf(EVERYTHING, byTitle)).toEqual({ sort: "title", descending: false });
  expect(questionOf({ ...EVERYTHING, search: "  " }, byTitle)).not.toHaveProperty("search");
});

test("an emotion is asked for with its least share", () => {
  const question = questionOf({ search: " élan ", emotion: "sad", least: 0.3 }, naturally("happy"));
  expect(question).toEqual({
    sort: "happy",
    descending: true,
    search: "élan",
    emotion: "sad",
    min_share: 0.3,
  });
});

test("a share alone filters nothing", () => {
  expect(isEverything({ ...EVERYTHING, least: 0.5 })).toBe(true);
  expect(isEverything({ ...EVERYTHING, search: "a" })).toBe(false);
  expect(isEverything({ ...EVERYTHING, emotion: "fear" })).toBe(false);
});

import { expect, test } from "vitest";
import { EVERYTHING, isEverything, naturally, questionOf } from "../../src/library/query";

const byTitle = naturally("title");

test("what is not filtered is not asked for", () => {
  expect(questionOf(EVERYTHING, byTitle)).toEqual({ sort: "title", descending: false });
  expect(questionOf({ ...EVERYTHING, search: "  " }, byTitle)).not.toHaveProperty("search");
});

test("a mood is asked for by its word", () => {
  const question = questionOf({ search: " élan ", mood: "melancholy" }, naturally("arousal"));
  expect(question).toEqual({
    sort: "arousal",
    descending: true,
    search: "élan",
    mood: "melancholy",
  });
});

test("blanks filter nothing", () => {
  expect(isEverything({ ...EVERYTHING, search: " " })).toBe(true);
  expect(isEverything({ ...EVERYTHING, search: "a" })).toBe(false);
  expect(isEverything({ ...EVERYTHING, mood: "tense" })).toBe(false);
});

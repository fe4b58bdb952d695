import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { numbersOf } from "../../src/emotions";
import { de } from "../../src/language/de";
import { en } from "../../src/language/en";
import { facePhrase, moodPhrase } from "../../src/mood/mood-phrase";

interface Case {
  readonly mood: Readonly<Record<string, number>>;
  readonly en: readonly [string, string];
  readonly de: readonly [string, string];
}

const GOLDEN = JSON.parse(
  readFileSync(new URL("../../../tests/data/mood_phrases.json", import.meta.url), "utf8"),
) as readonly Case[];

describe("a mood in words, as the package says it", () => {
  test.each(GOLDEN)("$en", (one) => {
    for (const t of [en, de]) {
      const mood = numbersOf(one.mood);
      expect([moodPhrase(mood, t), facePhrase(mood, t)]).toEqual(one[t.code as "en" | "de"]);
    }
  });
});

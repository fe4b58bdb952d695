import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { EMOTIONS, type Emotion } from "../../src/emotions";
import { de } from "../../src/language/de";
import { en, type Language } from "../../src/language/en";
import { gist, inWords, reasonOf, type Fact } from "../../src/listen/reason";
import type { Turn } from "../../src/player/player";

interface Case {
  readonly reasons: readonly Fact[];
  readonly en: string;
}

const GOLDEN = JSON.parse(
  readFileSync(new URL("../../../tests/data/reasons.json", import.meta.url), "utf8"),
) as readonly Case[];

const mood = (shares: Partial<Record<Emotion, number>>): number[] =>
  EMOTIONS.map((emotion) => shares[emotion] ?? 0);

describe("why a song was chosen", () => {
  test.each(GOLDEN)("$en", ({ reasons, en: sentence }) => {
    expect(inWords(reasons, en)).toBe(sentence);
  });

  test("every fact has German words too", () => {
    for (const { reasons, en: sentence } of GOLDEN) {
      const said = inWords(reasons, de);
      expect(said).toMatch(/^[A-ZÄÖÜ].*\.$/);
      expect(said).not.toMatch(/undefined/);
      expect(said.split(". ").length).toBe(sentence.split(". ").length);
    }
  });

  const facts: readonly Fact[] = [
    { kind: "sounds", emotion: "sad", energy: "low" },
    { kind: "relation", relation: "close", to: "you" },
  ];

  test("in German", () => {
    expect(inWords(facts, de)).toBe("Düster und langsam, nah an deiner Stimmung.");
    expect(
      inWords(
        [
          { kind: "sounds", emotion: "happy", energy: "medium" },
          { kind: "relation", relation: "calmer", to: "you" },
          { kind: "touch", emotion: "sad" },
          { kind: "best_available", emotion: "angry", songs: 0 },
        ],
        de,
      ),
    ).toBe(
      "Fröhlich, ruhiger als deine Stimmung, mit einer Spur Trauer. In deiner Sammlung gibt es keine wütenden Lieder.",
    );
  });

  test("a song that the person asked for says so", () => {
    const turn = { song: {}, pick: null, policy: null } as unknown as Turn;
    expect(reasonOf(turn, en)).toBe(en.listen.asked);
    expect(reasonOf({ ...turn, pick: { reasons: facts } } as unknown as Turn, en)).toBe(
      "Gloomy and slow, close to your mood.",
    );
  });

  test.each([en, de])("the gist has the two strongest at most", (t: Language) => {
    const plain = (numbers: number[]): string => gist(numbers, t).replaceAll("\u00a0", " ");
    expect(plain(mood({ happy: 0.58, neutral: 0.3, surprise: 0.12 }))).toBe(
      `58 % ${t.emotions.happy}, 30 % ${t.emotions.neutral}`,
    );
    expect(plain(mood({ sad: 0.9, fear: 0.1 }))).toBe(`90 % ${t.emotions.sad}`);
  });
});

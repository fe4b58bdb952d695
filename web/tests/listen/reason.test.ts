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
  readonly de: string;
}

const GOLDEN = JSON.parse(
  readFileSync(new URL("../../../tests/data/reasons.json", import.meta.url), "utf8"),
) as readonly Case[];

const mood = (shares: Partial<Record<Emotion, number>>): number[] =>
  EMOTIONS.map((emotion) => shares[emotion] ?? 0);

describe("why a song was chosen", () => {
  test.each(GOLDEN)("$en", ({ reasons, en: english, de: german }) => {
    expect(inWords(reasons, en)).toBe(english);
    expect(inWords(reasons, de)).toBe(german);
  });

  const facts: readonly Fact[] = [
    { kind: "sounds", emotion: "sad", energy: "low", tense: false },
    { kind: "relation", relation: "close", to: "you" },
  ];

  test("what the library lacks is left out where a list says it once", () => {
    const poor: readonly Fact[] = [...facts, { kind: "best_available", emotion: "fear", songs: 0 }];
    expect(inWords(poor, en)).toMatch(/ your library holds no uneasy songs\.$/);
    expect(inWords(poor, en, false)).toBe("Gloomy and slow, close to your mood.");
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

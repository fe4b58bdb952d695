import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { de } from "../../src/language/de";
import { en } from "../../src/language/en";
import { coverageInWords, inWords, reasonOf, type Fact } from "../../src/listen/reason";
import type { Turn } from "../../src/player/player";

interface Case {
  readonly reasons: readonly Fact[];
  readonly en: string;
  readonly de: string;
}

const GOLDEN = JSON.parse(
  readFileSync(new URL("../../../tests/data/reasons.json", import.meta.url), "utf8"),
) as readonly Case[];

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

  test("what the library holds is one sentence for all songs", () => {
    const held = { word: null, emotions: ["sad"], fit: 6, songs: 1060 };
    expect(coverageInWords(held, en)).toBe("6 of your 1,060 songs are sad.");
    expect(coverageInWords({ ...held, fit: 1 }, de)).toBe("Eines deiner 1.060 Lieder ist traurig.");
    expect(coverageInWords({ ...held, fit: 0 }, en)).toBe("None of your 1,060 songs is sad.");
    const both = { ...held, emotions: ["sad", "neutral"] };
    expect(coverageInWords(both, de)).toBe("6 deiner 1.060 Lieder sind traurig oder ruhig.");
    const word = { ...held, word: "energetic" as const, emotions: [] };
    expect(coverageInWords(word, en)).toBe("6 of your 1,060 songs are energetic.");
  });
});

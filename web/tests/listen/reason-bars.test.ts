/** No reason says of a song or a mood what the page's own bars of them do not show. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { numbersOf, ranked, strongest } from "../../src/emotions";
import type { Fact } from "../../src/listen/reason";

interface Case {
  readonly mood: Readonly<Record<string, number>>;
  readonly song: Readonly<Record<string, number>>;
  readonly reasons: readonly Fact[];
}

/** Random moods and songs with the facts that the server gives for them. */
const CASES = (
  JSON.parse(
    readFileSync(new URL("../../../tests/data/reasons.json", import.meta.url), "utf8"),
  ) as readonly Partial<Case>[]
).filter((one): one is Case => one.mood !== undefined && one.song !== undefined);

describe("no reason contradicts the bars", () => {
  test("there are enough moods and songs to tell", () => {
    expect(CASES.length).toBeGreaterThan(100);
    expect(new Set(CASES.map(({ mood }) => strongest(numbersOf(mood)))).size).toBe(7);
    expect(new Set(CASES.map(({ song }) => strongest(numbersOf(song)))).size).toBe(7);
  });

  test.each(CASES.map((one, index) => ({ ...one, index })))(
    "of case $index",
    ({ song, reasons }) => {
      const bars = ranked(numbersOf(song));
      const share = (name: string): number => song[name] ?? Number.NaN;
      for (const fact of reasons) {
        // The file rounds shares to four places.
        if (fact.kind === "sounds") expect(share(fact.emotion)).toBeCloseTo(bars[0].share, 3);
        if (fact.kind === "touch") expect(share(fact.emotion)).toBeGreaterThanOrEqual(0.1999);
        if (fact.kind === "touch") expect(fact.emotion).not.toBe(bars[0].emotion);
        if (fact.kind === "best_available") expect(fact.emotion).not.toBe(bars[0].emotion);
      }
    },
  );
});

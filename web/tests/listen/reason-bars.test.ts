/** No reason says of a song or a mood what the page's own bars of them do not show. */

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { EMOTIONS, numbersOf, ranked, strongest } from "../../src/emotions";
import type { Fact } from "../../src/listen/reason";

type Shares = Readonly<Record<string, number>>;

interface Case {
  readonly mood: Shares;
  readonly song: Shares;
  /** The mood that was looked for: not the listener's where a policy leads elsewhere. */
  readonly target: Shares;
  /** Valence and arousal of the song. */
  readonly affect: readonly [number, number];
  readonly reasons: readonly Fact[];
}

/** Random moods and songs with the facts that the server gives for them. */
const CASES = (
  JSON.parse(
    readFileSync(new URL("../../../tests/data/reasons.json", import.meta.url), "utf8"),
  ) as readonly Partial<Case>[]
).filter((one): one is Case => one.mood !== undefined && one.song !== undefined);

const SOURCES = new URL("../../../src/vibelux/", import.meta.url);
const CARD = JSON.parse(readFileSync(new URL("weights/music.json", SOURCES), "utf8")) as {
  readonly statistics: { readonly affect: readonly (readonly [number, number])[] };
};

/** Valence and arousal of a mood, as the music model's card places the emotions. */
function placeOf(mood: Shares): [number, number] {
  const along = (axis: 0 | 1): number =>
    EMOTIONS.reduce((sum, name, i) => sum + mood[name]! * CARD.statistics.affect[i]![axis], 0);
  return [along(0), along(1)];
}

/** How far apart songs and moods may lie on each axis and still be called close, as in Python. */
const CLOSE = /^CLOSE = \(([\d.]+), ([\d.]+)\)$/m
  .exec(readFileSync(new URL("recommend/reasons.py", SOURCES), "utf8"))!
  .slice(1)
  .map(Number) as [number, number];
const ROUNDING = 0.001; // of the file and of the card: four places each

/** Whether one word names both values: low, medium or high; rounding may move one over an edge. */
function oneBand(a: number, b: number, edge: number): boolean {
  const bands = (x: number): number[] =>
    [x - ROUNDING, x + ROUNDING].map((at) => Number(at > edge) - Number(at < -edge));
  return bands(a).some((band) => bands(b).includes(band));
}

describe("no reason contradicts the bars", () => {
  test("there are enough moods and songs to tell", () => {
    const kinds = CASES.flatMap(({ reasons }) =>
      reasons.map((fact) => (fact.kind === "relation" ? fact.relation : fact.kind)),
    );
    for (const kind of ["close", "calmer", "livelier", "brighter", "darker", "step"]) {
      expect(kinds).toContain(kind);
    }
    expect(CASES.length).toBeGreaterThan(100);
    expect(new Set(CASES.map(({ mood }) => strongest(numbersOf(mood)))).size).toBe(7);
    expect(new Set(CASES.map(({ song }) => strongest(numbersOf(song)))).size).toBe(7);
  });

  test.each(CASES.map((one, index) => ({ ...one, index })))(
    "of case $index",
    ({ mood, song, target, affect, reasons }) => {
      const bars = ranked(numbersOf(song));
      const clear = Math.abs(affect[0]) > 0.25;
      const share = (name: string): number => song[name] ?? Number.NaN;
      const places = { you: placeOf(mood), aim: placeOf(target), song: affect };
      for (const fact of reasons) {
        if (fact.kind === "relation" || fact.kind === "step") {
          const other = places[fact.kind === "step" ? "you" : fact.to];
          const [brighter, livelier] = [affect[0] - other[0], affect[1] - other[1]];
          const direction = fact.kind === "step" ? fact.direction : fact.relation;
          if (direction === "close") {
            for (const [axis, apart] of [brighter, livelier].entries()) {
              if (!oneBand(affect[axis]!, other[axis]!, [0.25, 0.2][axis]!))
                expect(Math.abs(apart)).toBeLessThanOrEqual(CLOSE[axis]! + ROUNDING);
            }
          } else {
            const towards = { brighter, darker: -brighter, livelier, calmer: -livelier }[direction];
            expect(towards).toBeGreaterThan(-ROUNDING);
          }
        }
        // The file rounds shares to four places.
        // A song that is clearly pleasant or unpleasant has no name from the other side.
        if (fact.kind === "sounds" && !clear)
          expect(share(fact.emotion)).toBeCloseTo(bars[0].share, 3);
        if (fact.kind === "touch") expect(share(fact.emotion)).toBeGreaterThanOrEqual(0.1999);
        const sounds = reasons.find(({ kind }) => kind === "sounds");
        if (fact.kind === "touch") expect(sounds).not.toHaveProperty("emotion", fact.emotion);
        if (fact.kind === "best_available") expect(fact.emotion).not.toBe(bars[0].emotion);
      }
    },
  );
});

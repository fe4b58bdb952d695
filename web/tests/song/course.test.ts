import { expect, test } from "vitest";
import { EMOTIONS, type Emotion } from "../../src/emotions";
import { areas, line, momentAt, momentsOf, type Moment } from "../../src/song/course";

/** A song of windows of ten seconds, each mostly of an emotion. */
function song(...strongest: Emotion[]): Moment[] {
  return momentsOf(
    strongest.map((emotion, i) => ({
      start: 10 * i,
      mood: Object.fromEntries(EMOTIONS.map((name) => [name, name === emotion ? 0.7 : 0.05])),
      sound: { kind: "sounds", emotion, energy: "medium", tense: false },
      valence: i / strongest.length,
      arousal: 0.5,
      tension: null,
    })),
    10 * strongest.length + 5,
  );
}

test("a moment lasts until the next one, the last one until the song ends", () => {
  const moments = song("happy", "sad", "sad");
  expect(moments.map(({ end }) => end)).toEqual([10, 20, 35]);
  expect(momentAt(moments, 9.9)?.start).toBe(0);
  expect(momentAt(moments, 34)?.start).toBe(20);
  expect(momentAt(moments, -1)?.start).toBe(0);
  expect(momentAt([], 3)).toBeUndefined();
  expect(momentsOf([], 30)).toEqual([]);
});

test("the seven areas fill the picture from edge to edge", () => {
  const paths = areas(song("happy", "sad"));
  expect(paths).toHaveLength(7);
  // The first one stands on the ground, the last one reaches the top.
  expect(paths[0]).toMatch(/^M0 95L.*L0 100Z$/);
  expect(paths[6]).toMatch(/^M0 0L.*L1000 0L/);
  expect(line(song("happy", "sad"), () => 0)).toMatch(/^M0 50L.*L1000 50$/);
});

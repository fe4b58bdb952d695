import { describe, expect, test } from "vitest";
import { EMOTIONS, type Emotion } from "../../src/emotions";
import { de } from "../../src/language/de";
import { en, type Language } from "../../src/language/en";
import * as reason from "../../src/listen/reason";
import type { Given } from "../../src/mood/mood";
import type { Turn } from "../../src/player/player";

/** Without the spaces that keep a number and its sign together. */
const plain =
  <A extends unknown[]>(words: (...given: A) => string) =>
  (...given: A): string =>
    words(...given).replaceAll("\u00a0", " ");
const likeness = plain(reason.likeness);
const reasonOf = plain(reason.reasonOf);
const gist = plain(reason.gist);

const mood = (shares: Partial<Record<Emotion, number>>): number[] =>
  EMOTIONS.map((emotion) => shares[emotion] ?? 0);

const named = (numbers: number[]): Record<string, number> =>
  Object.fromEntries(EMOTIONS.map((emotion, i) => [emotion, numbers[i] ?? 0]));

const FACE = mood({ happy: 0.58, neutral: 0.3, surprise: 0.12 });
const SONG = mood({ happy: 0.62, neutral: 0.28, surprise: 0.1 });

function turn(over: Partial<Turn> & { target?: number[]; learnt?: number } = {}): Turn {
  const song = { id: 1, title: "A", mood: named(SONG) } as unknown as Turn["song"];
  const pick = {
    song,
    score: 0.9,
    reason: "happy 62 % like the face (58 %)",
    target: named(over.target ?? FACE),
    learnt: over.learnt ?? 0,
  } as unknown as Turn["pick"];
  return { song, pick, policy: "match", ...over };
}

const given = (source: Given["source"]): Given => ({ mood: FACE, source, by: "camera", at: 0 });

describe("why a song was chosen", () => {
  test("names what both have, with both shares", () => {
    expect(likeness(FACE, SONG, "face", en)).toBe(
      "62 % happy, like your face (58 %), little sadness",
    );
    expect(likeness(FACE, SONG, "face", de)).toBe(
      "62 % fröhlich wie dein Gesicht (58 %), wenig Trauer",
    );
  });

  test("says where they part", () => {
    const angry = mood({ happy: 0.3, neutral: 0.2, angry: 0.5 });
    expect(likeness(FACE, angry, "mood", en)).toBe(
      "30 % happy, less than your mood (58 %), 20 % neutral (30 %), more anger (50 %)",
    );
    expect(likeness(mood({ happy: 0.3, neutral: 0.7 }), mood({ happy: 1 }), "aim", en)).toBe(
      "100 % happy, more than the aim (30 %), less neutrality (0 %)",
    );
  });

  test("says when nothing is alike", () => {
    expect(likeness(mood({ happy: 1 }), mood({ sad: 1 }), "mood", de)).toBe(
      "nichts gemeinsam: 100 % traurig, deine Stimmung ist 100 % fröhlich",
    );
  });

  test("speaks of the face, the mood or the aim", () => {
    expect(reasonOf(turn(), given("face"), en)).toContain("like your face");
    expect(reasonOf(turn(), given("chosen"), en)).toContain("like your mood");
    expect(reasonOf(turn({ policy: "lift" }), given("face"), en)).toContain("like the aim");
  });

  test("calls chance by its name", () => {
    expect(reasonOf(turn({ policy: "off" }), given("face"), en)).toBe("by chance; 62 % happy");
    expect(reasonOf(turn(), null, de)).toBe("zufällig; 62 % fröhlich");
  });

  test("tells what was learnt, and what the person chose", () => {
    expect(reasonOf(turn({ learnt: 0.3 }), given("face"), en)).toMatch(
      /; you tend to like such songs$/,
    );
    expect(reasonOf(turn({ learnt: -0.3 }), given("face"), de)).toMatch(
      /; solche Lieder überspringst du meist$/,
    );
    expect(reasonOf(turn({ pick: null }), null, en)).toBe(en.listen.asked);
  });

  test("small shares are not rounded to nothing", () => {
    expect(likeness(mood({ happy: 1 }), mood({ happy: 0.004, sad: 0.996 }), "mood", en)).toContain(
      "<1 % happy",
    );
  });

  test.each([en, de])("the gist has the two strongest at most", (t: Language) => {
    expect(gist(FACE, t)).toBe(`58 % ${t.emotions.happy}, 30 % ${t.emotions.neutral}`);
    expect(gist(mood({ sad: 0.9, fear: 0.1 }), t)).toBe(`90 % ${t.emotions.sad}`);
  });
});

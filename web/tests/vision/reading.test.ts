import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Mood } from "../../src/emotions";
import { distance } from "../../src/vision/box";
import { TURNED_MARGIN, type Found } from "../../src/vision/detector";
import { begun } from "../../src/vision/followed";
import { quantile, type Grey } from "../../src/vision/grey";
import * as reading from "../../src/vision/reading";
import { judge, readFaces, sharpness, type Networks } from "../../src/vision/reading";

const HAPPY: Mood = [0, 0, 0, 0.9, 0.1, 0, 0];
/** The mood's entropy is the doubt. */
const ENTROPY = { doubt: [0, 0, 0, 0, 0, 0, 0, 1], unsure: 1.5 };
const BOX = { x: 0, y: 0, w: 40, h: 50, score: 0.9 };

/** A picture from a function of the place; levels are rounded. */
function picture(width: number, height: number, level: (x: number, y: number) => number): Grey {
  const pixels = Uint8Array.from({ length: width * height }, (_, i) =>
    Math.round(level(i % width, Math.floor(i / width))),
  );
  return { width, height, pixels };
}

const checks = picture(48, 48, (x, y) => ((x >> 2) + (y >> 2)) % 2 && 200);

function networksThat(find: (input: Grey) => Found): Networks & { readonly seen: Grey[] } {
  const seen: Grey[] = [];
  return {
    seen,
    detector: { longerSide: 320, multiple: 1, scoreThreshold: 0.6 },
    face: { size: 48, cropScale: 1.24, ...ENTROPY },
    find: async (input) => {
      seen.push(input);
      return find(input);
    },
    classify: async (crops) => crops.map(() => HAPPY),
  };
}

const none = (): Found => ({ boxes: new Float32Array(8), scores: new Float32Array(2) });

test("the constants are those of the Python package", () => {
  const python = readFileSync(
    new URL("../../../src/vibelux/face/reading.py", import.meta.url),
    "utf8",
  );
  const found = Object.fromEntries(
    [...python.matchAll(/^([A-Z_]+) = ([\d.]+)$/gm)].map(([, name, value]) => [name, +value!]),
  );
  const { MIN_FACE, MIN_CONTRAST, MIN_SHARPNESS, MIN_MOUTH, DARK_FRAME } = reading;
  expect(found).toEqual({ MIN_FACE, MIN_CONTRAST, MIN_SHARPNESS, MIN_MOUTH, DARK_FRAME });
  const detector = readFileSync(
    new URL("../../../src/vibelux/face/detector.py", import.meta.url),
    "utf8",
  );
  expect(+/^TURNED_MARGIN = ([\d.]+)$/m.exec(detector)![1]!).toBe(TURNED_MARGIN);
  const states = /^State = Literal\[\s*([^\]]+?)\s*\]$/m.exec(python)![1];
  expect(states).toBe(reading.STATES.map((state) => `"${state}"`).join(", "));
});

test("quantiles lie between two pixels as NumPy's do", () => {
  const levels = [7, 1, 200, 30, 30, 90];
  const grey = { width: 3, height: 2, pixels: Uint8Array.from(levels) };
  // np.percentile([7, 1, 200, 30, 30, 90], (0, 5, 50, 95, 100))
  const found = [0, 0.05, 0.5, 0.95, 1].map((share) => quantile(grey, share));
  [1, 2.5, 30, 172.5, 200].forEach((level, i) => expect(found[i]).toBeCloseTo(level, 9));
  expect(quantile(grey, 1, 2)).toBe(200); // of 7 and 200 alone
});

test("a flat crop has no sharpness, one of lines in one direction neither", () => {
  expect(sharpness(picture(48, 48, () => 120))).toBe(0);
  expect(sharpness(picture(48, 48, (x) => (x % 8) * 30))).toBeCloseTo(0, 12);
  expect(sharpness(checks)).toBeGreaterThan(0.1);
});

test.each([
  ["ok", BOX, checks, HAPPY],
  ["upside_down", { ...BOX, turn: 2 }, checks, HAPPY],
  ["too_small", { ...BOX, w: 25.9 }, checks, HAPPY],
  ["too_dark", BOX, picture(48, 48, (x, y) => ((x + y) % 2) * 20), HAPPY],
  ["too_blurred", BOX, picture(48, 48, (x, y) => 2 * (x + y)), HAPPY],
  [
    "covered",
    BOX,
    picture(48, 48, (x, y) => (y > 28 ? 90 : ((x >> 2) + (y >> 2)) % 2 && 200)),
    HAPPY,
  ],
  ["unsure", BOX, checks, Array<number>(7).fill(1 / 7)],
] as const)("%s", (state, box, crop, mood) => {
  expect(judge(box, crop, mood, ENTROPY)).toBe(state);
});

test("without a face the state tells dark from empty", async () => {
  const night = await readFaces(
    picture(64, 48, () => 12),
    networksThat(none),
  );
  expect(night).toEqual({
    state: "too_dark",
    mood: null,
    face: null,
    faces: [],
    width: 64,
    height: 48,
  });
  const wall = await readFaces(
    picture(64, 48, () => 120),
    networksThat(none),
  );
  expect(wall.state).toBe("no_face");
});

test("boxes come back in the picture's pixels, the most prominent face first", async () => {
  const networks = networksThat(() => ({
    boxes: Float32Array.of(10, 20, 30, 40, 100, 20, 60, 80, 5, 5, 200, 200),
    scores: Float32Array.of(0.9, 0.8, 0.5),
  }));
  const grey = picture(640, 480, (x, y) => ((x >> 2) + (y >> 2)) % 2 && 200);
  const { faces, face, state, mood } = await readFaces(grey, networks);
  expect(faces.map(({ box }) => [box.x, box.y, box.w, box.h])).toEqual([
    [200, 40, 120, 160],
    [20, 40, 60, 80],
  ]);
  expect([face, state, mood]).toEqual([faces[0]!.box, "ok", HAPPY]);
  const known = begun({ x: 15, y: 35, w: 60, h: 80, score: 1 }, 0);
  const next = await readFaces(grey, networks, { known, time: 0.1 });
  expect(next.face).toEqual(next.followed!.box);
  expect(distance(next.face!, faces[1]!.box)).toBeLessThan(0.1);
});

/** Answers with one face of a width, a score and a place, in pictures that are looked at so wide. */
function facesAt(
  places: Record<number, [x: number, y: number, w: number, score: number]>,
): (input: Grey) => Found {
  return ({ width }) => {
    const [x = 0, y = 0, w = 0, score = 0] = places[width] ?? [];
    return { boxes: Float32Array.of(x, y, w, 1.25 * w), scores: Float32Array.of(score) };
  };
}

const even = picture(2000, 30, () => 99);

test("a photo is looked at up to three times, a small one only as far as there is detail", async () => {
  const sides = async (width: number, looks?: number): Promise<number[]> => {
    const networks = networksThat(none);
    await readFaces(
      picture(width, 30, () => 99),
      networks,
      looks ? { looks } : {},
    );
    return networks.seen.filter(({ width, height }) => width > height).map(({ width }) => width);
  };
  expect(await sides(2000)).toEqual([320]);
  // Nothing was found, so it is looked at upside down as well.
  const { PHOTO_LOOKS } = reading;
  expect(await sides(2000, PHOTO_LOOKS)).toEqual([320, 640, 1280, 320, 640, 1280]);
  expect(await sides(600, PHOTO_LOOKS)).toEqual([320, 640, 320, 640]);
  expect(await sides(300, PHOTO_LOOKS)).toEqual([320, 320]);
});

test("a look that finds a face is followed by one more", async () => {
  const networks = networksThat(facesAt({ 320: [10, 5, 40, 0.8], 640: [300, 5, 40, 0.9] }));
  const { faces } = await readFaces(even, networks, { looks: 3 });
  expect(faces.map(({ box }) => Math.round(box.x))).toEqual([63, 938]);
  const looks = networks.seen.filter(({ width }) => width !== 160).map(({ width }) => width);
  expect(looks).toEqual([320, 640]);
  const once = networksThat(facesAt({ 320: [10, 5, 40, 0.8], 640: [300, 5, 40, 0.9] }));
  expect((await readFaces(even, once)).faces).toHaveLength(1);
});

test("what is seen in a turned photo only must be surer", async () => {
  const least = 0.6 + TURNED_MARGIN;
  for (const score of [least - 0.01, least + 0.01]) {
    const networks = networksThat(facesAt({ 5: [1, 1, 30, score] })); // on its side: 5 wide
    const { faces } = await readFaces(even, networks, { looks: 1 });
    expect(faces).toHaveLength(0);
    const found = (await readFaces(even, networks, { looks: 3 })).faces.map(({ box }) => box.turn);
    expect(found).toEqual(score < least ? [] : [1, 3]);
  }
});

test("a face that is stronger upside down is turned", async () => {
  // In the third of the four squares around the face: 40 wide, in the middle of 80.
  const networks = networksThat(facesAt({ 320: [100, 60, 50, 0.8], 160: [20, 90, 40, 0.75] }));
  const grey = picture(320, 240, (x, y) => (x + 2 * y) % 256);
  const { face } = await readFaces(grey, networks);
  expect(face).toMatchObject({ w: 50, h: 62.5, turn: 2 });
  expect(face!.score).toBeCloseTo(0.8, 6);
  const upright = networksThat(facesAt({ 320: [100, 60, 50, 0.8], 160: [20, 10, 40, 0.75] }));
  expect((await readFaces(grey, upright)).face!.turn).toBe(0);
});

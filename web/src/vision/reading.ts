/** The expression on the main face of one picture, or why there is none: docs/face.md. */
import type { Mood } from "../emotions";
import { acrossOf, distance, type Box } from "./box";
import { moved, type Followed } from "./followed";
import { closer, detect, type DetectorConstants, type Found } from "./detector";
import { quantile, quarterTurned, type Grey } from "./grey";
import { sample, sampleLevelled } from "./sampling";

export const STATES = [
  "ok",
  "no_face",
  "upside_down",
  "too_small",
  "too_dark",
  "too_blurred",
  "covered",
  "unsure",
] as const;

/** `ok`, or why there is no mood. */
export type State = (typeof STATES)[number];

/** Pixels of a face's width; in smaller faces the expression is lost. */
export const MIN_FACE = 26;

/** Grey levels between the 5th and 95th percentile of a crop: contrast, whatever the skin. */
export const MIN_CONTRAST = 24;

/** Of a crop, as of `sharpness`. */
export const MIN_SHARPNESS = 0.018;

/** Of a crop, as of `mouthShown`. */
export const MIN_MOUTH = 0.05;

/** Grey level that 99 % of a picture stay below when it is too dark to find a face in. */
export const DARK_FRAME = 40;

/** Added to shares before their logarithm is taken, as in Python's model_statistics. */
const LEAST_SHARE = 1e-4;

/** Sizes at which a face is looked for in a photo, 320 to 1280 pixels. */
export const PHOTO_LOOKS = 3;

/** What one picture shows. */
export interface FaceReading {
  readonly state: State;
  /** Of the main face, if the state is `ok`. */
  readonly mood: Mood | null;
  /** The main face, also when it cannot be read. */
  readonly face: Box | null;
  /** Every face, the main one first, with its mood where it can be read. */
  readonly faces: readonly { readonly box: Box; readonly mood: Mood | null }[];
  /** The picture's size in pixels, in which the boxes are given. */
  readonly width: number;
  readonly height: number;
  /** The main face as it is followed; null or missing if it is the first frame that shows it. */
  readonly followed?: Followed | null;
}

/** The two networks with the constants of their cards. */
export interface Networks {
  readonly detector: DetectorConstants;
  readonly face: FaceConstants;
  /** Run the detector on its input. */
  find(input: Grey): Promise<Found>;
  /** Classify crops of one size; return a mood for each. */
  classify(crops: readonly Grey[]): Promise<Mood[]>;
}

/** Constants of the face model's card. */
export interface FaceConstants {
  /** Side of a crop in pixels. */
  readonly size: number;
  /** Side of the square that is cut out, in widths of the face's box. */
  readonly cropScale: number;
  /** Weights of the logarithms of a mood's seven shares, and of its entropy: see `isUnsure`. */
  readonly doubt: readonly number[];
  /** Their sum from which on a mood is not given. */
  readonly unsure: number;
}

/**
 * How to look: `known` is the main face in the frame before, `time` that of this frame in seconds,
 * `looks` as of `detect`.
 */
export interface Look {
  readonly known?: Followed | null;
  readonly time?: number;
  readonly looks?: number;
}

/** Read one picture: find the faces, cut them out, classify them, judge the main one. */
export async function readFaces(
  grey: Grey,
  networks: Networks,
  { known = null, time = 0, looks = 1 }: Look = {},
): Promise<FaceReading> {
  const { width, height } = grey;
  const find = (input: Grey): Promise<Found> => networks.find(input);
  const boxes = await detect(grey, find, networks.detector, looks);
  if (boxes.length === 0) {
    const state = quantile(grey, 0.99, 4) < DARK_FRAME ? "too_dark" : "no_face";
    return { state, mood: null, face: null, faces: [], width, height };
  }
  let followed: Followed | null = null;
  if (known !== null) {
    const main = boxes.reduce((a, b) => (distance(b, known.box) < distance(a, known.box) ? b : a));
    followed = moved(known, await closer(grey, main, known.box, find, networks.detector), time);
    boxes.splice(boxes.indexOf(main), 1);
    boxes.unshift(followed?.box ?? main);
  }
  const crops = boxes.map((box) => cropOf(grey, box, networks.face));
  const moods = await networks.classify(crops);
  const states = boxes.map((box, i) => judge(box, crops[i]!, moods[i]!, networks.face));
  const faces = boxes.map((box, i) => ({ box, mood: states[i] === "ok" ? moods[i]! : null }));
  const [state, { mood }, face] = [states[0]!, faces[0]!, boxes[0]!];
  return { state, mood, face, faces, width, height, followed };
}

/** Return the square around a face that the model sees, upright and level: docs/preprocessing.md, step 7. */
export function cropOf(grey: Grey, box: Box, { size, cropScale }: FaceConstants): Grey {
  const side = whole(cropScale * acrossOf(box));
  const x = whole(box.x + box.w / 2 - side / 2);
  const y = whole(box.y + box.h / 2 - side / 2);
  const window = { x, y, w: side, h: side };
  const crop = box.tilt
    ? sampleLevelled(grey, window, size, box.tilt)
    : sample(grey, window, size, size);
  return quarterTurned(crop, box.turn ?? 0);
}

/** Round down to sixteenths of a pixel: a box that differs in its last digits has the same crop. */
function whole(pixels: number): number {
  return Math.floor(16 * pixels) / 16;
}

/** Return whether a face can be read, and if not, why. */
export function judge(box: Box, crop: Grey, mood: Mood, constants: Doubt): State {
  if (box.turn === 2) return "upside_down";
  if (acrossOf(box) < MIN_FACE) return "too_small";
  if (quantile(crop, 0.95) - quantile(crop, 0.05) < MIN_CONTRAST) return "too_dark";
  if (sharpness(crop) < MIN_SHARPNESS) return "too_blurred";
  if (mouthShown(crop) < MIN_MOUTH) return "covered";
  if (isUnsure(mood, constants)) return "unsure";
  return "ok";
}

type Doubt = Pick<FaceConstants, "doubt" | "unsure">;

/** Tell whether a mood is one on which people would hardly agree: docs/face.md. */
export function isUnsure(mood: Mood, { doubt, unsure }: Doubt): boolean {
  const logarithms = mood.map((share) => Math.log(share + LEAST_SHARE));
  const entropy = -mood.reduce((sum, share, i) => sum + share * logarithms[i]!, 0);
  const sum = [...logarithms, entropy].reduce((all, value, i) => all + value * doubt[i]!, 0);
  return sum >= unsure;
}

/**
 * Return how steep a crop's edges are in the direction in which they are the least steep: the
 * smaller eigenvalue of the mean structure tensor (Förstner & Gülch, 1987) over the variance of
 * the pixels, 0 without contrast.
 */
export function sharpness({ width, height, pixels }: Grey): number {
  const variance = varianceOf(pixels);
  if (variance <= 0) return 0;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let y = 0; y < height - 1; y++) {
    for (let x = 0; x < width - 1; x++) {
      const i = y * width + x;
      const right = pixels[i + 1]! - pixels[i]!;
      const down = pixels[i + width]! - pixels[i]!;
      xx += right * right;
      yy += down * down;
      xy += right * down;
    }
  }
  const count = (width - 1) * (height - 1);
  return ((xx + yy) / 2 - Math.hypot((xx - yy) / 2, xy)) / count / variance;
}

/** Rows and columns of a crop of 48×48 where the mouth is. */
const MOUTH = { top: 31, bottom: 43, left: 16, right: 32 };

/**
 * Return how much is to be seen where the mouth is: the variance of the levels there over that of
 * the whole crop, 0 without contrast.
 */
export function mouthShown({ width, pixels }: Grey): number {
  const there: number[] = [];
  for (let y = MOUTH.top; y < MOUTH.bottom; y++) {
    there.push(...pixels.subarray(y * width + MOUTH.left, y * width + MOUTH.right));
  }
  const variance = varianceOf(pixels);
  return variance > 0 ? varianceOf(there) / variance : 0;
}

function varianceOf(levels: ArrayLike<number>): number {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < levels.length; i++) {
    sum += levels[i]!;
    squares += levels[i]! * levels[i]!;
  }
  const mean = sum / levels.length;
  return squares / levels.length - mean * mean;
}

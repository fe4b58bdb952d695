/** Finds faces: docs/preprocessing.md, steps 4 to 6. The network itself comes as a function. */
import { merged, scaled, tiltOf, turnedBack, type Box } from "./box";
import { closeLook } from "./close-look";
import { quarterTurned, type Grey } from "./grey";
import { sample } from "./sampling";
import { upright, type Find } from "./turn";

/** Added to the score threshold for a face that is found only after the picture was turned. */
export const TURNED_MARGIN = 0.07;

/** Of the score threshold from which on a face counts that is known to be there. */
const KNOWN_SHARE = 0.5;

/** What the graph returns: `boxes` [shape=(n, 4)], `scores` (n,) and, if known, `points` (n, 5, 2). */
export interface Found {
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
  readonly points?: Float32Array | undefined;
}

/** Constants of the detector's card. */
export interface DetectorConstants {
  /** Pixels to which a picture's longer side is brought. */
  readonly longerSide: number;
  /** Of which the sides of the graph's input are multiples. */
  readonly multiple: number;
  /** Rows with a lower score are dropped. */
  readonly scoreThreshold: number;
}

/**
 * Finds the faces of a picture, the most prominent first.
 *
 * `looks`: sizes at which faces are looked for at most, each twice the last: until there is one,
 * and once more. One is right for a camera. With more, small faces in large pictures are found, and
 * faces in pictures that lie on their side or upside down.
 */
export async function detect(
  grey: Grey,
  run: (input: Grey) => Promise<Found>,
  constants: DetectorConstants,
  looks = 1,
): Promise<Box[]> {
  const find: Find = async (input) => boxesOf(await run(input), constants.scoreThreshold);
  const found: Box[] = [];
  for (const box of await seen(grey, find, constants, looks)) {
    found.push(await upright(grey, box, find));
  }
  const faces = merged([found], constants.scoreThreshold);
  if (looks === 1) return faces;
  const [main] = faces;
  const all = [faces];
  for (const turn of main ? [main.turn ?? 0] : [1, 2, 3]) {
    if (turn) all.push(await seenTurned(grey, turn, find, constants, looks));
  }
  return merged(all, constants.scoreThreshold);
}

/** Return one of a picture's faces as a closer look finds it; `known`: where it was before. */
export function closer(
  grey: Grey,
  face: Box,
  known: Box,
  run: (input: Grey) => Promise<Found>,
  { scoreThreshold }: DetectorConstants,
): Promise<Box> {
  const least = KNOWN_SHARE * scoreThreshold;
  return closeLook(grey, face, known, async (input) => boxesOf(await run(input), least));
}

/** Return the faces that are upright once the picture is turned counter-clockwise so. */
async function seenTurned(
  grey: Grey,
  turn: number,
  find: Find,
  constants: DetectorConstants,
  looks: number,
): Promise<Box[]> {
  const turned = quarterTurned(grey, turn);
  const least = constants.scoreThreshold + TURNED_MARGIN;
  const faces: Box[] = [];
  for (const box of await seen(turned, find, constants, looks)) {
    if (box.score < least || (await upright(turned, box, find)) !== box) continue;
    faces.push(turnedBack(box, turn, grey.width, grey.height));
  }
  return faces;
}

/** Return the faces of a picture that the looks find, taken to be upright. */
async function seen(
  grey: Grey,
  find: Find,
  { longerSide, multiple, scoreThreshold }: DetectorConstants,
  looks: number,
): Promise<Box[]> {
  const found: Box[][] = [];
  for (let look = 0; look < looks; look++) {
    const side = longerSide * 2 ** look;
    if (look > 0 && side >= 2 * Math.max(grey.width, grey.height)) break; // no more to be seen
    const done = (found.at(-1)?.length ?? 0) > 0;
    const { input, factor } = reduced(grey, side, multiple);
    found.push((await find(input)).map((box) => scaled(box, factor)));
    if (done) break;
  }
  return merged(found, scoreThreshold);
}

/** Return a picture as the graph sees it, and the picture's pixels per pixel of that. */
export function reduced(
  grey: Grey,
  longerSide: number,
  multiple: number,
): { input: Grey; factor: number } {
  const longest = Math.max(grey.width, grey.height);
  const factor = longest / longerSide;
  const [width, height] = [grey.width, grey.height].map(
    (side) => Math.ceil((side * longerSide) / (longest * multiple)) * multiple,
  ) as [number, number];
  const window = { x: 0, y: 0, w: width * factor, h: height * factor };
  return { input: sample(grey, window, width, height), factor };
}

/** Return the boxes that the graph is sure enough of, in pixels of its input. */
function boxesOf({ boxes, scores, points }: Found, threshold: number): Box[] {
  const found: Box[] = [];
  scores.forEach((score, row) => {
    if (score < threshold) return;
    const [x = 0, y = 0, w = 0, h = 0] = boxes.subarray(4 * row, 4 * row + 4);
    const tilt = points ? tiltOf(points.subarray(10 * row, 10 * row + 10)) : 0;
    found.push({ x, y, w, h, score, turn: 0, tilt });
  });
  return found;
}

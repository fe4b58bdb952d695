/** Finds faces: docs/preprocessing.md, steps 3 and 4. The network itself comes as a function. */
import type { Box } from "./box";
import type { Grey } from "./grey";
import { sample } from "./sampling";

/** What the detector's graph returns: `boxes` [shape=(n, 4)] and `scores` [shape=(n,)]. */
export interface Found {
  readonly boxes: Float32Array;
  readonly scores: Float32Array;
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
 * Finds the faces of a picture.
 *
 * `looks`: sizes that are tried, each twice the last, until a face is found. One is right for a
 * camera; more find small faces in large pictures.
 */
export async function detect(
  grey: Grey,
  run: (input: Grey) => Promise<Found>,
  constants: DetectorConstants,
  looks = 1,
): Promise<Box[]> {
  for (let look = 0; look < looks; look++) {
    const side = constants.longerSide * 2 ** look;
    if (look > 0 && side >= 2 * Math.max(grey.width, grey.height)) break; // no more to be seen
    const { input, factor } = reduced(grey, side, constants.multiple);
    const boxes = boxesOf(await run(input), factor, constants.scoreThreshold);
    if (boxes.length > 0) return boxes;
  }
  return [];
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

/** Return the faces in the picture's pixels, the most prominent (width × score) first. */
function boxesOf({ boxes, scores }: Found, factor: number, threshold: number): Box[] {
  const found: Box[] = [];
  scores.forEach((score, row) => {
    if (score < threshold) return;
    const [x, y, w, h] = [0, 1, 2, 3].map((column) => boxes[4 * row + column]! * factor) as [
      number,
      number,
      number,
      number,
    ];
    found.push({ x, y, w, h, score });
  });
  return found.sort((a, b) => b.w * b.score - a.w * a.score);
}

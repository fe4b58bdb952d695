/**
 * A closer look at a face that is followed, so that it is always seen in the same way and its box
 * does not wander: docs/preprocessing.md, step 6.
 */
import { distance, scaled, type Box } from "./box";
import type { Grey } from "./grey";
import { sample } from "./sampling";
import type { Find } from "./turn";

/** Side of the window's picture in pixels. */
const SIDE = 112;

/** Side of the window in widths of the face. */
const AROUND = 2;

/** How far two boxes of one face may lie apart, in its widths and in the logarithm of the width. */
const NEAR = 0.25;

/**
 * Return a face's box at the place that a closer look finds, or as it is. `known`: where it was in
 * the frame before; it is looked at from there, unless it has moved.
 */
export async function closeLook(grey: Grey, face: Box, known: Box, find: Find): Promise<Box> {
  if (face.turn) return face;
  const centre = agree(face, known) ? known : face;
  const side = AROUND * centre.w;
  const x = centre.x + centre.w / 2 - side / 2;
  const y = centre.y + centre.h / 2 - side / 2;
  let best: Box | null = null;
  for (const found of await find(sample(grey, { x, y, w: side, h: side }, SIDE, SIDE))) {
    const there = scaled(found, side / SIDE);
    const box = { ...there, x: there.x + x, y: there.y + y };
    if (agree(box, face) && box.score > (best?.score ?? -1)) best = box;
  }
  return best === null ? face : { ...best, score: face.score };
}

/** Tell whether two boxes are nearly the same, so that they show one face. */
function agree(box: Box, other: Box): boolean {
  const alike = Math.abs(Math.log(box.w / other.w)) <= NEAR;
  return alike && (box.turn ?? 0) === (other.turn ?? 0) && distance(box, other) <= NEAR;
}

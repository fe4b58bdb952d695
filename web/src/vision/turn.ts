/** Which way up a face is: docs/preprocessing.md, step 6. */
import { scaled, turnedBack, type Box } from "./box";
import { quarterTurned, type Grey } from "./grey";
import { sample } from "./sampling";

/** Runs the detector on its input; the boxes are in its pixels. */
export type Find = (input: Grey) => Promise<readonly Box[]>;

/** Pixels of each of the four copies of what is around the face. */
const SIDE = 80;

/** Widths of the face that they show; so it is 40 pixels wide, enough for the detector. */
const AROUND = 2;

/** Pixels by which a box's centre may miss the middle of its quarter along each axis. */
const MIDDLE = 14;

/** Of a box in pixels; others are parts of the face or things around it. */
const [NARROWEST, WIDEST] = [16, 88];

/**
 * Return a box with the turn that makes its face upright, and at that face's place; the box itself
 * if it is strongest as it is, or if the detector no longer finds it.
 */
export async function upright(grey: Grey, box: Box, find: Find): Promise<Box> {
  const side = AROUND * box.w;
  const x = box.x + box.w / 2 - side / 2;
  const y = box.y + box.h / 2 - side / 2;
  const shown = sample(grey, { x, y, w: side, h: side }, SIDE, SIDE);
  let strongest: Box | null = null;
  let turn = 0;
  for (const face of await find(fourWays(shown))) {
    const quarter = quarterOf(face);
    const best = strongest?.score ?? -1;
    if (quarter === null || face.score < best) continue;
    if (face.score > best || quarter < turn) [strongest, turn] = [face, quarter];
  }
  if (strongest === null || turn === 0) return box;
  const there = {
    ...strongest,
    x: strongest.x - SIDE * (turn % 2),
    y: strongest.y - SIDE * (turn >> 1),
  };
  const back = scaled(turnedBack(there, turn, SIDE, SIDE), side / SIDE);
  return { ...back, x: back.x + x, y: back.y + y, score: box.score };
}

/** Return a square turned by 0, 1, 2 and 3 quarters, row by row in a larger one. */
function fourWays(shown: Grey): Grey {
  const pixels = new Uint8Array(4 * SIDE * SIDE);
  for (let turn = 0; turn < 4; turn++) {
    const turned = quarterTurned(shown, turn);
    for (let y = 0; y < SIDE; y++) {
      const line = turned.pixels.subarray(y * SIDE, (y + 1) * SIDE);
      pixels.set(line, ((turn >> 1) * SIDE + y) * 2 * SIDE + (turn % 2) * SIDE);
    }
  }
  return { width: 2 * SIDE, height: 2 * SIDE, pixels };
}

/** Return in the middle of which quarter, 0 to 3, a box lies; null if in no one's. */
function quarterOf(face: Box): number | null {
  const x = face.x + face.w / 2;
  const y = face.y + face.h / 2;
  const column = x >= SIDE ? 1 : 0;
  const row = y >= SIDE ? 1 : 0;
  const away = Math.max(Math.abs(x - (column + 0.5) * SIDE), Math.abs(y - (row + 0.5) * SIDE));
  return away < MIDDLE && face.w > NARROWEST && face.w < WIDEST ? 2 * row + column : null;
}

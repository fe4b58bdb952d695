/** A face's place in a picture; which of several is the main one, which are the same face. */

/** In the picture's pixels; may reach beyond it. Forehead to chin and cheek to cheek. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  /** How sure the detector is, in [0, 1]. */
  readonly score: number;
  /** Counter-clockwise quarter turns that make the face upright, 0 to 3; 0 where it is not said. */
  readonly turn?: number;
  /** Degrees by which the eyes are out of level then, clockwise; 0 where it is little, or not known. */
  readonly tilt?: number;
}

/**
 * Above the detector's threshold: the score at which a face counts by half when the main one is
 * chosen; and how fast that changes with the score.
 */
const [EVEN_MARGIN, STEEPNESS] = [0.16, 100];

/** Degrees: a face that is tilted less is left as it is; beyond, its points must be mistaken. */
const [LEVEL, STEEPEST] = [6, 60];

/** Of the smaller of two boxes: from there on they are taken for one face, seen at two sizes. */
const COVERED = 0.5;

/** Return a face's width from cheek to cheek, however it is turned. */
export function acrossOf({ w, h, turn = 0 }: Box): number {
  return turn % 2 ? h : w;
}

/** Return how much a face counts when the main one is chosen: docs/preprocessing.md, step 5. */
function prominence(box: Box, threshold: number): number {
  const above = box.score - threshold - EVEN_MARGIN;
  return (acrossOf(box) * box.score) / (1 + Math.exp(-STEEPNESS * above));
}

/**
 * Return how many degrees a face is tilted clockwise, 0 if its eyes are nearly level. `points`: x, y
 * of right eye, left eye, nose, right and left corner of the mouth.
 */
export function tiltOf(points: Float32Array): number {
  const along = (axis: number): number =>
    points[2 + axis]! - points[axis]! + points[8 + axis]! - points[6 + axis]!;
  const degrees = (Math.atan2(along(1), along(0)) * 180) / Math.PI;
  return Math.abs(degrees) >= LEVEL && Math.abs(degrees) <= STEEPEST ? degrees : 0;
}

/** Return the distance between two boxes' centres, in widths of the second. */
export function distance(box: Box, other: Box): number {
  const across = box.x + box.w / 2 - (other.x + other.w / 2);
  const down = box.y + box.h / 2 - (other.y + other.h / 2);
  return Math.hypot(across, down) / Math.max(acrossOf(other), 1);
}

/** Return a box in a picture that is `factor` times as large. */
export function scaled(box: Box, factor: number): Box {
  const { x, y, w, h } = box;
  return { ...box, x: x * factor, y: y * factor, w: w * factor, h: h * factor };
}

/**
 * Return a box of a picture that was turned counter-clockwise by so many quarters as a box of the
 * picture before, of that width and height.
 */
export function turnedBack(box: Box, turn: number, width: number, height: number): Box {
  let { x, y, w, h } = box;
  for (let made = turn; made > 0; made--) {
    const side = made % 2 ? width : height;
    [x, y, w, h] = [side - y - h, x, h, w];
  }
  return { ...box, x, y, w, h, turn: ((box.turn ?? 0) + turn) % 4 };
}

/**
 * Return the faces that several looks at one picture found, the most prominent first. A box is left
 * out if it and a more prominent one of another look cover each other by half of the smaller one.
 * `threshold`: score from which on boxes count.
 */
export function merged(looks: readonly (readonly Box[])[], threshold: number): Box[] {
  const found = looks.flatMap((boxes, look) => boxes.map((box) => ({ box, look })));
  found.sort((a, b) => prominence(b.box, threshold) - prominence(a.box, threshold));
  const faces = found.filter(
    (face, place) =>
      !found.slice(0, place).some(({ box, look }) => look !== face.look && covered(box, face.box)),
  );
  return faces.map(({ box }) => box);
}

/** Tell whether one of two boxes is covered by the other to such a share that they are one face. */
function covered(box: Box, other: Box): boolean {
  const across = Math.min(box.x + box.w, other.x + other.w) - Math.max(box.x, other.x);
  const down = Math.min(box.y + box.h, other.y + other.h) - Math.max(box.y, other.y);
  const smaller = Math.min(box.w * box.h, other.w * other.h);
  return smaller > 0 && Math.max(0, across) * Math.max(0, down) >= COVERED * smaller;
}

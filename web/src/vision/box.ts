/** A face's place in a picture, forehead to chin and cheek to cheek. */

/** In the picture's pixels; may reach beyond it. `score`: how sure the detector is, in [0, 1]. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
  readonly score: number;
}

/** Return the distance between two boxes' centres, in widths of the second. */
export function distance(box: Box, other: Box): number {
  const across = box.x + box.w / 2 - (other.x + other.w / 2);
  const down = box.y + box.h / 2 - (other.y + other.h / 2);
  return Math.hypot(across, down) / Math.max(other.w, 1);
}

/** Return a box in a picture that is `factor` times as large. */
export function scaled(box: Box, factor: number): Box {
  const { x, y, w, h, score } = box;
  return { x: x * factor, y: y * factor, w: w * factor, h: h * factor, score };
}

/**
 * Samples a rectangle of a picture in integers, so that the page and the Python package get the
 * same pixels to the last bit: docs/preprocessing.md, step 2.
 */
import type { Grey } from "./grey";

const SHIFT = 11;
/** What the weights of one output pixel sum to along each axis. */
const UNIT = 1 << SHIFT;

/** A rectangle in a picture's pixels, pixel i covering [i, i + 1); it may reach beyond. */
export interface Window {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Return what a window shows at another size; beyond the picture its border is repeated. */
export function sample(grey: Grey, window: Window, width: number, height: number): Grey {
  if (!(window.w > 0 && window.h > 0 && grey.pixels.length)) {
    throw new RangeError(
      `cannot sample ${JSON.stringify(window)} of a picture of ${grey.width}×${grey.height}`,
    );
  }
  const rows = weightsOf(grey.height, window.y, window.h, height);
  const columns = weightsOf(grey.width, window.x, window.w, width);
  const left = columns.first[0]!;
  const right = columns.first[width - 1]! + columns.taps;
  const line = new Int32Array(grey.width);
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    line.fill(0, left, right);
    for (let tap = 0; tap < rows.taps; tap++) {
      const weight = rows.weights[y * rows.taps + tap]!;
      if (weight === 0) continue;
      const start = (rows.first[y]! + tap) * grey.width;
      for (let x = left; x < right; x++) line[x]! += weight * grey.pixels[start + x]!;
    }
    for (let x = 0; x < width; x++) {
      let total = (UNIT * UNIT) / 2;
      const start = columns.first[x]!;
      for (let tap = 0; tap < columns.taps; tap++) {
        total += columns.weights[x * columns.taps + tap]! * line[start + tap]!;
      }
      pixels[y * width + x] = total >> (2 * SHIFT);
    }
  }
  return { width, height, pixels };
}

/**
 * Return the part of a picture in a square that is turned clockwise about its middle; `size` is the
 * result's side. Twice the square is sampled upright, at two pixels per output pixel; the turned
 * square is interpolated linearly in it, and each output is the mean of four places.
 */
export function sampleLevelled(grey: Grey, square: Window, size: number, degrees: number): Grey {
  const { x, y, w: side } = square;
  const around = { x: x - side / 2, y: y - side / 2, w: 2 * side, h: 2 * side };
  const { pixels: wide } = sample(grey, around, 4 * size, 4 * size);
  const turn = (degrees * Math.PI) / 180;
  const cos = Math.floor(65536 * Math.cos(turn) + 0.5);
  const sin = Math.floor(65536 * Math.sin(turn) + 0.5);
  const middle = 512 * size - 128;
  const totals = new Int32Array(size * size);
  for (let i = 0; i < 2 * size; i++) {
    const down = 2 * i + 1 - 2 * size; // twice the distance from the middle
    for (let j = 0; j < 2 * size; j++) {
      const across = 2 * j + 1 - 2 * size;
      const column = middle + ((cos * across - sin * down + 256) >> 9);
      const row = middle + ((sin * across + cos * down + 256) >> 9);
      const [u, v] = [column & 255, row & 255];
      const at = (row >> 8) * 4 * size + (column >> 8);
      const upper = (256 - u) * wide[at]! + u * wide[at + 1]!;
      const lower = (256 - u) * wide[at + 4 * size]! + u * wide[at + 4 * size + 1]!;
      totals[(i >> 1) * size + (j >> 1)]! += (256 - v) * upper + v * lower;
    }
  }
  const pixels = Uint8Array.from(totals, (total) => (total + (1 << 17)) >> 18);
  return { width: size, height: size, pixels };
}

/** Of which pixels each output is made: `taps` from `first` on, each row of weights summing to `UNIT`. */
interface Weights {
  readonly taps: number;
  readonly first: Int32Array;
  readonly weights: Int32Array;
}

/** Return the weights of `size` outputs that cover `span` pixels from `start` of a line. */
function weightsOf(length: number, start: number, span: number, size: number): Weights {
  const step = span / size;
  const reach = Math.max(1, step);
  const taps = Math.min(length, Math.ceil(reach) + 1);
  const first = new Int32Array(size);
  const weights = new Int32Array(size * taps);
  for (let output = 0; output < size; output++) {
    const begin = start + (output + 0.5) * step - reach / 2;
    const pixel = clamp(Math.floor(begin), 0, length - taps);
    first[output] = pixel;
    let before = 0; // what lies before the line counts as its first pixel
    for (let tap = 0; tap < taps; tap++) {
      const share = clamp((pixel + tap + 1 - begin) / reach, 0, 1);
      // What lies behind the line counts as its last pixel.
      const after = tap === taps - 1 ? UNIT : Math.floor(UNIT * share + 0.5);
      weights[output * taps + tap] = after - before;
      before = after;
    }
  }
  return { taps, first, weights };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

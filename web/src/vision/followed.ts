/**
 * The place of a face that is followed, without the trembling of the detector's boxes: each
 * coordinate passes through a One Euro filter (Casiez et al. 2012), a low-pass whose cutoff rises
 * with the speed. docs/preprocessing.md, step 5.
 */
import { acrossOf, distance, type Box } from "./box";

/** Widths of the face that its centre may move between two frames; farther is somebody else. */
const REACH = 1;

/** Cutoff in hertz for a face that does not move. */
const STILL_CUTOFF = 1;

/** Hertz by which the cutoff rises with each width of the face a second. */
const QUICKENING = 8;

/** Cutoff in hertz for the speed itself. */
const SPEED_CUTOFF = 1;

/** Of the centre x and y in widths of the face, the logarithms of width and height. */
type Coordinates = readonly number[];

/** Where a face is that is followed. */
export interface Followed {
  /** The smoothed box, with the score and turn of the frame's own. */
  readonly box: Box;
  /** Of its coordinates, a second. */
  readonly speed: Coordinates;
  /** Of the frame in seconds. */
  readonly time: number;
}

/** Follow a face from here on. */
export function begun(box: Box, time: number): Followed {
  return { box, speed: [0, 0, 0, 0], time };
}

/** Return where a face is, given where a later frame shows it; null if that is somebody else. */
export function moved(known: Followed, found: Box, time: number): Followed | null {
  const { box } = known;
  if (distance(found, box) > REACH) return null;
  const passed = time - known.time;
  if ((found.turn ?? 0) !== (box.turn ?? 0) || passed <= 0) return begun(found, time);
  const width = Math.max(acrossOf(box), 1);
  const centre = { x: box.x + box.w / 2, y: box.y + box.h / 2 };
  const away = [
    (found.x + found.w / 2 - centre.x) / width,
    (found.y + found.h / 2 - centre.y) / width,
    Math.log(found.w / box.w),
    Math.log(found.h / box.h),
  ];
  const speed = away.map((way, i) => {
    const old = known.speed[i]!;
    return old + share(SPEED_CUTOFF, passed) * (way / passed - old);
  });
  const [across, down, wider, higher] = away.map(
    (way, i) => share(STILL_CUTOFF + QUICKENING * Math.abs(speed[i]!), passed) * way,
  ) as [number, number, number, number];
  const w = box.w * Math.exp(wider);
  const h = box.h * Math.exp(higher);
  const x = centre.x + across * width - w / 2;
  const y = centre.y + down * width - h / 2;
  return { box: { ...found, x, y, w, h }, speed, time };
}

/** Return which share of a change a low-pass lets through after so many seconds. */
function share(cutoff: number, passed: number): number {
  return -Math.expm1(-2 * Math.PI * cutoff * passed);
}

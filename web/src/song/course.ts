import type { Schemas } from "../api/client";
import { EMOTIONS, numbersOf, type Mood } from "../emotions";
import type { Sounds } from "./sound";

/** A song's mood at a time. */
export interface Moment {
  /** Seconds. */
  readonly start: number;
  /** Where the next one begins, or the song ends. */
  readonly end: number;
  readonly mood: Mood;
  readonly sound: Sounds;
  readonly valence: number;
  readonly arousal: number;
}

/** The moments of a song, one after the other. */
export function momentsOf(
  course: readonly Schemas["MomentOut"][],
  duration: number | null,
): Moment[] {
  const last = course.at(-1)?.start ?? 0;
  const before = course.at(-2)?.start ?? 0;
  const end = Math.max(duration ?? 0, last + (course.length > 1 ? last - before : 1));
  return course.map((moment, index) => ({
    start: moment.start,
    end: course[index + 1]?.start ?? end,
    mood: numbersOf(moment.mood),
    sound: moment.sound,
    valence: moment.valence,
    arousal: moment.arousal,
  }));
}

/** The moment at a time; the last one of those that begin before it. */
export function momentAt(moments: readonly Moment[], seconds: number): Moment | undefined {
  return moments.findLast(({ start }) => start <= seconds) ?? moments[0];
}

/** Width and height of the paths. */
export const WIDTH = 1000;
export const HEIGHT = 100;

/** The seven as areas one on top of the other: a path for each, in their order. */
export function areas(moments: readonly Moment[]): string[] {
  const xs = places(moments);
  const lower = moments.map(() => 0);
  return EMOTIONS.map((_, index) => {
    const bottom = points(xs, lower.map(downwards));
    moments.forEach(({ mood }, i) => (lower[i]! += mood[index] ?? 0));
    const top = points(xs, lower.map(downwards));
    return `M${top.join("L")}L${bottom.reverse().join("L")}Z`;
  });
}

/** A value in [-1, 1] as a line. */
export function line(moments: readonly Moment[], value: (moment: Moment) => number): string {
  const heights = moments.map((moment) => downwards((1 + value(moment)) / 2));
  return `M${points(places(moments), heights).join("L")}`;
}

/** Where the moments' middles are, with the edges of the picture before and after them. */
function places(moments: readonly Moment[]): number[] {
  const begin = moments[0]?.start ?? 0;
  const whole = Math.max(1e-9, (moments.at(-1)?.end ?? 0) - begin);
  const middles = moments.map(({ start, end }) => (WIDTH * ((start + end) / 2 - begin)) / whole);
  return [0, ...middles, WIDTH];
}

/** The first height and the last one hold to the edges. */
function points(xs: readonly number[], heights: readonly number[]): string[] {
  const held = [heights[0] ?? 0, ...heights, heights.at(-1) ?? 0];
  return xs.map((x, i) => `${cut(x)} ${cut(held[i] ?? 0)}`);
}

function downwards(share: number): number {
  return HEIGHT * (1 - share);
}

function cut(x: number): number {
  return Math.round(10 * x) / 10;
}

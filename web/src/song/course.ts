import type { Schemas } from "../api/client";
import { EMOTIONS, numbersOf, strongest, type Emotion, type Mood } from "../emotions";

/** A song's mood at a time. */
export interface Moment {
  /** Seconds. */
  readonly start: number;
  /** Where the next one begins, or the song ends. */
  readonly end: number;
  readonly mood: Mood;
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
    valence: moment.valence,
    arousal: moment.arousal,
  }));
}

/** The moment at a time; the last one of those that begin before it. */
export function momentAt(moments: readonly Moment[], seconds: number): Moment | undefined {
  return moments.findLast(({ start }) => start <= seconds) ?? moments[0];
}

/** A stretch in which one emotion is the strongest. */
export interface Stretch {
  readonly emotion: Emotion;
  readonly start: number;
  readonly end: number;
}

/** Stretches shorter than this share of a song belong to their neighbours. */
const SHORT = 0.12;

/** The song as a few stretches, in their order. */
export function stretchesOf(moments: readonly Moment[]): Stretch[] {
  const whole = (moments.at(-1)?.end ?? 0) - (moments[0]?.start ?? 0);
  const join = (stretches: readonly Stretch[]): Stretch[] => {
    const joined: Stretch[] = [];
    for (const stretch of stretches) {
      const last = joined.at(-1);
      if (last?.emotion === stretch.emotion)
        joined[joined.length - 1] = { ...last, end: stretch.end };
      else joined.push(stretch);
    }
    return joined;
  };
  let stretches = join(
    moments.map(({ start, end, mood }) => ({ emotion: strongest(mood), start, end })),
  );
  while (stretches.length > 1) {
    const lengths = stretches.map(({ start, end }) => end - start);
    const shortest = lengths.indexOf(Math.min(...lengths));
    if (lengths[shortest]! >= SHORT * whole) break;
    const [before, here, after] = [
      stretches[shortest - 1],
      stretches[shortest]!,
      stretches[shortest + 1],
    ];
    const left =
      after === undefined ||
      (before !== undefined && lengths[shortest - 1]! >= lengths[shortest + 1]!);
    const into = left ? before : after;
    if (into === undefined) break;
    stretches = join(
      stretches.map((stretch) => (stretch === here ? { ...here, emotion: into.emotion } : stretch)),
    );
  }
  return stretches;
}

/** How much a value rises from the first third of a song to the last, by time. */
export function rise(moments: readonly Moment[], value: (moment: Moment) => number): number {
  const begin = moments[0]?.start ?? 0;
  const whole = (moments.at(-1)?.end ?? 0) - begin;
  const mean = (from: number, to: number): number => {
    let [sum, time] = [0, 0];
    for (const moment of moments) {
      const overlap = Math.min(moment.end, to) - Math.max(moment.start, from);
      if (overlap <= 0) continue;
      sum += overlap * value(moment);
      time += overlap;
    }
    return time > 0 ? sum / time : 0;
  };
  return mean(begin + (2 / 3) * whole, begin + whole) - mean(begin, begin + whole / 3);
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

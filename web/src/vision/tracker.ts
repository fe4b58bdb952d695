/** Follows the main face over time, smooths its place and its mood: docs/face.md, "A steady mood on video". */
import type { Mood } from "../emotions";
import { begun, type Followed } from "./followed";
import type { FaceReading } from "./reading";

/** Seconds without the face after which the most prominent face takes its place. */
export const PATIENCE = 1;

/** Mean delay of the smoothed mood in seconds, shared by the two filters. */
const TIME_CONSTANT = 0.5;

/**
 * Two equal exponential filters in a row (a critically damped low-pass of second order). Between
 * two moods the newer one is taken to hold, so the outcome depends on the time and not on the
 * number of frames.
 */
export class SmoothMood {
  #first: Mood | null = null;
  #second: Mood = [];
  #time = 0;

  /** `timeConstant`: mean delay in seconds. */
  constructor(readonly timeConstant: number = TIME_CONSTANT) {}

  /** Forget what was, and start at a mood. */
  begin(mood: Mood, time: number): Mood {
    this.#first = this.#second = mood;
    this.#time = time;
    return mood;
  }

  /** Take the next mood in, return the smoothed one; the first as it is. */
  step(mood: Mood, time: number): Mood {
    if (this.#first === null) return this.begin(mood, time);
    const first = this.#first;
    const second = this.#second;
    const x = (time - this.#time) / (this.timeConstant / 2);
    const decay = Math.exp(-x);
    const away = mood.map((share, i) => first[i]! - share);
    this.#first = mood.map((share, i) => share + away[i]! * decay);
    this.#second = mood.map((share, i) => share + (second[i]! - share + away[i]! * x) * decay);
    this.#time = time;
    const sum = this.#second.reduce((total, share) => total + share, 0);
    return this.#second.map((share) => share / sum);
  }
}

/** What one frame of the camera shows, the mood smoothed over time. */
export interface Moment {
  /** With the smoothed mood. */
  readonly reading: FaceReading;
  /** Whether the mood is an earlier one, because the face is away for a moment. */
  readonly held: boolean;
}

/**
 * Follows one face. If it is lost for a moment (a blink of the detector, a turned head), it keeps
 * its last mood for `PATIENCE` seconds; then the state says what is wrong. Another face starts
 * afresh. Times are seconds on a clock that does not go back.
 */
export class FaceTracker {
  readonly #smooth = new SmoothMood();
  #known: Followed | null = null;
  #last: FaceReading | null = null;
  #time = -Infinity;

  /** Return the face where it was last, or null if that is too long ago. */
  known(time: number): Followed | null {
    return this.#known !== null && time - this.#known.time <= PATIENCE ? this.#known : null;
  }

  /** Take in the reading of a frame, in which the main face was looked for by `known(time)`. */
  follow(alone: FaceReading, time: number): Moment {
    const known = this.known(time);
    const followed = alone.followed ?? null;
    const stranger = known !== null && followed === null;
    if (alone.face !== null && !stranger) this.#known = followed ?? begun(alone.face, time);
    const recent = time - this.#time <= PATIENCE;
    if (this.#last !== null && recent && (alone.mood === null || stranger)) {
      const { faces, width, height } = alone;
      return { reading: { ...this.#last, faces, width, height }, held: true };
    }
    const same = known !== null && !stranger;
    return { reading: this.#smoothed(alone, time, !same), held: false };
  }

  #smoothed(alone: FaceReading, time: number, fresh: boolean): FaceReading {
    if (alone.mood === null) {
      this.#last = null;
      return alone;
    }
    const begin = fresh || this.#last === null;
    const mood = begin ? this.#smooth.begin(alone.mood, time) : this.#smooth.step(alone.mood, time);
    const [main, ...others] = alone.faces;
    this.#last = { ...alone, mood, faces: main ? [{ ...main, mood }, ...others] : [] };
    this.#time = time;
    return this.#last;
  }
}

/** When the music should follow a face: not at every frame, but when it has come to something new. */
import { distance, type Mood } from "../emotions";

/** Seconds between two moods at least. */
const PAUSE = 1;

/** Seconds after which a face that does not come to rest is followed all the same. */
const LONGEST = 3;

/** Seconds that a mood has to stay about the same. */
const REST = 0.6;

/** How far (as of `distance`) a mood moves before it is another one. */
const NOTICEABLE = 0.1;

/** Picks, from the smoothed moods of a face, those that the music should follow. */
export class SteadyMood {
  #given: Mood | null = null;
  #at: number | null = null;
  /** The mood from which the last noticeable move began, and when. */
  #rest: { readonly mood: Mood; readonly since: number } | null = null;
  #rested = 0;

  /** Take the mood of a moment in; return it if the music should follow it, else null. */
  next(mood: Mood, time: number): Mood | null {
    if (this.#at === null) this.#at = this.#rested = time;
    if (this.#rest === null || distance(mood, this.#rest.mood) > NOTICEABLE) {
      this.#rest = { mood, since: time };
    }
    if (time - this.#rest.since >= REST) this.#rested = time;
    const restless = time - this.#rested;
    if (time - this.#at < PAUSE || (restless > 0 && restless < LONGEST)) return null;
    if (this.#given !== null && distance(mood, this.#given) < NOTICEABLE) return null;
    this.#given = mood;
    this.#at = this.#rested = time;
    return mood;
  }
}

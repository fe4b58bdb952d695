/**
 * The one mood of a face: what is shown, what the music follows, and what the server is told.
 *
 * The mood of a frame trembles, also of a face that does not move. The one mood is a mean over a
 * while in which the face was settled, and another one takes its place only when it says something
 * new, at most every few seconds.
 */
import { distance, EMOTIONS, type Mood } from "../emotions";

/** Seconds until the first one. */
const FIRST = 1;

/** Seconds between two moods at least. */
const PAUSE = 3;

/** Seconds that a face has to stay about the same to be settled. */
const SETTLED = 2;

/** Seconds after which a face that does not settle is followed all the same. */
const LONGEST = 4;

/** How far (as of `distance`) a mood moves before it is another one. */
const NOTICEABLE = 0.1;

interface Sample {
  readonly mood: Mood;
  readonly time: number;
}

/** Makes the one mood from those of a face's frames, smoothed as `FaceTracker` does. */
export class SteadyMood {
  #samples: Sample[] = [];
  #begun: number | null = null;
  /** The one mood, and since when. */
  #given: Sample | null = null;
  /** Where the face has stayed about the same since. */
  #rest: Sample | null = null;
  /** When the face was settled last. */
  #settled = 0;

  /** Take in the mood of a frame, `time` in seconds; return the one mood if it is a new one. */
  next(mood: Mood, time: number): Mood | null {
    if (this.#begun === null) this.#begun = this.#settled = time;
    this.#samples.push({ mood, time });
    this.#samples = this.#samples.filter((sample) => time - sample.time <= LONGEST);
    if (this.#rest === null || distance(mood, this.#rest.mood) > NOTICEABLE) {
      this.#rest = { mood, time };
    }
    const settled = time - this.#rest.time >= SETTLED;
    if (settled) this.#settled = time;
    if (this.#given === null) {
      return time - this.#begun >= FIRST ? this.#give(this.#mean(this.#begun), time) : null;
    }
    if (time - this.#given.time < PAUSE) return null;
    if (!settled && time - this.#settled < LONGEST) return null;
    const mean = this.#mean(time - (settled ? SETTLED : LONGEST));
    return distance(mean, this.#given.mood) < NOTICEABLE ? null : this.#give(mean, time);
  }

  #give(mood: Mood, time: number): Mood {
    this.#given = { mood, time };
    this.#settled = time;
    return mood;
  }

  /** The mean of the moods since a time. */
  #mean(since: number): Mood {
    const moods = this.#samples.filter(({ time }) => time >= since).map(({ mood }) => mood);
    return EMOTIONS.map((_, i) => moods.reduce((sum, mood) => sum + mood[i]!, 0) / moods.length);
  }
}

import { asMood, type Mood } from "../emotions";
import { Store } from "../store";

/** Where a mood comes from: read from a face, or chosen by the person. */
export type Source = "face" | "chosen";

/** The ways to give a mood. */
export type By = "camera" | "photo" | "word" | "sliders" | "map";

export interface Given {
  readonly mood: Mood;
  readonly source: Source;
  /** How it was given, for the history; null: before the page was loaded again. */
  readonly by: By | null;
  /** `Date.now()` when it was given. */
  readonly at: number;
}

/** The mood that the music follows; null until there is one. */
export const mood = new Store<Given | null>(null);

/** Lets the music follow a mood; numbers that are no mood change nothing. */
export function setMood(numbers: readonly number[], by: By): void {
  give(numbers, by === "camera" || by === "photo" ? "face" : "chosen", by);
}

/** Goes on with a mood that was chosen before the page was loaded again. */
export function resumeMood(numbers: readonly number[]): void {
  give(numbers, "chosen", null);
}

/** Takes a mood back that is no longer known to hold; one that was given otherwise stays. */
export function withdrawMood(by: By): void {
  if (mood.value?.by === by) mood.set(null);
}

function give(numbers: readonly number[], source: Source, by: By | null): void {
  const scaled = asMood(numbers);
  if (scaled !== null) mood.set({ mood: scaled, source, by, at: Date.now() });
}

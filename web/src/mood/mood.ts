import { asMood, type Mood } from "../emotions";
import { Store } from "../store";

/** Where a mood comes from: read from a face, or chosen by the person. */
export type Source = "face" | "chosen";

export interface Given {
  readonly mood: Mood;
  readonly source: Source;
  /** How it was given, for the history. */
  readonly by: "camera" | "photo" | "sliders" | "map";
  /** `Date.now()` when it was given. */
  readonly at: number;
}

/** The mood that the music follows; null until there is one. */
export const mood = new Store<Given | null>(null);

/** Lets the music follow a mood; numbers that are no mood change nothing. */
export function setMood(numbers: readonly number[], by: Given["by"]): void {
  const scaled = asMood(numbers);
  if (scaled === null) return;
  const source = by === "camera" || by === "photo" ? "face" : "chosen";
  mood.set({ mood: scaled, source, by, at: Date.now() });
}

/** The seven, in the order of every mood: of the API, of the models and of this page. */
export const EMOTIONS = [
  "angry",
  "disgust",
  "fear",
  "happy",
  "neutral",
  "sad",
  "surprise",
] as const;

export type Emotion = (typeof EMOTIONS)[number];

/** Seven shares in the order of `EMOTIONS` that sum to 1. */
export type Mood = readonly number[];

/** Scales numbers to sum to 1; null when there is nothing to scale. */
export function asMood(numbers: readonly number[]): Mood | null {
  if (numbers.length !== EMOTIONS.length) return null;
  const total = numbers.reduce((sum, x) => sum + Math.max(0, x), 0);
  return Number.isFinite(total) && total > 0 ? numbers.map((x) => Math.max(0, x) / total) : null;
}

/** The shares of a mood that the API gave by name. */
export function numbersOf(mood: Readonly<Record<string, number>>): Mood {
  return EMOTIONS.map((emotion) => mood[emotion] ?? 0);
}

/** The strongest of the seven; the first one of equals. */
export function strongest(mood: Mood): Emotion {
  let best = 0;
  mood.forEach((share, index) => {
    if (share > (mood[best] ?? 0)) best = index;
  });
  return EMOTIONS[best] ?? "neutral";
}

/** An emotion and its share of a mood. */
export interface Part {
  readonly emotion: Emotion;
  readonly share: number;
}

/** The seven of a mood, the strongest first; equal ones stay in the order of `EMOTIONS`. */
export function ranked(mood: Mood): [Part, Part, ...Part[]] {
  const parts = EMOTIONS.map((emotion, index) => ({ emotion, share: mood[index] ?? 0 }));
  return parts.sort((a, b) => b.share - a.share) as [Part, Part, ...Part[]];
}

/** The CSS colour of an emotion, for areas and points (not for text). */
export function colourOf(emotion: Emotion): string {
  return `var(--${emotion})`;
}

/** Half the Manhattan distance of two moods: 0 the same, 1 nothing in common. */
export function distance(a: Mood, b: Mood): number {
  return a.reduce((sum, share, index) => sum + Math.abs(share - (b[index] ?? 0)), 0) / 2;
}

import { h } from "./dom";
import { colourOf, ranked, type Emotion, type Mood } from "./emotions";

/** A song's colours: its two strongest emotions, and where one fades into the other, 0 to 1. */
export interface Blend {
  readonly first: Emotion;
  readonly second: Emotion;
  readonly from: number;
  readonly to: number;
}

/** The colours of a mood, the second emotion's as far as its share. */
export function blendOf(mood: Mood): Blend {
  const [first, second] = ranked(mood);
  const edge = 1 - second.share / (first.share + second.share || 1);
  return {
    first: first.emotion,
    second: second.emotion,
    from: Math.max(0, edge - 0.35),
    to: Math.min(1, edge + 0.35),
  };
}

/** A song's picture: its colours as a gradient. */
export function moodTile(mood: Mood | null): HTMLElement {
  const tile = h("span", { class: "tile", "aria-hidden": "true" });
  if (mood === null) return tile;
  const { first, second, from, to } = blendOf(mood);
  const stops = [
    `${colourOf(first)} ${Math.round(100 * from)}%`,
    `${colourOf(second)} ${Math.round(100 * to)}%`,
  ];
  tile.style.background = `linear-gradient(135deg, ${stops.join(", ")})`;
  return tile;
}

import { h } from "./dom";
import { colourOf, EMOTIONS, type Mood } from "./emotions";

/** A song's picture: its two strongest emotions as a gradient, the second as far as its share. */
export function moodTile(mood: Mood | null): HTMLElement {
  const tile = h("span", { class: "tile", "aria-hidden": "true" });
  if (mood === null) return tile;
  const [first, second] = EMOTIONS.map((emotion, index) => ({ emotion, share: mood[index] ?? 0 }))
    .sort((a, b) => b.share - a.share)
    .slice(0, 2);
  if (first === undefined || second === undefined) return tile;
  const edge = Math.round(100 - (100 * second.share) / (first.share + second.share));
  tile.style.background = `linear-gradient(135deg, ${colourOf(first.emotion)} ${Math.max(0, edge - 35)}%, ${colourOf(second.emotion)} ${Math.min(100, edge + 35)}%)`;
  return tile;
}

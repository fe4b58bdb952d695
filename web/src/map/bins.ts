import type { Schemas } from "../api/client";
import { EMOTIONS } from "../emotions";
import type { Frame } from "./frame";
import type { Shown } from "./points";

/** How faint a bin with a single song is. */
const LEAST = 0.15;

/** The emotion of most songs in a bin, of those that are shown, and how many songs these are. */
export function mostIn(counts: readonly number[], shown: Shown): { most: number; songs: number } {
  let most = -1;
  let songs = 0;
  counts.forEach((count, emotion) => {
    if (!shown[emotion] || count === 0) return;
    songs += count;
    if (most < 0 || count > counts[most]!) most = emotion;
  });
  return { most, songs };
}

/** Draws bins in the colour of most of their songs: the more songs, the stronger. */
export function drawBins(
  pen: CanvasRenderingContext2D,
  frame: Frame,
  bins: Schemas["BinsOut"],
  shown: Shown,
  style: CSSStyleDeclaration,
): void {
  const found = bins.counts.map((counts) => mostIn(counts, shown));
  const fullest = Math.log1p(Math.max(1, ...found.map(({ songs }) => songs)));
  const colours = EMOTIONS.map((emotion) => style.getPropertyValue(`--${emotion}`));
  // Neighbours share an edge to the last digit, so that no line shows between them.
  const edges = (middles: readonly number[], size: number, i: number): [number, number] => {
    const steps = Math.round((middles[i]! - middles[0]!) / size);
    return [middles[0]! + (steps - 0.5) * size, middles[0]! + (steps + 0.5) * size];
  };
  found.forEach(({ most, songs }, i) => {
    if (most < 0) return;
    const [left, right] = edges(bins.valence, bins.width, i);
    const [low, high] = edges(bins.arousal, bins.height, i);
    const corner = frame.pixel({ valence: left, arousal: high });
    const other = frame.pixel({ valence: right, arousal: low });
    const [x, y] = [Math.round(corner.x), Math.round(corner.y)];
    pen.globalAlpha = LEAST + ((1 - LEAST) * Math.log1p(songs)) / fullest;
    pen.fillStyle = colours[most]!;
    pen.fillRect(x, y, Math.max(1, Math.round(other.x) - x), Math.max(1, Math.round(other.y) - y));
  });
  pen.globalAlpha = 1;
}

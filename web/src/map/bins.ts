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
  const [width, height] = [bins.width * frame.scaleX, bins.height * frame.scaleY];
  found.forEach(({ most, songs }, i) => {
    if (most < 0) return;
    const { x, y } = frame.pixel({ valence: bins.valence[i]!, arousal: bins.arousal[i]! });
    pen.globalAlpha = LEAST + ((1 - LEAST) * Math.log1p(songs)) / fullest;
    pen.fillStyle = colours[most]!;
    // Whole pixels, so that no line shows between neighbours.
    const [left, top] = [Math.round(x - width / 2), Math.round(y - height / 2)];
    const [right, bottom] = [Math.round(x + width / 2), Math.round(y + height / 2)];
    pen.fillRect(left, top, Math.max(1, right - left), Math.max(1, bottom - top));
  });
  pen.globalAlpha = 1;
}

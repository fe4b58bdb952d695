import { EMOTIONS, numbersOf } from "../emotions";
import type { Song } from "./session";

const SIZE = 256;

/** A song's picture for the system's media controls: the gradient of its tile, as a PNG. */
export function artworkOf(song: Song): string | null {
  if (song.mood === null) return null;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const brush = canvas.getContext("2d");
  if (brush === null) return null;
  const shares = numbersOf(song.mood);
  const colours = getComputedStyle(document.documentElement);
  const [first, second] = EMOTIONS.map((emotion, index) => ({
    colour: colours.getPropertyValue(`--${emotion}`).trim() || "gray",
    share: shares[index] ?? 0,
  })).sort((a, b) => b.share - a.share);
  if (first === undefined || second === undefined) return null;
  const edge = 1 - second.share / (first.share + second.share || 1);
  const gradient = brush.createLinearGradient(0, 0, SIZE, SIZE);
  gradient.addColorStop(Math.max(0, edge - 0.35), first.colour);
  gradient.addColorStop(Math.min(1, edge + 0.35), second.colour);
  brush.fillStyle = gradient;
  brush.fillRect(0, 0, SIZE, SIZE);
  return canvas.toDataURL("image/png");
}

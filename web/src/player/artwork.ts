import { numbersOf, type Emotion } from "../emotions";
import { blendOf } from "../mood-tile";
import type { Song } from "./session";

const SIZE = 256;

/** A song's picture for the system's media controls: the gradient of its tile, as a PNG. */
export function artworkOf(song: Song): string | null {
  if (song.mood === null) return null;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const brush = canvas.getContext("2d");
  if (brush === null) return null;
  const { first, second, from, to } = blendOf(numbersOf(song.mood));
  const colours = getComputedStyle(document.documentElement);
  const colour = (emotion: Emotion): string =>
    colours.getPropertyValue(`--${emotion}`).trim() || "gray";
  const gradient = brush.createLinearGradient(0, 0, SIZE, SIZE);
  gradient.addColorStop(from, colour(first));
  gradient.addColorStop(to, colour(second));
  brush.fillStyle = gradient;
  brush.fillRect(0, 0, SIZE, SIZE);
  return canvas.toDataURL("image/png");
}

import { coverAddress } from "../cover";
import { numbersOf, type Emotion } from "../emotions";
import { blendOf } from "../mood-tile";
import type { Song } from "./session";

const SIZE = 256;

/** A picture for the system's media controls. */
export interface Artwork {
  readonly src: string;
  readonly sizes: string;
  readonly type: string;
}

/** The colours of a song's mood, as they are in its tile. */
export function gradientOf(song: Song): Artwork | null {
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
  return { src: canvas.toDataURL("image/png"), sizes: `${SIZE}x${SIZE}`, type: "image/png" };
}

/**
 * A song's cover, or null where it has none or the server does not answer.
 *
 * Its address holds until `URL.revokeObjectURL`: the system's controls may not be able to ask the
 * server, which wants to know who asks.
 */
export async function coverOf(song: Song): Promise<Artwork | null> {
  try {
    const response = await fetch(coverAddress(song, 512));
    if (response.status !== 200) return null;
    const picture = await response.blob();
    return { src: URL.createObjectURL(picture), sizes: "512x512", type: picture.type };
  } catch {
    return null;
  }
}

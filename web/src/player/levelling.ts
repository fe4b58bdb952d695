import type { Song } from "./session";

/** LUFS that songs are brought to: the reference of ReplayGain 2.0. */
export const TARGET = -18;

/** LUFS below which a measurement is silence and says nothing. */
const SILENCE = -69;

/**
 * What a song's samples are multiplied by to sound as loud as the others.
 *
 * Quiet songs are raised as far as their peak (dBFS) leaves room; unmeasured ones stay as they are.
 */
export function gainOf({ loudness, peak }: Pick<Song, "loudness" | "peak">): number {
  if (loudness === null || loudness <= SILENCE) return 1;
  const gain = 10 ** ((TARGET - loudness) / 20);
  return gain <= 1 ? gain : Math.min(gain, Math.max(1, 10 ** (-(peak ?? 0) / 20)));
}

/**
 * The level [0, 1] of an audio element.
 *
 * @param volume [0, 1] of the person's slider; squared, because ears hear ratios.
 * @param gain of the song.
 */
export function levelOf(volume: number, gain: number): number {
  return Math.min(1, Math.max(0, volume * volume * gain));
}

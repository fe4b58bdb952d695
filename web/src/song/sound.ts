/** How a song sounds, in one or two words. */

import type { Schemas } from "../api/client";
import type { Emotion } from "../emotions";
import type { Language } from "../language";
import { both } from "../language/table";

export type Sounds = Schemas["Sounds"];

/** The adjectives for a sound: one or two. */
export function adjectivesOf({ emotion, energy, tense }: Sounds, t: Language): readonly string[] {
  return t.table.sounds[emotion as Emotion][energy][tense ? "tense" : "plain"];
}

/** A sound in one or two words: "gloomy and slow". */
export function soundInWords(sounds: Sounds, t: Language): string {
  const [first = "", second] = adjectivesOf(sounds, t);
  return second === undefined ? first : both(first, second, t.table);
}

/** How a song sounds; nothing where that is not known. */
export function soundOf(song: Pick<Schemas["SongOut"], "sound">, t: Language): string {
  return song.sound ? soundInWords(song.sound, t) : "";
}

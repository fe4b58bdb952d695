import type { Schemas } from "../api/client";
import { clock } from "../duration";
import type { Language } from "../language";
import { soundInWords } from "./sound";

export type OverTime = NonNullable<Schemas["SongDetail"]["over_time"]>;

/** What a song's mood does from beginning to end, as a sentence or two. */
export function courseInWords(
  { kind, stretches, energy, pleasure }: OverTime,
  language: Language,
): string {
  const t = language.song;
  const named = stretches.map(({ sound, start }) => ({
    sound: soundInWords(sound, language),
    from: clock(start),
  }));
  const first = named[0]?.sound ?? "";
  const last = named.at(-1)?.sound ?? first;
  const way = {
    steady: () => t.steady(first),
    varies: () => t.varies(first),
    drifts: () => t.allAlong(first),
    turns: () =>
      t.way(
        first,
        named.slice(1).map(({ sound, from }) => t.from(from, sound)),
      ),
    restless: () => t.restless(first, last),
  }[kind]();
  const changes = [energy === null ? "" : t[energy], pleasure === null ? "" : t[pleasure]].filter(
    Boolean,
  );
  return [way, changes.length > 0 ? t.becomes(changes) : ""].filter(Boolean).join(" ");
}

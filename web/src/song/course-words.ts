import type { Schemas } from "../api/client";
import { clock } from "../duration";
import type { Emotion } from "../emotions";
import type { Language } from "../language";

export type OverTime = NonNullable<Schemas["SongDetail"]["over_time"]>;

/** What a song's mood does from beginning to end, as a sentence or two. */
export function courseInWords(
  { kind, stretches, energy, pleasure }: OverTime,
  { song: t, table }: Language,
): string {
  const named = stretches.map(({ emotion, start }) => ({
    emotion: table.adjectives[emotion as Emotion],
    from: clock(start),
  }));
  const first = named[0]?.emotion ?? "";
  const last = named.at(-1)?.emotion ?? first;
  const way = {
    steady: () => t.steady(first),
    varies: () => t.varies(first),
    drifts: () => t.allAlong(first),
    turns: () =>
      t.way(
        first,
        named.slice(1).map(({ emotion, from }) => t.from(from, emotion)),
      ),
    restless: () => t.restless(first, last),
  }[kind]();
  const changes = [energy === null ? "" : t[energy], pleasure === null ? "" : t[pleasure]].filter(
    Boolean,
  );
  return [way, changes.length > 0 ? t.becomes(changes) : ""].filter(Boolean).join(" ");
}

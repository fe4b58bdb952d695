/** Why a song was chosen: the facts that the server gives, in the page's language. */

import type { Schemas } from "../api/client";
import type { Emotion } from "../emotions";
import type { Language } from "../language";
import { counted, figures, filled, formOf, sentence } from "../language/table";
import type { Turn } from "../player/player";
import type { Pick } from "../player/session";
import { adjectivesOf, soundInWords, type Sounds } from "../song/sound";

export type Fact = Pick["reasons"][number];
export type Coverage = Schemas["Coverage"];
type Relation = Extract<Fact, { kind: "relation" }>["relation"];

/** Why a song plays or comes. */
export function reasonOf({ pick }: Turn, t: Language, alone = true): string {
  return pick === null ? t.listen.asked : inWords(pick.reasons, t, alone);
}

/** One or two short sentences that say the facts, as `vibelux.recommend.reason_words` does.
 * A song that is not `alone` stands in a list, which shows its artist, and says once for all songs
 * what the library lacks. */
export function inWords(facts: readonly Fact[], t: Language, alone = true): string {
  const { reasons, nouns, songs_of: kinds } = t.table;
  let sounds: Sounds | null = null;
  let direction: Relation = "close";
  let [relation, touch] = ["", ""];
  const tail: string[] = [];
  const more: string[] = [];
  for (const fact of facts) {
    switch (fact.kind) {
      case "sounds":
        sounds = fact;
        break;
      case "relation":
        direction = fact.relation;
        relation = reasons.relation[fact.to][direction];
        break;
      case "step":
        direction = fact.direction;
        relation = reasons.step[direction as keyof typeof reasons.step];
        break;
      case "touch":
        touch = filled(reasons.touch, { noun: nouns[fact.emotion as Emotion] });
        break;
      case "same_artist":
        if (alone) tail.push(reasons.same_artist);
        break;
      case "random":
        tail.push(reasons.random);
        break;
      case "corrected":
      case "liked":
        more.push(reasons[fact.kind]);
        break;
      case "liked_similar":
      case "liked_artist": {
        const values = { artist: "artist" in fact ? fact.artist : "" };
        const songs = counted(fact.songs, t.table);
        more.push(filled(formOf(reasons[fact.kind], fact.songs), { ...values, songs }));
        break;
      }
      case "best_available": {
        const form = formOf(reasons.best_available, fact.songs);
        if (alone) more.push(filled(form, { kind: kinds[fact.emotion as Emotion] }));
        break;
      }
    }
  }
  const heard = sounds === null ? "" : heardOf(sounds, direction, t);
  if (heard !== "" && sounds !== null && contrasts(sounds, direction))
    relation = filled(reasons.but, { relation });
  const first = heard && touch ? [`${heard} ${touch}`, relation] : [heard, relation, touch];
  const said = sentence([...first, ...tail].filter(Boolean).join(", "));
  return [said, ...more.slice(0, 1)].filter(Boolean).join(" ");
}

/** The energy of songs that are calmer or livelier than something. */
const ENERGY: Readonly<Partial<Record<Relation, Sounds["energy"]>>> = {
  calmer: "low",
  livelier: "high",
};

/** Emotions of songs that one does not expect to be brighter, or darker. */
const UNLIKELY: Readonly<Partial<Record<Relation, readonly string[]>>> = {
  brighter: ["angry", "disgust", "fear", "sad"],
  darker: ["happy", "surprise"],
};

/** How a song sounds, but for what its relation says: no "lively, livelier than you". */
function heardOf(sounds: Sounds, direction: Relation, t: Language): string {
  if (ENERGY[direction] !== sounds.energy) return soundInWords(sounds, t);
  return sounds.emotion === "neutral" ? "" : (adjectivesOf(sounds, t)[0] ?? "");
}

/** Whether a relation is the opposite of what the sound lets one expect. */
function contrasts({ emotion, energy }: Sounds, direction: Relation): boolean {
  const expected = ENERGY[direction];
  if (expected !== undefined) return energy !== "medium" && energy !== expected;
  return UNLIKELY[direction]?.includes(emotion) ?? false;
}

/** What the library holds of the mood that is looked for: "6 of your 60 songs are sad." */
export function coverageInWords({ word, emotions, fit, songs }: Coverage, t: Language): string {
  const { table } = t;
  const [first = "", second] = emotions.map((emotion) => table.adjectives[emotion as Emotion]);
  return filled(formOf(table.coverage, fit), {
    fit: figures(fit, table),
    songs: figures(songs, table),
    adjective:
      word !== null
        ? table.everyday[word].songs
        : second === undefined
          ? first
          : filled(table.or, { first, second }),
  });
}

/** Why a song was chosen: the facts that the server gives, in the page's language. */

import { ranked, type Emotion, type Mood } from "../emotions";
import type { Language } from "../language";
import type { Turn } from "../player/player";
import type { Pick } from "../player/session";

export type Fact = Pick["reasons"][number];

/** Why a song plays or comes. */
export function reasonOf({ pick }: Turn, t: Language): string {
  return pick === null ? t.listen.asked : inWords(pick.reasons, t);
}

/** One or two short sentences that say the facts, in their order. */
export function inWords(facts: readonly Fact[], t: Language): string {
  const { reason } = t;
  const first: string[] = [];
  const then: string[] = [];
  for (const fact of facts) {
    switch (fact.kind) {
      case "sounds":
        first.push(reason.sounds[fact.emotion as Emotion][fact.energy]);
        break;
      case "relation":
        first.push(
          fact.relation === "close"
            ? reason.close[fact.to]
            : reason.relation(fact.relation, fact.to),
        );
        break;
      case "step":
        if (fact.direction !== "close") first.push(reason.step[fact.direction]);
        break;
      case "touch":
        first.push(reason.touch(reason.nouns[fact.emotion as Emotion]));
        break;
      case "same_artist":
        first.push(reason.sameArtist);
        break;
      case "corrected":
        then.push(reason.corrected);
        break;
      case "best_available":
        then.push(reason.bestAvailable(reason.adjectives[fact.emotion as Emotion], fact.songs));
        break;
      case "liked":
        then.push(reason.liked);
        break;
      case "liked_similar":
        then.push(reason.likedSimilar(fact.songs));
        break;
      case "liked_artist":
        then.push(reason.likedArtist(fact.songs, fact.artist));
        break;
      case "random":
        then.push(reason.random);
        break;
    }
  }
  const sentence = first.join(", ");
  if (sentence === "") return then.join(" ");
  return [`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`, ...then].join(" ");
}

/** The strongest one or two of a mood with their shares: what the queue is for. */
export function gist(mood: Mood, t: Language): string {
  return ranked(mood)
    .slice(0, 2)
    .filter(({ share }, i) => i === 0 || share >= 0.15)
    .map(({ emotion, share }) => `${t.percent(share)} ${t.emotions[emotion]}`)
    .join(", ");
}

/** Why a song was chosen, in the page's language, from the numbers that the server chose by. */

import { EMOTIONS, numbersOf, ranked, strongest, type Emotion, type Mood } from "../emotions";
import type { Language } from "../language";
import type { Given } from "../mood/mood";
import type { Turn } from "../player/player";

/** Shares that differ by no more (nor by half) are called alike. */
const CLOSE = 0.08;
/** An emotion that differs by more is mentioned even where it matters little. */
const APART = 0.1;
/** "little sadness": at most so much of it on both sides. */
const LITTLE = 0.1;
/** An emotion that makes up so much of the likeness is named. */
const MATTERS = 0.2;

/** Whose absence says something about a match, the most telling one first. */
const OPPOSITES: Record<Emotion, readonly Emotion[]> = {
  happy: ["sad", "angry"],
  sad: ["happy", "angry"],
  angry: ["happy", "sad"],
  fear: ["happy", "neutral"],
  neutral: ["angry", "fear"],
  surprise: ["sad", "neutral"],
  disgust: ["happy", "surprise"],
};

export type Whose = keyof Language["reason"]["whose"];

/** Why a song plays or comes; the mood is that of the person now. */
export function reasonOf(turn: Turn, given: Given | null, t: Language): string {
  const { pick, song } = turn;
  if (pick === null) return t.listen.asked;
  if (song.mood === null) return pick.reason;
  const heard = numbersOf(song.mood);
  const learnt =
    pick.learnt > 0 ? t.reason.tendLike : pick.learnt < 0 ? t.reason.tendSkip : undefined;
  const why =
    turn.policy === "off" || given === null
      ? t.reason.chance(shareOf(heard, strongest(heard), t))
      : likeness(
          numbersOf(pick.target),
          heard,
          turn.policy !== "match" ? "aim" : given.source === "face" ? "face" : "mood",
          t,
        );
  return learnt === undefined ? why : `${why}; ${learnt}`;
}

/**
 * Which emotions make two moods alike, and where they part.
 *
 * The emotions that both have most of are named with both shares; then the one that differs most,
 * or, where none differs much, an opposite that both have little of.
 */
export function likeness(wanted: Mood, song: Mood, whose: Whose, t: Language): string {
  const r = t.reason;
  const places = EMOTIONS.map((emotion, i) => {
    const [want, have] = [wanted[i] ?? 0, song[i] ?? 0];
    return { emotion, want, have, both: want * have };
  });
  const total = places.reduce((sum, { both }) => sum + both, 0);
  if (total === 0)
    return r.nothing(
      shareOf(song, strongest(song), t),
      r.whose[whose],
      shareOf(wanted, strongest(wanted), t),
    );
  const order = [...places].sort((a, b) => b.both - a.both);
  const named = order.slice(0, 2).filter(({ both }, i) => i === 0 || both >= MATTERS * total);
  const parts = named.map(({ emotion, want, have }, i) => {
    const share = shareOf(song, emotion, t);
    if (i > 0) return r.also(share, percent(want, t));
    const [low, high] = want < have ? [want, have] : [have, want];
    const say = high - low <= CLOSE && low >= high / 2 ? r.like : have > want ? r.above : r.below;
    return say(share, r.whose[whose], percent(want, t));
  });
  const rest = places.filter((place) => !named.includes(place));
  const apart = rest.reduce((a, b) =>
    Math.abs(b.have - b.want) > Math.abs(a.have - a.want) ? b : a,
  );
  if (Math.abs(apart.have - apart.want) > APART) {
    const say = apart.have > apart.want ? r.more : r.less;
    parts.push(say(r.nouns[apart.emotion], percent(apart.have, t)));
  } else {
    const absent = OPPOSITES[named[0]?.emotion ?? "neutral"].find((opposite) =>
      rest.some((p) => p.emotion === opposite && Math.max(p.want, p.have) <= LITTLE),
    );
    if (absent !== undefined) parts.push(r.little(r.nouns[absent]));
  }
  return parts.join(", ");
}

/** The strongest one or two of a mood with their shares: what the queue is for. */
export function gist(mood: Mood, t: Language): string {
  return ranked(mood)
    .slice(0, 2)
    .filter(({ share }, i) => i === 0 || share >= 0.15)
    .map(({ emotion }) => shareOf(mood, emotion, t))
    .join(", ");
}

function shareOf(mood: Mood, emotion: Emotion, t: Language): string {
  return t.reason.share(percent(mood[EMOTIONS.indexOf(emotion)] ?? 0, t), t.emotions[emotion]);
}

function percent(share: number, t: Language): string {
  return share === 0 || share >= 0.005 ? t.percent(share) : t.reason.less1;
}

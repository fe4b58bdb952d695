/** A mood in words: "calm, a little happy". By the rules of `vibelux.language.mood_phrase`. */

import { ranked, type Mood } from "../emotions";
import type { Language } from "../language";
import { both, filled } from "../language/table";

/** Share of the strongest emotion below which a mood is of no kind; seven alike have 0.14. */
const FLAT = 0.28;

/** Share from which on a second emotion is worth a word. */
const WORTH = 0.2;

/** Part of the first emotion's share from which on the second counts as much. */
const ALIKE = 0.8;

/** A mood in a few words, without a capital. */
export function moodPhrase(mood: Mood, t: Language): string {
  return named(mood, t) || t.table.mood.flat;
}

/** What a face's mood looks like: "You look calm, a little happy". */
export function facePhrase(mood: Mood, t: Language): string {
  const said = named(mood, t);
  return said === "" ? t.table.mood.face_flat : filled(t.table.mood.face, { mood: said });
}

function named(mood: Mood, t: Language): string {
  const { looks, mood: forms } = t.table;
  const [one, other] = ranked(mood);
  if (one.share < FLAT) return "";
  const [first, second] = [looks[one.emotion], looks[other.emotion]];
  if (other.share < WORTH) return first;
  return other.share >= ALIKE * one.share
    ? both(first, second, t.table)
    : filled(forms.second, { first, second });
}

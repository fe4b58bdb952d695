/** Everyday words for moods: calm, cheerful, and so on, each with the mood that it stands for. */
import { api } from "../api/client";
import { numbersOf, type Mood } from "../emotions";
import { untilDone } from "../shell/messages";
import { kept, Store } from "../store";
import type { Language } from "../language";
import type { Table } from "../language/table";
import { mood, setMood, withdrawMood, type Given } from "./mood";
import { moodPhrase } from "./mood-phrase";

/** A word's key in the tables of every language. */
export type Word = keyof Table["everyday"];

/** The words in the order in which they are offered; none until the service has told them. */
export const everyday = new Store<ReadonlyMap<Word, Mood>>(new Map());

/** The word that the mood was given by, for the next visit, too; null: it was given otherwise. */
export const word = kept<Word | null>("vibelux.mood", null, (json) =>
  typeof json === "string" ? (json as Word) : undefined,
);

/** Lets the music follow the mood of a word; the one that is chosen already is taken back. */
export function choose(chosen: Word): void {
  if (word.value === chosen && mood.value?.by === "word") {
    word.set(null);
    withdrawMood("word");
  } else give(chosen);
}

/** A mood as it was given, in words without a capital: the word itself, or what the numbers say. */
export function inWords({ by, mood }: Given, t: Language): string {
  return by === "word" && word.value !== null
    ? t.table.everyday[word.value].name
    : moodPhrase(mood, t);
}

/** Asks for the words, and takes up the one of the last visit where there is no newer mood. */
export function loadEveryday(): void {
  untilDone(async () => {
    const { everyday: offered } = await api.get("/api/v1/moods");
    everyday.set(new Map(offered.map(({ key, mood }) => [key as Word, numbersOf(mood)])));
    if (word.value !== null && (mood.value?.by ?? null) === null) give(word.value);
  }, new AbortController().signal);
}

function give(chosen: Word): void {
  const numbers = everyday.value.get(chosen);
  word.set(numbers === undefined ? null : chosen);
  if (numbers !== undefined) setMood(numbers, "word");
}

mood.subscribe((given) => {
  if (given !== null && given.by !== null && given.by !== "word") word.set(null);
});

import type { Schemas } from "../api/client";
import type { operations } from "../api/schema";
import type { Word } from "../mood/everyday";
import { kept, Store } from "../store";

type Question = NonNullable<operations["songs"]["parameters"]["query"]>;

/** By what the list is sorted. */
export const SORTS = [
  "title",
  "artist",
  "album",
  "year",
  "duration",
  "added",
  "valence",
  "arousal",
] as const satisfies readonly Question["sort"][];
export type Sort = (typeof SORTS)[number];

export interface Order {
  readonly sort: Sort;
  readonly descending: boolean;
}

/** What the list shows. */
export interface Filter {
  readonly search: string;
  readonly mood: Word | null;
}

export const EVERYTHING: Filter = { search: "", mood: null };

/** Lasts as long as the page: who comes back finds the list as it was. */
export const filter = new Store<Filter>(EVERYTHING);

export const order = kept<Order>("vibelux.order", { sort: "title", descending: false }, (json) => {
  const { sort, descending } = json as Partial<Order>;
  const known = SORTS.find((name) => name === sort);
  return known && typeof descending === "boolean" ? { sort: known, descending } : undefined;
});

/** The way round that one expects first: the newest, the liveliest, but from A to Z. */
export function naturally(sort: Sort): Order {
  return { sort, descending: !["title", "artist", "album"].includes(sort) };
}

/** The question to the API. */
export function questionOf({ search, mood }: Filter, by: Order): Question {
  return {
    ...by,
    ...(search.trim() === "" ? {} : { search: search.trim().slice(0, 200) }),
    ...(mood === null ? {} : { mood }),
  };
}

export function isEverything({ search, mood }: Filter): boolean {
  return search.trim() === "" && mood === null;
}

export type Song = Schemas["SongOut"];

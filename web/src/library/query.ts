import type { Schemas } from "../api/client";
import type { operations } from "../api/schema";
import { EMOTIONS, type Emotion } from "../emotions";
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
  ...EMOTIONS,
] as const satisfies readonly Question["sort"][];
export type Sort = (typeof SORTS)[number];

export interface Order {
  readonly sort: Sort;
  readonly descending: boolean;
}

/** What the list shows. */
export interface Filter {
  readonly search: string;
  readonly emotion: Emotion | null;
  /** Least share of the emotion, in [0, 1]; 0: it is the strongest one. */
  readonly least: number;
}

export const EVERYTHING: Filter = { search: "", emotion: null, least: 0 };

/** Lasts as long as the page: who comes back finds the list as it was. */
export const filter = new Store<Filter>(EVERYTHING);

export const order = kept<Order>("vibelux.order", { sort: "title", descending: false }, (json) => {
  const { sort, descending } = json as Partial<Order>;
  const known = SORTS.find((name) => name === sort);
  return known && typeof descending === "boolean" ? { sort: known, descending } : undefined;
});

/** The way round that one expects first: the newest, the happiest, but from A to Z. */
export function naturally(sort: Sort): Order {
  return { sort, descending: !["title", "artist", "album"].includes(sort) };
}

/** The question to the API. */
export function questionOf({ search, emotion, least }: Filter, by: Order): Question {
  return {
    ...by,
    ...(search.trim() === "" ? {} : { search: search.trim().slice(0, 200) }),
    ...(emotion === null ? {} : { emotion, min_share: least }),
  };
}

export function isEverything({ search, emotion }: Filter): boolean {
  return search.trim() === "" && emotion === null;
}

export type Song = Schemas["SongOut"];

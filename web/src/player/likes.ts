/** Which songs the person likes, as this machine remembers them. */

import { api } from "../api/client";
import { reachable } from "../api/service";
import { background } from "../shell/messages";
import { Store } from "../store";
import { feedback, type Song } from "./session";

/** Ids of the songs. */
export const liked = new Store<ReadonlySet<number>>(new Set());

/** Takes back what was liked, or likes it. */
export function like(song: Song): void {
  const all = new Set(liked.value);
  const what = all.delete(song.id) ? "unliked" : "liked";
  if (what === "liked") all.add(song.id);
  liked.set(all);
  feedback(song, { what });
}

/** Asks which songs are liked. */
export async function recall(): Promise<void> {
  liked.set(new Set((await api.get("/api/v1/profile/likes")).songs));
}

const known = new AbortController();
reachable.watch((is) => {
  if (is) background(recall().then(() => known.abort()));
}, known.signal);

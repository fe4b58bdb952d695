import { api } from "../api/client";
import type { Song } from "./song-parts";

const MOST = 3000;

/** Songs that were seen lately, so that their names are there at once. */
const known = new Map<number, Song>();

export function remember(song: Song): void {
  known.delete(song.id);
  known.set(song.id, song);
  if (known.size > MOST) {
    const [oldest] = known.keys();
    if (oldest !== undefined) known.delete(oldest);
  }
}

/** A song if it was seen lately. */
export function knownSong(id: number): Song | undefined {
  return known.get(id);
}

/** A song by its id. */
export async function songOf(id: number, signal: AbortSignal): Promise<Song> {
  const seen = known.get(id);
  if (seen !== undefined) return seen;
  const detail = await api.get("/api/v1/songs/{song_id}", { path: { song_id: id }, signal });
  remember(detail.song);
  return detail.song;
}

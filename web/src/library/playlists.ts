/** The playlists that the person keeps; the server has them. */

import { api, askRaw, type Schemas } from "../api/client";
import { h } from "../dom";
import { Store } from "../store";

export type Playlist = Schemas["PlaylistOut"];

/** The newest first; null: not yet known. */
export const playlists = new Store<readonly Playlist[] | null>(null);

export async function refreshPlaylists(): Promise<void> {
  playlists.set(await api.get("/api/v1/playlists/kept"));
}

export async function keepPlaylist(name: string, songs: readonly number[]): Promise<Playlist> {
  const kept = await api.post("/api/v1/playlists/kept", { body: { name, songs: [...songs] } });
  await refreshPlaylists();
  return kept;
}

/** A name that no playlist has yet: the second "Calm, 30 November" is "Calm, 30 November (2)". */
export async function unusedName(name: string): Promise<string> {
  await refreshPlaylists();
  const used = new Set(playlists.value?.map((playlist) => playlist.name));
  let unused = name;
  for (let number = 2; used.has(unused); number++) unused = `${name} (${number})`;
  return unused;
}

export async function renamePlaylist(id: string, name: string): Promise<void> {
  await api.patch("/api/v1/playlists/kept/{playlist_id}", {
    path: { playlist_id: id },
    body: { name },
  });
  await refreshPlaylists();
}

export async function deletePlaylist(id: string): Promise<void> {
  await api.delete("/api/v1/playlists/kept/{playlist_id}", { path: { playlist_id: id } });
  await refreshPlaylists();
}

/** The songs of a playlist that are in the library now. */
export async function songsOf(id: string): Promise<Schemas["SongOut"][]> {
  const { songs } = await api.get("/api/v1/playlists/kept/{playlist_id}", {
    path: { playlist_id: id },
  });
  return songs;
}

/** Saves songs as an M3U8 file, which any player reads. */
export async function download(name: string, songs: readonly number[]): Promise<void> {
  const answer = await askRaw("POST", "/api/v1/playlists", {
    songs: [...songs],
    name,
    format: "m3u8",
  });
  const url = URL.createObjectURL(await answer.blob());
  const file = name.replace(/[<>:"/\\|?*]/g, "_");
  h("a", { href: url, download: `${file}.m3u8` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

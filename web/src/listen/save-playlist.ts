import { askRaw } from "../api/client";
import { h } from "../dom";
import { words } from "../language";
import { playing, upcoming } from "../player/player";
import { tell } from "../shell/messages";

/** Saves what plays and what comes as an M3U8 file, which any player reads. */
export async function savePlaylist(): Promise<void> {
  const t = words();
  const now = playing.value;
  const songs = [...(now === null ? [] : [now]), ...upcoming.value].map(({ song }) => song.id);
  if (songs.length === 0) return;
  const name = t.listen.saveName(new Date().toLocaleDateString("sv")); // 2026-11-22
  const answer = await askRaw("POST", "/api/v1/playlists", { songs, name, format: "m3u8" });
  const url = URL.createObjectURL(await answer.blob());
  h("a", { href: url, download: `${name}.m3u8` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  tell(t.listen.saved(songs.length));
}

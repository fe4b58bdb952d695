import { api } from "../api/client";
import { words } from "../language";
import { tell } from "../shell/messages";
import { playAll } from "./player";
import type { Song } from "./session";

const SONGS = 25;

/** Plays a song and then others that sound like it. */
export async function startRadio(song: Song): Promise<void> {
  const picks = await api.get("/api/v1/songs/{song_id}/radio", {
    path: { song_id: song.id },
    query: { n: SONGS },
  });
  playAll([
    { song, pick: null, policy: null },
    ...picks.map((pick) => ({
      song: pick.song,
      pick,
      policy: "match" as const,
      radioOf: song.title,
    })),
  ]);
  tell(words().song.radioOn(song.title, picks.length));
}

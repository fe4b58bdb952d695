import { locale, words } from "../language";
import { keepPlaylist, unusedName } from "../library/playlists";
import { strongest } from "../emotions";
import { inWords } from "../mood/everyday";
import { mood } from "../mood/mood";
import { playing, type Turn } from "../player/player";
import { askName } from "../shell/ask-name";
import { tell } from "../shell/messages";

/** Keeps what plays and the songs that are shown after it, under a name of the person's. */
export async function savePlaylist(shown: readonly Turn[]): Promise<void> {
  const { playlists: t } = words();
  const now = playing.value;
  const songs = [...(now === null ? [] : [now]), ...shown].map(({ song }) => song.id);
  if (songs.length === 0) return;
  const name = await askName(t.nameIt, await unusedName(proposedName()), t.keep);
  if (name === null) return;
  await keepPlaylist(name, songs);
  tell(t.kept(name, songs.length));
}

/** Such as "Cheerful, 30 November". */
export function proposedName(today = new Date()): string {
  const t = words();
  const given = mood.value;
  const day = t.playlists.day(today, locale());
  if (given === null) return t.playlists.proposed(t.playlists.mixed, day);
  const said = given.by === "word" ? inWords(given, t) : t.table.looks[strongest(given.mood)];
  return t.playlists.proposed(said, day);
}

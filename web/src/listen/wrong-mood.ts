import { words } from "../language";
import * as player from "../player/player";
import type { Song } from "../player/session";
import { tell } from "../shell/messages";

/** The person says that a song does not fit; another one comes. */
export function wrongMood(song: Song): void {
  player.wrongMood(song);
  tell(words().listen.wrongDone);
}

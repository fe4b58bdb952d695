import { coverOf, gradientOf, type Artwork } from "./artwork";
import * as player from "./player";
import type { Song } from "./session";

/** Seconds of one jump by the system's keys, where they name none. */
const JUMP = 10;

/** Ties the player to media keys, headphones and the system's controls, where there are any. */
export function mediaSession(): void {
  if (!("mediaSession" in navigator)) return;
  const media = navigator.mediaSession;
  let cover: Artwork | null = null;
  const say = (song: Song, artwork: Artwork | null): void => {
    media.metadata = new MediaMetadata({
      title: song.title,
      artist: song.artist ?? "",
      album: song.album ?? "",
      artwork: artwork === null ? [] : [artwork],
    });
  };
  player.playing.watch((turn) => {
    if (cover !== null) URL.revokeObjectURL(cover.src);
    cover = null;
    if (turn === null) {
      media.metadata = null;
      media.playbackState = "none";
      return;
    }
    say(turn.song, gradientOf(turn.song));
    void coverOf(turn.song).then((found) => {
      if (found === null) return;
      if (player.playing.value !== turn) return URL.revokeObjectURL(found.src);
      cover = found;
      say(turn.song, found);
    });
  });
  player.paused.subscribe((is) => {
    media.playbackState = player.playing.value === null ? "none" : is ? "paused" : "playing";
  });
  let told = 0;
  player.place.subscribe(({ at, duration }) => {
    if (duration === null || at > duration || Math.abs(at - told) < 1) return;
    told = at;
    media.setPositionState({ duration, position: at, playbackRate: 1 });
  });
  const actions: Partial<Record<MediaSessionAction, MediaSessionActionHandler>> = {
    play: () => player.start(),
    pause: () => player.pause(),
    stop: () => player.pause(),
    nexttrack: () => player.next(),
    previoustrack: () => player.previous(),
    seekto: ({ seekTime }) => player.seek(seekTime ?? 0),
    seekbackward: ({ seekOffset }) => player.seek(player.place.value.at - (seekOffset ?? JUMP)),
    seekforward: ({ seekOffset }) => player.seek(player.place.value.at + (seekOffset ?? JUMP)),
  };
  for (const [action, run] of Object.entries(actions)) {
    try {
      media.setActionHandler(action as MediaSessionAction, run);
    } catch {
      // a browser that does not know this one
    }
  }
}

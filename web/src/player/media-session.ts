import { artworkOf } from "./artwork";
import * as player from "./player";

/** Seconds of one jump by the system's keys, where they name none. */
const JUMP = 10;

/** Ties the player to media keys, headphones and the system's controls, where there are any. */
export function mediaSession(): void {
  if (!("mediaSession" in navigator)) return;
  const media = navigator.mediaSession;
  player.playing.watch((turn) => {
    if (turn === null) {
      media.metadata = null;
      media.playbackState = "none";
      return;
    }
    const { song } = turn;
    const picture = artworkOf(song);
    media.metadata = new MediaMetadata({
      title: song.title,
      artist: song.artist ?? "",
      album: song.album ?? "",
      artwork: picture === null ? [] : [{ src: picture, sizes: "256x256", type: "image/png" }],
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

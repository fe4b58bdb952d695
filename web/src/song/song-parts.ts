import type { Schemas } from "../api/client";
import { cover, type CoverSize } from "../cover";
import { clock } from "../duration";
import { h, type Child } from "../dom";
import { icon, type IconName } from "../icons";
import { words } from "../language";
import { enqueue, paused, playing, playSong, toggle } from "../player/player";
import { hashOf } from "../route";
import { tell } from "../shell/messages";
import { remember } from "./known-songs";
import { soundWords } from "./mood-words";

export type Song = Schemas["SongOut"];

/** Artist and album as one line; where there is room the album has its own place. */
function byline(song: Song): HTMLElement {
  const artist = song.artist ?? song.albumartist;
  return h(
    "span",
    { class: "muted small one-line" },
    artist ?? "",
    song.album ? h("span", { class: "by-album" }, artist ? " · " : "", song.album) : null,
    artist || song.album ? null : "\u00a0",
  );
}

/** Title and artist, as one says them. */
export function called(song: Song): string {
  const artist = song.artist ?? song.albumartist;
  return artist ? words().song.by(song.title, artist) : song.title;
}

/** The picture of a song; pressing it plays the song, or pauses it when it plays. */
export function playTile(
  song: Song,
  { tabindex = 0, size = 96 }: { tabindex?: number; size?: CoverSize } = {},
): HTMLButtonElement {
  const button = h("button", {
    class: "play-tile",
    type: "button",
    tabindex,
    onclick: () => playOrPause(song),
  });
  button.append(
    cover(song, { size, soon: size === 96 }),
    h("span", { class: "play-mark" }, icon("play"), icon("pause")),
  );
  markPlaying(button, song);
  return button;
}

/** Plays a song, or pauses it when it is the one that plays. */
export function playOrPause(song: Song): void {
  if (playing.value?.song.id === song.id) toggle();
  else playSong(song);
}

/** Puts a song behind what plays, and says so. */
export function queueSong(song: Song): void {
  enqueue(song);
  tell(words().song.queued(song.title));
}

/** Shows at a play tile whether its song plays. */
export function markPlaying(button: HTMLElement, song: Song): void {
  const here = playing.value?.song.id === song.id;
  const sounds = here && !paused.value;
  button.classList.toggle("is-here", here);
  button.classList.toggle("is-playing", sounds);
  const t = words().song;
  button.setAttribute("aria-label", (sounds ? t.pause : t.play)(called(song)));
}

/** Everything of a song in one line. */
export function songParts(
  song: Song,
  { tabindex = 0, aside }: { tabindex?: number; aside?: Child } = {},
): { tile: HTMLButtonElement; children: Child[] } {
  remember(song);
  const tile = playTile(song, { tabindex });
  const title = h(
    "a",
    { class: "song-title one-line", href: hashOf({ place: "song", id: song.id }), tabindex },
    song.title,
  );
  return {
    tile,
    children: [
      tile,
      h("div", { class: "song-names" }, title, byline(song)),
      h("span", { class: "song-album muted one-line" }, song.album ?? ""),
      aside ?? soundWords(song),
      h("span", { class: "song-length muted numbers" }, clock(song.duration)),
      iconButton("queue", words().song.queue(song.title), () => queueSong(song), tabindex),
    ],
  };
}

/** A song as an entry of a short list. */
export function songItem(song: Song, signal: AbortSignal, aside?: Child): HTMLLIElement {
  const { tile, children } = songParts(song, { aside });
  const show = (): void => markPlaying(tile, song);
  playing.subscribe(show, signal);
  paused.subscribe(show, signal);
  return h("li", { class: "song-line" }, children);
}

function iconButton(
  name: IconName,
  label: string,
  onclick: () => void,
  tabindex: number,
): HTMLButtonElement {
  const button = h("button", {
    class: "button button-icon",
    type: "button",
    title: label,
    "aria-label": label,
    tabindex,
    onclick,
  });
  button.append(icon(name));
  return button;
}

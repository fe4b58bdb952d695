/** What plays now, why, and what the person makes of it; in silence: how to begin. */

import { cover } from "../cover";
import { fill, firstClick, h, say } from "../dom";
import { colourOf, numbersOf, type Mood } from "../emotions";
import { icon } from "../icons";
import { words } from "../language";
import { sentence } from "../language/table";
import { blendOf, moodTile } from "../mood-tile";
import { mood } from "../mood/mood";
import { like, liked } from "../player/likes";
import * as player from "../player/player";
import type { Turn } from "../player/player";
import { playable } from "../player/playable";
import { hashOf } from "../route";
import type { View } from "../shell/view";
import { soundOf } from "../song/sound";
import { reasonOf } from "./reason";
import { wrongMood } from "./wrong-mood";

export const nowPlaying: View = (signal) => {
  const t = words();
  const art = h("div", { class: "now-cover" });
  const state = h("p", { class: "now-state muted" });
  const title = h("h2", { class: "now-title" });
  const by = h("p", { class: "now-by muted" });
  const reason = h("p", { class: "now-reason" });
  const act = (run: (turn: Turn) => void) => (): void => {
    const turn = player.playing.value;
    if (turn !== null) run(turn);
  };
  const heart = h(
    "button",
    { class: "button", type: "button", onclick: firstClick(act(({ song }) => like(song))) },
    icon("like"),
    t.listen.like,
  );
  const opinions = h(
    "div",
    { class: "row now-opinions" },
    heart,
    h(
      "button",
      { class: "button", type: "button", onclick: firstClick(() => player.notNow()) },
      icon("notNow"),
      t.listen.notNow,
    ),
    h(
      "button",
      { class: "button", type: "button", onclick: act(({ song }) => wrongMood(song)) },
      icon("wrong"),
      t.listen.wrong,
    ),
  );
  const begin = h("button", { class: "button", type: "button", onclick: () => player.start() });
  const beginRow = h("div", { class: "row" }, begin);
  playable.watch((is) => (begin.disabled = !is), signal);

  const section = h(
    "section",
    { class: "card now", "aria-label": t.listen.now },
    art,
    h("div", { class: "now-words" }, state, title, by, reason),
    h("div", { class: "now-actions" }, opinions, beginRow),
  );

  const show = (): void => {
    const turn = player.playing.value;
    const given = mood.value;
    const song = turn?.song ?? null;
    opinions.hidden = turn === null;
    beginRow.hidden = turn !== null;
    say(state, turn === null ? "" : player.paused.value ? t.listen.paused : t.listen.now);
    if (song === null || turn === null) {
      say(title, t.listen.nothing);
      say(by, given === null ? t.listen.nothingNoMood : t.listen.nothingMood);
      say(reason, "");
      const label = given === null ? t.listen.playAnything : t.listen.playFitting;
      if (begin.textContent !== label) fill(begin, icon("play"), label);
      // Without a mood the first thing to do is to give one.
      begin.classList.toggle("button-main", given !== null);
      return;
    }
    if (title.textContent !== song.title)
      fill(title, h("a", { href: hashOf({ place: "song", id: song.id }) }, song.title));
    const artist = song.artist ?? t.listen.unknownArtist;
    say(by, song.album ? t.listen.by(artist, song.album) : artist);
    // It was chosen for a mood that is no longer known: nothing is said of that one.
    const sounds = given === null && turn.pick !== null;
    if (sounds && turn.policy === "off") say(reason, t.listen.noMood);
    else say(reason, sounds ? sentence(soundOf(song, t)) : reasonOf(turn, t));
    heart.setAttribute("aria-pressed", String(liked.value.has(song.id)));
  };
  const picture = (): void => {
    const song = player.playing.value?.song;
    // In silence the picture is the mood that was given, so that the place is never empty.
    const shown = song ? (song.mood ? numbersOf(song.mood) : null) : (mood.value?.mood ?? null);
    if (song) fill(art, cover(song, { size: 512 }));
    else if (shown) fill(art, moodTile(shown));
    else fill(art, h("span", { class: "tile now-empty" }, icon("listen")));
    light(section, shown);
  };
  player.playing.watch(show, signal);
  player.playing.watch(picture, signal);
  liked.subscribe(show, signal);
  mood.subscribe(() => {
    show();
    if (player.playing.value === null) picture();
  }, signal);
  player.waiting.subscribe((is) => art.classList.toggle("now-waiting", is), signal);
  player.paused.watch(show, signal);
  return section;
};

/** Lets the stage take on the colours of what is on it. */
function light(stage: HTMLElement, mood: Mood | null): void {
  const blend = mood === null ? null : blendOf(mood);
  for (const side of ["first", "second"] as const) {
    if (blend === null) stage.style.removeProperty(`--${side}`);
    else stage.style.setProperty(`--${side}`, colourOf(blend[side]));
  }
}

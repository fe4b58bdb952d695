/** What plays now, why, and what the person makes of it; in silence: how to begin. */

import { cover } from "../cover";
import { fill, h, say } from "../dom";
import { icon } from "../icons";
import { words } from "../language";
import { moodTile } from "../mood-tile";
import { mood } from "../mood/mood";
import { like, liked } from "../player/likes";
import * as player from "../player/player";
import type { Turn } from "../player/player";
import { transport } from "../player/player-bar";
import { hashOf } from "../route";
import type { View } from "../shell/view";
import { reasonOf } from "./reason";
import { wrongMood } from "./wrong-mood";

export const nowPlaying: View = (signal) => {
  const t = words();
  const tile = h("div", { class: "now-tile" });
  const title = h("h2", { class: "now-title" });
  const by = h("p", { class: "now-by muted" });
  const reason = h("p", { class: "now-reason" });
  const act = (run: (turn: Turn) => void) => (): void => {
    const turn = player.playing.value;
    if (turn !== null) run(turn);
  };
  const heart = h(
    "button",
    { class: "button", type: "button", onclick: act(({ song }) => like(song)) },
    icon("like"),
    t.listen.like,
  );
  const opinions = h(
    "div",
    { class: "row now-opinions" },
    heart,
    h(
      "button",
      { class: "button", type: "button", onclick: () => player.notNow() },
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
  const begin = h("button", {
    class: "button button-main",
    type: "button",
    onclick: () => player.start(),
  });
  const beginRow = h("div", { class: "row" }, begin);
  const controls = h("div", { class: "now-controls" }, transport(signal));

  const show = (): void => {
    const turn = player.playing.value;
    const given = mood.value;
    const song = turn?.song ?? null;
    opinions.hidden = controls.hidden = turn === null;
    beginRow.hidden = turn !== null;
    if (song === null || turn === null) {
      say(title, t.listen.nothing);
      say(by, given === null ? t.listen.nothingNoMood : t.listen.nothingMood);
      say(reason, "");
      const label = given === null ? t.listen.playAnything : t.listen.playFitting;
      if (begin.textContent !== label) fill(begin, icon("play"), label);
      return;
    }
    if (title.textContent !== song.title)
      fill(title, h("a", { href: hashOf({ place: "song", id: song.id }) }, song.title));
    const artist = song.artist ?? t.listen.unknownArtist;
    say(by, song.album ? t.listen.by(artist, song.album) : artist);
    say(reason, given === null && turn.pick !== null ? t.listen.noMood : reasonOf(turn, t));
    heart.setAttribute("aria-pressed", String(liked.value.has(song.id)));
  };
  const picture = (): void => {
    const song = player.playing.value?.song;
    // In silence the picture is the mood that was given, so that the place is never empty.
    fill(tile, song ? cover(song, { size: 512 }) : moodTile(mood.value?.mood ?? null));
  };
  player.playing.watch(show, signal);
  player.playing.watch(picture, signal);
  liked.subscribe(show, signal);
  mood.subscribe(() => {
    show();
    if (player.playing.value === null) picture();
  }, signal);
  player.waiting.subscribe((is) => tile.classList.toggle("now-waiting", is), signal);
  player.paused.watch(
    (is) => tile.classList.toggle("now-live", !is && player.playing.value !== null),
    signal,
  );

  return h(
    "section",
    { class: "card now", "aria-label": t.listen.now },
    tile,
    h("div", { class: "now-words" }, title, by, reason),
    controls,
    h("div", { class: "now-actions" }, opinions, beginRow),
  );
};

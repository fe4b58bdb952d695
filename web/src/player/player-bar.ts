/** What stays at the bottom of every place: what plays, and what can be done with it. */

import { cover } from "../cover";
import { clock } from "../duration";
import { fill, h, say } from "../dom";
import { words } from "../language";
import { hashOf } from "../route";
import { iconButton, relabel } from "../shell/icon-button";
import { shortcut } from "../shell/shortcuts";
import type { View } from "../shell/view";
import { like, liked } from "./likes";
import { playable } from "./playable";
import * as player from "./player";

const LOUDER = 0.05;
const JUMP = 5;

export const playerBar: View = (signal) =>
  h(
    "section",
    { class: "player", "aria-label": words().player.name },
    song(signal),
    h("div", { class: "player-centre" }, transport(signal), seekBar(signal)),
    h("div", { class: "player-side" }, opinions(signal), volumeBar(signal)),
  );

/** Keys of the player, for every place. */
export function playerKeys(): void {
  shortcut([" "], "play", () => {
    if (playable.value) player.toggle();
  });
  shortcut(["n"], "next", () => player.next());
  shortcut(["p"], "back", () => player.previous());
  shortcut(["ArrowLeft", "ArrowRight"], "seek", ({ key }) =>
    player.seek(player.place.value.at + (key === "ArrowLeft" ? -JUMP : JUMP)),
  );
  shortcut(["+", "-"], "volume", ({ key }) => setVolume(key === "+" ? LOUDER : -LOUDER));
  shortcut(["m"], "mute", () => player.muted.update((is) => !is));
  shortcut(["l"], "like", () => {
    const turn = player.playing.value;
    if (turn !== null) like(turn.song);
  });
  shortcut(["x"], "notNow", () => player.notNow());
}

function setVolume(step: number): void {
  player.muted.set(false);
  player.volume.update((now) => Math.round(100 * Math.min(1, Math.max(0, now + step))) / 100);
}

function song(signal: AbortSignal): HTMLElement {
  const t = words();
  const place = h("a", { class: "player-song", href: hashOf({ place: "listen" }) });
  const show = (): void => {
    const turn = player.playing.value;
    const hint = playable.value ? t.player.nothingHint : t.player.noMusicHint;
    const title = turn?.song.title ?? t.player.nothing;
    fill(
      place,
      cover(turn?.song ?? null),
      h(
        "span",
        { class: "player-names" },
        h("span", { class: turn ? "player-title one-line" : "muted one-line" }, title),
        h(
          "span",
          { class: "muted small one-line" },
          turn ? (turn.song.artist ?? t.listen.unknownArtist) : hint,
        ),
      ),
    );
    place.title = t.player.open;
  };
  player.playing.watch(show, signal);
  playable.subscribe(show, signal);
  return place;
}

/** Previous, play or pause, next. */
function transport(signal: AbortSignal): HTMLElement {
  const t = words().player;
  const previous = iconButton("previous", t.previous, () => player.previous(), "player-previous");
  const play = iconButton("play", t.play, () => player.toggle(), "button-main player-play");
  const next = iconButton("next", t.next, () => player.next());
  player.paused.watch((is) => relabel(play, is ? "play" : "pause", is ? t.play : t.pause), signal);
  player.waiting.watch((is) => {
    play.classList.toggle("player-waiting", is);
    if (is) play.setAttribute("aria-busy", "true");
    else play.removeAttribute("aria-busy");
  }, signal);
  playable.watch((is) => (play.disabled = !is), signal);
  player.playing.watch((turn) => {
    previous.disabled = turn === null;
    next.disabled = turn === null;
  }, signal);
  return h("div", { class: "player-transport" }, previous, play, next);
}

function seekBar(signal: AbortSignal): HTMLElement {
  const t = words().player;
  const at = h("span", { class: "numbers small muted" }, clock(0));
  const whole = h("span", { class: "numbers small muted" }, clock(null));
  const slider = h("input", {
    class: "slide",
    type: "range",
    min: "0",
    max: "1",
    step: "0.1",
    value: "0",
    disabled: true,
    "aria-label": t.seek,
  });
  let dragged = false;
  const show = (seconds: number, duration: number | null): void => {
    say(at, clock(Math.floor(seconds)));
    say(whole, clock(duration));
    slider.style.setProperty("--filled", duration ? String(seconds / duration) : "0");
    slider.setAttribute("aria-valuetext", t.placeOf(clock(Math.floor(seconds)), clock(duration)));
  };
  const update = (): void => {
    const { at: seconds, duration } = player.place.value;
    slider.disabled = player.playing.value === null || duration === null;
    if (dragged && !slider.disabled) return;
    if (slider.disabled) {
      slider.value = "0";
      return show(0, null);
    }
    slider.max = String(duration ?? 1);
    slider.value = String(seconds);
    show(seconds, duration);
  };
  slider.addEventListener("input", () => {
    dragged = true;
    show(Number(slider.value), player.place.value.duration);
  });
  slider.addEventListener("change", () => {
    dragged = false;
    player.seek(Number(slider.value));
  });
  slider.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -JUMP, ArrowDown: -JUMP, ArrowRight: JUMP, ArrowUp: JUMP }[event.key];
    if (step === undefined) return;
    event.preventDefault(); // steps of the slider are for the mouse: seconds, not tenths
    player.seek(player.place.value.at + step);
  });
  player.place.watch(update, signal);
  player.playing.subscribe(update, signal);
  return h("div", { class: "player-seek" }, at, slider, whole);
}

function opinions(signal: AbortSignal): HTMLElement {
  const t = words().player;
  const heart = iconButton("like", t.like, () => {
    const turn = player.playing.value;
    if (turn !== null) like(turn.song);
  });
  const notNow = iconButton("notNow", t.notNow, () => player.notNow());
  const update = (): void => {
    const turn = player.playing.value;
    const is = turn !== null && liked.value.has(turn.song.id);
    heart.disabled = notNow.disabled = turn === null;
    heart.setAttribute("aria-pressed", String(is));
    heart.title = is ? t.liked : t.like;
  };
  player.playing.watch(update, signal);
  liked.subscribe(update, signal);
  return h("div", { class: "player-opinions" }, heart, notNow);
}

function volumeBar(signal: AbortSignal): HTMLElement {
  const t = words().player;
  const mute = iconButton("volume", t.mute, () => player.muted.update((is) => !is));
  const slider = h("input", {
    class: "slide",
    type: "range",
    min: "0",
    max: "100",
    step: "1",
    "aria-label": t.volume,
    oninput: () => {
      player.muted.set(false);
      player.volume.set(Number(slider.value) / 100);
    },
  });
  const update = (): void => {
    const share = player.muted.value ? 0 : player.volume.value;
    slider.value = String(Math.round(100 * share));
    slider.style.setProperty("--filled", String(share));
    slider.setAttribute("aria-valuetext", words().percent(share));
    relabel(mute, share === 0 ? "muted" : "volume", share === 0 ? t.unmute : t.mute);
  };
  player.volume.watch(update, signal);
  player.muted.subscribe(update, signal);
  return h("div", { class: "player-volume" }, mute, slider);
}

import { api, ApiError } from "../api/client";
import type { components } from "../api/schema";
import { fill, h, type Child } from "../dom";
import { clock } from "../duration";
import { EMOTIONS, numbersOf } from "../emotions";
import { icon, type IconName } from "../icons";
import { words } from "../language";
import { sentence } from "../language/table";
import { showOnMap } from "../map/map-view";
import { paused, playing } from "../player/player";
import { startRadio } from "../player/radio";
import { hashOf } from "../route";
import { disclosure } from "../shell/disclosure";
import { background, untilDone } from "../shell/messages";
import type { View } from "../shell/view";
import { correctMood } from "./correct-mood";
import { courseChart } from "./course-chart";
import { momentsOf } from "./course";
import { knownSong, remember } from "./known-songs";
import { bar } from "./mood-words";
import { soundOf } from "./sound";
import { markPlaying, playOrPause, playTile, queueSong, songItem, type Song } from "./song-parts";

type Confidence = NonNullable<components["schemas"]["SongDetail"]["confidence"]>;

const ALIKE = 8;

/** A song's page. */
export function songView(id: number): View {
  return (signal) => {
    const t = words();
    const known = knownSong(id);
    const title = h("h1", {}, known?.title ?? "\u00a0");
    const top = songTop(title, signal);
    const body = h("div", { class: "song-body" });
    const page = h(
      "div",
      { class: "column song-page" },
      h(
        "a",
        { class: "song-back", href: hashOf({ place: "library" }) },
        icon("back"),
        t.shell.library,
      ),
      top.element,
      body,
    );
    const show = async (): Promise<void> => {
      const detail = await api.get("/api/v1/songs/{song_id}", { path: { song_id: id }, signal });
      const { song, course, over_time, confidence } = detail;
      remember(song);
      if (known === undefined || song.corrected !== known.corrected) top.show(song);
      document.title = `${song.title} · ${t.shell.title}`;
      const moments = momentsOf(course, song.duration);
      fill(
        body,
        song.state === "ok" ? null : notice(song),
        song.mood === null
          ? null
          : sound(song, song.corrected ? null : (confidence ?? null), () => background(show())),
        over_time === null
          ? null
          : card(
              t.song.course,
              "song-course",
              song.corrected ? h("p", { class: "muted small" }, t.song.courseAsAnalysed) : null,
              courseChart(song, moments, over_time, signal),
            ),
        alike,
      );
      if (song.mood !== null) untilDone(showAlike, signal);
    };
    const alike = card(t.song.alike, "song-alike");
    const showAlike = async (): Promise<void> => {
      try {
        const found = await api.get("/api/v1/songs/{song_id}/similar", {
          path: { song_id: id },
          query: { n: ALIKE },
          signal,
        });
        const items = found.map(({ song }) => songItem(song, signal));
        alike.querySelector("ul")?.remove();
        alike.append(h("ul", {}, items));
        alike.hidden = found.length === 0;
      } catch (error) {
        // Nothing is like a song of which one does not know how it sounds.
        if (!(error instanceof ApiError) || error.obstacle !== null) throw error;
      }
    };
    alike.hidden = true;
    if (known !== undefined) top.show(known);
    untilDone(
      () =>
        show().catch((error: unknown) => {
          if (!(error instanceof ApiError) || error.status !== 404) throw error;
          fill(page, unknown());
        }),
      signal,
    );
    return page;
  };
}

/** Picture, names, facts and what one can do with the song; the title stays where it has focus. */
function songTop(
  title: HTMLElement,
  signal: AbortSignal,
): { element: HTMLElement; show: (song: Song) => void } {
  const t = words();
  const picture = h("div", {}, h("span", { class: "tile tile-large" }));
  const by = h("p", { class: "song-by" }, "\u00a0");
  const about = h("p", { class: "muted small numbers" }, "\u00a0");
  const actions = h("div", { class: "row song-actions" });
  const show = (song: Song): void => {
    const tile = playTile(song, { size: 256 });
    tile.classList.add("tile-large");
    const play = h("button", {
      class: "button button-main",
      type: "button",
      onclick: () => playOrPause(song),
    });
    const mark = (): void => {
      markPlaying(tile, song);
      const sounds = playing.value?.song.id === song.id && !paused.value;
      fill(play, icon(sounds ? "pause" : "play"), sounds ? t.song.pauseShort : t.song.playShort);
    };
    playing.subscribe(mark, signal);
    paused.subscribe(mark, signal);
    mark();
    const facts = [
      song.year,
      song.genre,
      song.track && t.song.track(song.track),
      clock(song.duration),
    ].filter(Boolean);
    title.textContent = song.title;
    fill(picture, tile);
    fill(by, [song.artist, song.album].filter(Boolean).join(" · ") || "\u00a0");
    fill(about, facts.join(" · "));
    fill(
      actions,
      play,
      action("queue", t.song.queueShort, () => queueSong(song)),
      song.mood === null
        ? null
        : action("similar", t.song.radio, () => background(startRadio(song))),
    );
  };
  return {
    element: h(
      "div",
      { class: "song-top" },
      picture,
      h("div", { class: "song-head" }, title, by, about, actions),
    ),
    show,
  };
}

/** How a song sounds, where that lies and how sure it is; behind a button the seven shares. */
function sound(song: Song, confidence: Confidence | null, again: () => void): HTMLElement {
  const t = words();
  const mood = numbersOf(song.mood ?? {});
  const at =
    song.valence === null || song.arousal === null
      ? null
      : { valence: song.valence, arousal: song.arousal };
  const numbers = h(
    "div",
    { class: "song-numbers" },
    h(
      "dl",
      { class: "seven" },
      EMOTIONS.map((emotion, i) => [
        h("dt", {}, t.table.adjectives[emotion]),
        h(
          "dd",
          {},
          bar(emotion, mood[i] ?? 0),
          h("span", { class: "numbers" }, t.percent(mood[i] ?? 0)),
        ),
      ]),
    ),
    at === null
      ? null
      : h("p", { class: "muted small numbers" }, t.song.affect(at.valence, at.arousal)),
  );
  const fold = disclosure("button button-quiet mood-fold", numbers, [
    icon("numbers"),
    t.moodPanel.numbers,
  ]);
  const correct = correctMood(song, again);
  return card(
    t.song.sound,
    "song-sound",
    h(
      "div",
      { class: "song-place" },
      at === null ? null : smallMap(at.valence, at.arousal),
      h(
        "div",
        { class: "song-place-text" },
        h("p", { class: "song-sounds" }, sentence(soundOf(song, t), "")),
        confidence === null
          ? null
          : h("p", { class: "muted small" }, confidence.is_clear ? t.song.clear : t.song.mixed),
        song.corrected ? h("p", { class: "muted small" }, t.song.corrected) : null,
      ),
    ),
    h(
      "div",
      { class: "row" },
      at === null ? null : action("map", t.song.onMap, () => showOnMap(song.id)),
      correct.buttons,
    ),
    correct.body,
    h("div", { class: "row" }, fold), // what a button unfolds comes right below it
    numbers,
  );
}

function smallMap(valence: number, arousal: number): SVGSVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "-1.15 -1.15 2.3 2.3");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "small-map");
  const axes = document.createElementNS(namespace, "path");
  axes.setAttribute("d", "M-1 0H1M0 -1V1");
  const point = document.createElementNS(namespace, "circle");
  point.setAttribute("cx", String(valence));
  point.setAttribute("cy", String(-arousal));
  point.setAttribute("r", "0.1");
  svg.append(axes, point);
  return svg;
}

function notice(song: Song): HTMLElement {
  const { library: t, song: own } = words();
  const reasons: Readonly<Record<string, string>> = t.reasons;
  const reason = reasons[song.reason_code ?? ""] ?? song.reason ?? "";
  const text = song.state === "missing" ? own.missing : own.failed(reason);
  return h("div", { class: "notice notice-bad" }, icon("warning"), h("p", {}, text));
}

function unknown(): HTMLElement {
  const t = words().song;
  return h(
    "div",
    { class: "empty" },
    icon("library"),
    h("h1", {}, t.unknown),
    h("p", {}, t.unknownText),
    h("a", { class: "button button-main", href: hashOf({ place: "library" }) }, t.unknownAction),
  );
}

function card(title: string, name: string, ...children: Child[]): HTMLElement {
  return h("section", { class: `card ${name}` }, h("h2", {}, title), children);
}

function action(name: IconName, label: string, onclick: () => void): HTMLButtonElement {
  const button = h("button", { class: "button", type: "button", onclick });
  button.append(icon(name), label);
  return button;
}

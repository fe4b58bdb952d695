import { fill, h } from "../dom";
import { EMOTIONS, colourOf } from "../emotions";
import { icon } from "../icons";
import { locale, words } from "../language";
import { playOrPause } from "../song/song-parts";
import { songOf } from "../song/known-songs";
import { moodPhrase } from "../mood/mood-phrase";
import { moodInNumbers } from "../song/mood-words";
import { hashOf } from "../route";
import { choice } from "../shell/choice";
import { background, tell } from "../shell/messages";
import { sure } from "../shell/sure";
import type { View } from "../shell/view";
import { Store } from "../store";
import { binsOf, meanMood, type Day, type Play } from "./days";
import { changes, eraseHistory, hasHistory, historyBetween, keeping } from "./history";
import { timeline } from "./timeline";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Bars of a day, at most. */
const BARS = 120;
const SIZES = [1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE);
const SONGS = 30;
const WEEK_DAYS = 7;

type Span = "today" | "week";
const span = new Store<Span>("today");

/** The moods and songs of this person, as this browser has kept them. */
export const historyView: View = (signal) => {
  const t = words().history;
  const body = h("div", { class: "column" });
  let songs = SONGS;
  const show = (): void => {
    erase.disabled = !hasHistory();
    const now = Date.now();
    const start = span.value === "today" ? dayOf(now) : dayOf(now, 1 - WEEK_DAYS);
    const day = historyBetween(start, now + 1);
    if (day.samples.length === 0 && day.plays.length === 0) return fill(body, nothing());
    fill(
      body,
      h(
        "section",
        { class: "card history-card" },
        h("p", { class: "history-words" }, inWords(day)),
        day.samples.length === 0 ? null : span.value === "today" ? today(day) : week(day, start),
        day.samples.length === 0 ? null : legend(day),
        day.samples.length === 0 ? null : table(day),
      ),
      day.plays.length === 0
        ? null
        : played(
            day.plays,
            songs,
            () => {
              songs += 2 * SONGS;
              show();
            },
            signal,
          ),
    );
  };
  const erase = h(
    "button",
    {
      class: "button button-bad",
      type: "button",
      onclick: () =>
        background(
          sure(t.eraseSure, t.erase).then((yes) => {
            if (!yes) return;
            eraseHistory();
            tell(t.erased);
          }),
        ),
    },
    icon("trash"),
    t.erase,
  );
  const keep = h("input", {
    type: "checkbox",
    checked: keeping.value,
    onchange: () => keeping.set(keep.checked),
  });
  // What is read is not pulled away: new moods come when one looks again.
  span.subscribe(() => (songs = SONGS), signal);
  span.watch(show, signal);
  changes.subscribe(() => {
    if (!hasHistory() || body.querySelector(".empty")) show();
  }, signal);
  return h(
    "div",
    { class: "column history" },
    h(
      "div",
      { class: "row spread" },
      h("h1", {}, t.title),
      choice<Span>(
        t.span,
        [
          ["today", t.today],
          ["week", t.week],
        ],
        span,
        signal,
      ),
    ),
    body,
    h(
      "section",
      { class: "card history-privacy" },
      h("div", { class: "history-promise" }, icon("info"), h("p", {}, t.privacy)),
      h("div", { class: "row spread" }, h("label", { class: "history-keep" }, keep, t.keep), erase),
    ),
  );
};

function nothing(): HTMLElement {
  const t = words().history;
  return h(
    "div",
    { class: "empty card" },
    icon("history"),
    h("h2", {}, t.nothing),
    h("p", {}, keeping.value ? t.nothingText : t.nothingOff),
    h("a", { class: "button button-main", href: hashOf({ place: "listen" }) }, t.nothingAction),
  );
}

/** The day so far, as near as its first and last mood allow. */
function today({ samples }: Day): HTMLElement {
  const [first, last] = [samples[0]!.at, samples.at(-1)!.at];
  const size = SIZES.find((each) => (last - first) / each < BARS) ?? SIZES.at(-1)!;
  const step = [HOUR / 4, HOUR, 2 * HOUR, 4 * HOUR].find((each) => (last - first) / each < 6)!;
  const start = Math.floor((first - dayOf(first)) / step) * step + dayOf(first);
  const end = Math.max(start + step, start + Math.ceil((last + 1 - start) / step) * step);
  const label = labelLine();
  const ticks: HTMLElement[] = [];
  for (let time = start; time <= end; time += step) ticks.push(h("span", {}, clockOf(time)));
  return h(
    "div",
    { class: "history-today" },
    timeline(binsOf(samples, { start, end, size }), { label, clockOf }),
    h("div", { class: "course-times muted small numbers", "aria-hidden": "true" }, ticks),
    label,
  );
}

/** Seven days, each a line from midnight to midnight. */
function week({ samples }: Day, start: number): HTMLElement {
  const label = labelLine();
  const days = Array.from({ length: WEEK_DAYS }, (_, i) => {
    const [begin, end] = [dayOf(start, i), dayOf(start, i + 1)];
    const bins = binsOf(
      samples.filter(({ at }) => at >= begin && at < end),
      { start: begin, end, size: HOUR / 2 },
    );
    const name = new Date(begin).toLocaleDateString(locale(), { weekday: "short", day: "numeric" });
    return h(
      "div",
      { class: "history-day" },
      h("span", { class: "small numbers" }, name),
      timeline(bins, { label, clockOf: (time) => `${name}, ${clockOf(time)}` }),
    );
  });
  return h(
    "div",
    { class: "history-week" },
    days,
    h(
      "div",
      { class: "history-day", "aria-hidden": "true" },
      h("span", {}),
      h(
        "div",
        { class: "course-times muted small numbers" },
        [0, 6, 12, 18, 24].map((hour) => h("span", {}, clockOf(dayOf(start) + hour * HOUR))),
      ),
    ),
    label,
  );
}

function labelLine(): HTMLElement {
  return h("p", { class: "course-label numbers", "aria-hidden": "true" }, "\u00a0");
}

/** The span in a sentence: what prevailed, and how much music. */
function inWords({ samples, plays }: Day): string {
  const t = words().history;
  const heard = plays.length > 0 ? t.heard(plays.length) : "";
  if (samples.length === 0) return heard;
  return [t.mostly(moodPhrase(meanMood(samples), words())), heard].filter(Boolean).join(" ");
}

function legend({ samples }: Day): HTMLElement {
  const t = words();
  const mean = meanMood(samples);
  return h(
    "ul",
    { class: "course-legend small" },
    EMOTIONS.filter((_, i) => (mean[i] ?? 0) >= 0.01).map((emotion) =>
      h(
        "li",
        {},
        h("span", { class: "chip-dot", style: { background: colourOf(emotion) } }),
        t.table.looks[emotion],
        h("span", { class: "muted numbers" }, t.percent(mean[EMOTIONS.indexOf(emotion)] ?? 0)),
      ),
    ),
  );
}

/** The same in numbers, hour by hour. */
function table({ samples, plays }: Day): HTMLElement {
  const t = words();
  const hours = new Map<number, { samples: Day["samples"][number][]; plays: number }>();
  const hourOf = (at: number): { samples: Day["samples"][number][]; plays: number } => {
    const hour = new Date(at).setMinutes(0, 0, 0);
    const known = hours.get(hour) ?? { samples: [], plays: 0 };
    hours.set(hour, known);
    return known;
  };
  for (const sample of samples) hourOf(sample.at).samples.push(sample);
  for (const { at } of plays) hourOf(at).plays += 1;
  const when = (time: number): string =>
    new Date(time).toLocaleString(locale(), {
      weekday: "short",
      hour: "numeric",
      minute: "2-digit",
    });
  return h(
    "details",
    { class: "history-table" },
    h("summary", {}, t.history.table),
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          [t.history.hour, t.history.mood, t.history.songs].map((name) =>
            h("th", { scope: "col" }, name),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        [...hours]
          .sort(([a], [b]) => a - b)
          .map(([time, hour]) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, when(time)),
              h("td", {}, hour.samples.length > 0 ? moodInNumbers(meanMood(hour.samples), 3) : "–"),
              h("td", { class: "numbers" }, hour.plays),
            ),
          ),
      ),
    ),
  );
}

/** The songs, the latest first. */
function played(
  plays: readonly Play[],
  most: number,
  more: () => void,
  signal: AbortSignal,
): HTMLElement {
  const t = words();
  const latest = [...plays].reverse();
  const play = async (id: number): Promise<void> => playOrPause(await songOf(id, signal));
  const sameDay = dayOf(plays[0]!.at) === dayOf(Date.now());
  return h(
    "section",
    { class: "card history-songs" },
    h("h2", {}, t.history.played),
    h(
      "ul",
      {},
      latest.slice(0, most).map(({ at, id, title, artist }) => {
        const name = artist ? t.song.by(title, artist) : title;
        const button = h("button", {
          class: "button button-icon",
          type: "button",
          "aria-label": t.song.play(name),
          onclick: () => background(play(id)),
        });
        button.append(icon("play"));
        return h(
          "li",
          { class: "history-song" },
          h("time", { class: "muted small numbers" }, sameDay ? clockOf(at) : dayAndClock(at)),
          button,
          h(
            "div",
            { class: "song-names" },
            h("a", { class: "song-title one-line", href: hashOf({ place: "song", id }) }, title),
            h("span", { class: "muted small one-line" }, artist ?? "\u00a0"),
          ),
        );
      }),
    ),
    latest.length > most
      ? h("button", { class: "button", type: "button", onclick: more }, t.history.more)
      : null,
  );
}

/** Midnight of a day, and of those before and after it, whatever the clocks do between. */
function dayOf(time: number, after = 0): number {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + after).getTime();
}

function clockOf(time: number): string {
  return new Date(time).toLocaleTimeString(locale(), { hour: "numeric", minute: "2-digit" });
}

function dayAndClock(time: number): string {
  const day = new Date(time).toLocaleDateString(locale(), { weekday: "short" });
  return `${day} ${clockOf(time)}`;
}

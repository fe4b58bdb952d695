/** The first run: music, a mood, and listening, one step after the other. */

import { fill, firstClick, h, say } from "../dom";
import { icon } from "../icons";
import { words } from "../language";
import { overview, refreshOverview } from "../library/overview";
import { runs, scan, startScan, type Scan } from "../library/scan";
import { mood } from "../mood/mood";
import { moodPanel } from "../mood/mood-panel";
import { ENOUGH, playable } from "../player/playable";
import { start } from "../player/player";
import { refresh } from "../player/session";
import { hashOf } from "../route";
import { errorWords } from "../shell/error-words";
import { background } from "../shell/messages";
import type { View } from "../shell/view";
import type { Store } from "../store";

export const firstRun: View = (signal) => {
  const t = words().firstRun;
  const all = words();
  const offer = h(
    "div",
    { class: "step-part" },
    h("p", { class: "muted" }, t.musicText),
    h(
      "div",
      { class: "row" },
      h(
        "a",
        { class: "button button-main", href: hashOf({ place: "library" }) },
        icon("folder"),
        t.choose,
      ),
      h(
        "button",
        {
          class: "button button-quiet",
          type: "button",
          onclick: firstClick(() => background(startScan(null))),
        },
        t.samples,
      ),
    ),
    h("p", { class: "muted small" }, t.samplesText),
  );
  const wrong = h("p", { class: "notice notice-bad", role: "alert" });
  const bar = h("progress", { class: "first-run-bar" });
  const begin = h("button", { class: "button", type: "button", onclick: start });
  const wait = h("p", { class: "muted small", role: "status" });

  const music = step(1, t.music, [wrong, offer, bar]);
  const feel = step(2, t.mood, [moodPanel(signal)]);
  const listen = step(3, t.listen, [h("div", { class: "row" }, begin), wait]);

  const show = (): void => {
    const now = scan.value;
    const songs = overview.value?.ok ?? 0;
    const given = mood.value !== null;
    const has = songs > 0 || runs(now);
    offer.hidden = has;
    wrong.hidden = has || now === null || !ENDED.has(now.state);
    say(wrong, wrong.hidden ? "" : wrongOf(now));
    bar.hidden = !runs(now);
    progress(bar, now);
    bar.setAttribute("aria-label", all.library.progress);
    say(music.says, runs(now) ? doing(now as Scan) : songs > 0 ? all.songs(songs) : "");
    say(feel.says, has ? "" : t.moodText);
    say(listen.says, has ? "" : t.listenText);
    music.show(has ? (songs > 0 ? "done" : "busy") : "now", true);
    feel.show(given ? "done" : has ? "now" : "later", has);
    listen.show(given && has ? "now" : "later", has);
    begin.disabled = !playable.value;
    begin.classList.toggle("button-main", given);
    fill(begin, icon("play"), given ? all.listen.playFitting : all.listen.playAnything);
    say(wait, playable.value ? "" : t.wait(ENOUGH));
  };
  for (const store of [scan, overview, mood, playable] as Store<unknown>[])
    store.subscribe(show, signal);
  show();
  return h(
    "section",
    { class: "card first-run", "aria-label": t.title },
    h("h2", { class: "first-run-title" }, t.title),
    h("ol", { class: "steps" }, music.element, feel.element, listen.element),
  );
};

/** What kept a scan from finding music. */
function wrongOf(now: Scan | null): string {
  const said = now?.error ? errorWords(now.error.code) : null;
  return said === null ? words().library.nothingThere : `${said.text} ${said.hint}`;
}

/** States after which a scan that found nothing says so. */
const ENDED: ReadonlySet<Scan["state"]> = new Set(["done", "failed"]);

function doing({ state, done, total }: Scan): string {
  const t = words().library;
  const stage = t.stages[state] ?? "";
  return total > 0 && state !== "looking" ? `${stage}: ${t.doneOf(done, total)}` : `${stage} …`;
}

function progress(bar: HTMLProgressElement, now: Scan | null): void {
  if (now !== null && now.total > 0) {
    bar.max = now.total;
    bar.value = now.done;
  } else bar.removeAttribute("value");
}

interface Step {
  readonly element: HTMLElement;
  readonly says: HTMLElement;
  show(state: "later" | "now" | "busy" | "done", open: boolean): void;
}

function step(number: number, title: string, parts: HTMLElement[]): Step {
  const sign = h("span", { class: "step-sign", "aria-hidden": true });
  const says = h("p", { class: "step-says muted numbers", role: "status" });
  const body = h("div", { class: "step-body" }, parts);
  const element = h(
    "li",
    { class: "step" },
    sign,
    h("div", { class: "step-head" }, h("h3", {}, title), says),
    body,
  );
  return {
    element,
    says,
    show(state, open) {
      if (element.dataset["state"] !== state) fill(sign, state === "done" ? icon("check") : number);
      element.dataset["state"] = state;
      if (state === "now") element.setAttribute("aria-current", "step");
      else element.removeAttribute("aria-current");
      body.hidden = !open;
    },
  };
}

// While music is scanned: look for the first songs, and take in the rest at the end.
scan.subscribe((now) => {
  if (now === null) return;
  const ready = now.done - now.failed;
  const over = !runs(now);
  const known = overview.value?.ok ?? 0;
  if (!over && (now.state !== "analysing" || known >= ENOUGH || ready < ENOUGH)) return;
  background(
    refreshOverview().then(() => {
      if (overview.value?.ok) refresh();
    }),
  );
});

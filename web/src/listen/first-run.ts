/** No music yet: how to get some, and how far that is. */

import { fill, h, say } from "../dom";
import { icon } from "../icons";
import { words } from "../language";
import { overview, refreshOverview } from "../library/overview";
import { runs, scan, startScan, type Scan } from "../library/scan";
import { start } from "../player/player";
import { refresh, standing } from "../player/session";
import { hashOf } from "../route";
import { background } from "../shell/messages";
import type { View } from "../shell/view";

/** Songs that must be ready before music begins, so that there is something to choose from. */
const ENOUGH = 5;

/** Whether the person waits for the sample music to begin by itself. */
let eager = false;

export const firstRun: View = (signal) => {
  const t = words().listen;
  const offer = h(
    "div",
    { class: "empty" },
    icon("listen"),
    h("h2", {}, t.emptyTitle),
    h("p", {}, t.emptyText),
    h(
      "div",
      { class: "row first-run-ways" },
      h("a", { class: "button button-main", href: hashOf({ place: "library" }) }, t.choose),
      h("button", { class: "button", type: "button", onclick: trySamples }, t.samples),
    ),
    h("p", { class: "small" }, t.samplesText),
  );
  const title = h("h2");
  const bar = h("progress", { class: "first-run-bar" });
  const count = h("p", { class: "numbers", role: "status" });
  const progress = h(
    "div",
    { class: "empty" },
    icon("listen"),
    title,
    bar,
    count,
    h("p", { class: "small" }, t.scanHint),
  );
  const show = (now: Scan | null): void => {
    const is = runs(now);
    offer.hidden = is;
    progress.hidden = !is;
    if (now === null || !is) return;
    say(title, now.state === "rendering" ? t.rendering : t.scanning);
    bar.setAttribute("aria-label", title.textContent ?? "");
    if (now.total > 0) {
      bar.max = now.total;
      bar.value = now.done;
      say(count, t.scanned(now.done, now.total));
    } else {
      bar.removeAttribute("value");
      fill(count, "\u00a0");
    }
  };
  scan.watch(show, signal);
  return h("section", { class: "card first-run" }, offer, progress);
};

function trySamples(): void {
  eager = true;
  background(startScan(null));
}

// While music is scanned: look for the first songs, begin, and take in the rest at the end.
scan.subscribe((now) => {
  if (now === null) return;
  const ready = now.done - now.failed;
  const over = !runs(now);
  if (!over && (now.state !== "analysing" || overview.value?.ok || ready < ENOUGH)) return;
  background(
    refreshOverview().then(() => {
      if (!overview.value?.ok) return;
      if (eager) start();
      else if (standing.value !== "silent") refresh();
      if (over) refresh();
      eager = false;
    }),
  );
});

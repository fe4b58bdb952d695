/** Where one listens: the song on its stage, the mood that it follows, and what comes next. */

import { reachable } from "../api/service";
import { fill, h } from "../dom";
import { words } from "../language";
import { overview, refreshOverview } from "../library/overview";
import { lookForScan } from "../library/scan";
import { moodPanel } from "../mood/mood-panel";
import { playing } from "../player/player";
import { standing } from "../player/session";
import { background, tellError } from "../shell/messages";
import type { View } from "../shell/view";
import { firstRun } from "./first-run";
import { nowPlaying } from "./now-playing";
import { queueList } from "./queue-list";
import { steering } from "./steering";

/** Whether this person has yet to hear a first song. */
let isFirst = false;

export const listenView: View = (signal) => {
  const room = h("div", { class: "listen-room" });
  let shown: "nothing" | "first run" | "stage" = "nothing";
  let part = new AbortController();
  signal.addEventListener("abort", () => part.abort(), { once: true });
  const show = (): void => {
    const what = isFirst ? "first run" : "stage";
    if (what === shown) return;
    shown = what;
    part.abort();
    part = new AbortController();
    fill(room, isFirst ? firstRun(part.signal) : stage(part.signal));
  };
  overview.watch((now) => {
    if (now === null) return;
    if (now.ok === 0 && playing.value === null) isFirst = true;
    show();
  }, signal);
  standing.subscribe((now) => {
    if (now === "empty" && playing.value === null) isFirst = true;
    if (now === "empty" || now === "ready") show();
  }, signal);
  playing.subscribe((turn) => {
    if (turn === null) return;
    isFirst = false;
    show();
  }, signal);
  refreshOverview().catch((error: unknown) => {
    show(); // what is not known is no reason to show nothing
    tellError(error);
  });
  reachable.subscribe((is) => {
    if (is) background(refreshOverview());
  }, signal);
  lookForScan().catch(tellError);
  return h("div", { class: "listen" }, h("h1", { class: "aside" }, words().shell.listen), room);
};

function stage(signal: AbortSignal): HTMLElement {
  return h(
    "div",
    { class: "stage" },
    h("div", { class: "stage-main" }, nowPlaying(signal), moodPanel(signal), steering(signal)),
    queueList(signal),
  );
}

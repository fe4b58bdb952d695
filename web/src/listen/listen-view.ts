/** Where one listens: the mood on one side, the music that follows it on the other. */

import { reachable } from "../api/service";
import { fill, h } from "../dom";
import { words } from "../language";
import { overview, refreshOverview } from "../library/overview";
import { lookForScan } from "../library/scan";
import { moodPanel } from "../mood/mood-panel";
import { standing } from "../player/session";
import { background, tellError } from "../shell/messages";
import type { View } from "../shell/view";
import { firstRun } from "./first-run";
import { nowPlaying } from "./now-playing";
import { queueList } from "./queue-list";
import { steering } from "./steering";

export const listenView: View = (signal) => {
  const t = words();
  const music = h("div", { class: "listen-music", "aria-label": t.listen.music, role: "region" });
  let shown: "nothing" | "first run" | "music" = "nothing";
  let part = new AbortController();
  signal.addEventListener("abort", () => part.abort(), { once: true });
  const show = (what: typeof shown): void => {
    if (what === shown) return;
    shown = what;
    part.abort();
    part = new AbortController();
    const inside = part.signal;
    if (what === "first run") fill(music, firstRun(inside));
    else fill(music, nowPlaying(inside), steering(inside), queueList(inside));
  };
  overview.watch((now) => {
    if (now !== null) show(now.ok === 0 ? "first run" : "music");
  }, signal);
  standing.subscribe((now) => {
    if (now === "empty") show("first run");
    if (now === "ready") show("music");
  }, signal);
  refreshOverview().catch((error: unknown) => {
    // What is not known is no reason to show nothing.
    if (shown === "nothing") show("music");
    tellError(error);
  });
  reachable.subscribe((is) => {
    if (is) background(refreshOverview());
  }, signal);
  lookForScan().catch(tellError);
  return h(
    "div",
    { class: "listen" },
    h("h1", { class: "aside" }, t.shell.listen),
    h("div", { class: "listen-mood" }, moodPanel(signal)),
    music,
  );
};

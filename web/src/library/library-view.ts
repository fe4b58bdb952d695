import { api } from "../api/client";
import { reachable } from "../api/service";
import { fill, h, say } from "../dom";
import { icon } from "../icons";
import { words } from "../language";
import { go, route } from "../route";
import { background, tellError } from "../shell/messages";
import { shortcut } from "../shell/shortcuts";
import type { View } from "../shell/view";
import { moodFilter, searchBar } from "./list-tools";
import { overview, refreshOverview } from "./overview";
import { playlistList } from "./playlist-list";
import { EVERYTHING, filter, isEverything, order, questionOf } from "./query";
import { lookForScan, runs, scan } from "./scan";
import { scanPanel } from "./scan-panel";
import { SongList } from "./song-list";
import type { AskPage } from "./song-pages";
import type { Song } from "../song/song-parts";

/** How often a list that grows is fetched anew. */
const GROW_EVERY_MS = 3000;

/** Where the list was left, for who comes back. */
const left = { total: 0, scrolled: 0 };

let search: HTMLInputElement | null = null;

shortcut(["/"], "search", () => {
  if (route.value.place !== "library") go({ place: "library" });
  // The address tells of its change a moment later.
  setTimeout(() => {
    search?.focus();
    search?.select();
  }, 50);
});

/** All songs: where they come from, and the list that one searches. */
export const libraryView: View = (signal) => {
  const t = words();
  const count = h("p", { class: "muted numbers", role: "status" }, "\u00a0");
  const panel = scanPanel(signal, () => list.show(ask()));
  const bar = searchBar(signal);
  const nothing = h("div", { class: "empty", hidden: true });
  const list = new SongList(
    (total) => {
      left.total = total;
      showCount();
    },
    tellError,
    signal,
  );
  search = bar.input;

  const showCount = (): void => {
    const songs = overview.value;
    if (songs === null) return;
    const found = isEverything(filter.value)
      ? t.library.counted(t.songs(songs.ok), songs.hours)
      : t.library.foundSongs(t.library.number(left.total), t.songs(songs.ok));
    say(count, songs.ok === 0 ? "\u00a0" : found);
    nothing.hidden = left.total > 0 || songs.ok === 0 || isEverything(filter.value);
    list.element.hidden = left.total === 0;
    results.hidden = songs.ok === 0 && isEverything(filter.value);
    if (left.total === 0 && songs.ok > 0 && isEverything(filter.value)) list.reserve(songs.ok);
  };
  fill(
    nothing,
    icon("search"),
    h("h2", {}, t.library.nothing),
    h("p", {}, t.library.nothingText),
    h(
      "button",
      {
        class: "button",
        type: "button",
        onclick: () => {
          filter.set(EVERYTHING);
          bar.input.value = "";
          bar.input.focus();
        },
      },
      t.library.showAll,
    ),
  );
  const results = h(
    "section",
    { class: "library-results", hidden: true, "aria-label": t.library.list },
    bar.element,
    moodFilter(signal),
    list.element,
    nothing,
  );

  const ask = (): AskPage<Song> => {
    const question = questionOf(filter.value, order.value);
    return (offset, limit, until) =>
      api.get("/api/v1/songs", { query: { ...question, offset, limit }, signal: until });
  };
  const anew = (): void =>
    list.show(ask(), {
      top: true,
      shown: () => {
        // The search stays where it is, and below it the list begins.
        const top = results.getBoundingClientRect().top + scrollY - headHeight();
        if (scrollY > top) scrollTo(0, top);
      },
    });
  filter.subscribe(anew, signal);
  order.subscribe(anew, signal);

  const grow = (): void => {
    background(refreshOverview());
    // Rows do not move under the eyes of who looks at them.
    if (!list.focused && results.getBoundingClientRect().top > -100) list.show(ask());
  };
  let timer: ReturnType<typeof setInterval> | undefined;
  scan.watch((status) => {
    const growing = runs(status);
    if (growing && timer === undefined) timer = setInterval(grow, GROW_EVERY_MS);
    if (!growing && timer !== undefined) {
      clearInterval(timer);
      timer = undefined;
      background(refreshOverview());
      list.show(ask());
    }
  }, signal);
  signal.addEventListener("abort", () => {
    clearInterval(timer);
    left.scrolled = scrollY;
    if (search === bar.input) search = null;
  });
  reachable.subscribe((is) => {
    if (!is) return;
    list.again();
    grow();
  }, signal);
  overview.watch(showCount, signal);
  background(lookForScan());
  background(refreshOverview());

  // As one left it, as soon as the view is in the page; the first rows follow.
  const back = { ...left };
  queueMicrotask(() => {
    if (signal.aborted) return;
    if (back.total > 0) {
      list.reserve(back.total);
      scrollTo(0, back.scrolled);
    }
    list.show(ask(), {
      shown: () => {
        if (back.total > 0) scrollTo(0, back.scrolled);
      },
    });
  });

  return h(
    "div",
    { class: "column library" },
    h(
      "div",
      { class: "row spread library-head" },
      h("div", {}, h("h1", {}, t.shell.library), count),
      panel.tools,
    ),
    panel.element,
    playlistList(signal),
    results,
  );
};

function headHeight(): number {
  return document.querySelector(".head")?.getBoundingClientRect().height ?? 0;
}

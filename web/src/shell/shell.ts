import { append, fill, h } from "../dom";
import { icon, type IconName } from "../icons";
import { language, words } from "../language";
import { live as camera } from "../mood/live";
import { go, hashOf, PLACES, route, type Route } from "../route";
import { iconButton } from "./icon-button";
import { messages } from "./messages";
import { obstacles } from "./obstacles";
import { shortcut, showShortcuts } from "./shortcuts";
import type { View } from "./view";

export interface Views {
  /** The view of each place; a song's gets its id. */
  readonly of: (route: Route) => View;
  /** What stays at the bottom: the player. */
  readonly player: View;
}

const ICONS: Record<(typeof PLACES)[number], IconName> = {
  listen: "listen",
  library: "library",
  map: "map",
  history: "history",
  settings: "settings",
};

/** Puts the page together, and builds it anew when the language changes. */
export function shell(views: Views): void {
  let built = new AbortController();
  const build = (): void => {
    built.abort();
    built = new AbortController();
    buildPage(views, built.signal);
  };
  language.subscribe(build);
  build();
  shortcut(["1"], "listen", () => go({ place: "listen" }));
  shortcut(["2"], "library", () => go({ place: "library" }));
  shortcut(["3"], "map", () => go({ place: "map" }));
  shortcut(["4"], "history", () => go({ place: "history" }));
  shortcut(["?"], "help", showShortcuts);
}

function buildPage(views: Views, signal: AbortSignal): void {
  const t = words();
  document.documentElement.lang = t.code;
  const main = h("main", { id: "content", tabindex: -1 });
  fill(
    document.body,
    h(
      "a",
      { class: "skip button button-main", href: "#content", onclick: skip(main) },
      t.shell.skip,
    ),
    head(signal),
    main,
    h("div", { class: "foot" }, obstacles(signal), views.player(signal)),
    messages(),
  );

  let shown = new AbortController();
  signal.addEventListener("abort", () => shown.abort(), { once: true });
  let first = true;
  route.watch((to) => {
    shown.abort();
    shown = new AbortController();
    const view = views.of(to)(shown.signal);
    fill(main, view);
    main.dataset["place"] = to.place;
    const title = view.querySelector("h1");
    document.title = title ? `${title.textContent} · ${t.shell.title}` : t.shell.title;
    if (first) {
      first = false;
      return;
    }
    window.scrollTo(0, 0);
    // Keyboards and screen readers go on at the new place's heading.
    if (title) {
      title.tabIndex = -1;
      title.focus({ preventScroll: true });
    }
  }, signal);
}

function skip(main: HTMLElement): (event: Event) => void {
  return (event) => {
    event.preventDefault();
    main.focus();
  };
}

function head(signal: AbortSignal): HTMLElement {
  const t = words();
  const places = h("nav", { class: "places", "aria-label": t.shell.places });
  for (const place of PLACES) {
    if (place === "settings") continue;
    const link = h("a", { href: hashOf({ place }) });
    append(link, [icon(ICONS[place]), t.shell[place]]);
    route.watch((to) => {
      const here = to.place === place || (to.place === "song" && place === "library");
      if (here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }, signal);
    places.append(link);
  }
  const live = h(
    "button",
    {
      class: "live",
      type: "button",
      "aria-label": t.shell.liveStop,
      onclick: () => camera.value?.stop(),
    },
    t.shell.live,
  );
  camera.watch((running) => (live.hidden = running === null), signal);
  const keys = iconButton("keyboard", t.shell.keys, showShortcuts, "button-keys");
  const settings = h("a", {
    class: "button button-icon",
    href: hashOf({ place: "settings" }),
    title: t.shell.settings,
    "aria-label": t.shell.settings,
  });
  settings.append(icon("settings"));
  return h(
    "header",
    { class: "head" },
    h(
      "a",
      { class: "brand", href: hashOf({ place: "listen" }) },
      h("img", { src: "icon.svg", alt: "" }),
      "VibeluX",
    ),
    places,
    h("div", { class: "head-tools" }, live, keys, settings),
  );
}

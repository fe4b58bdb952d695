/** The ways by which a person gives a mood: camera, photo, sliders. */
import { h, uniqueId } from "../dom";
import { icon, type IconName } from "../icons";
import { words } from "../language";
import { go } from "../route";
import { shortcut } from "../shell/shortcuts";
import type { View } from "../shell/view";
import { kept, oneOf } from "../store";
import { cameraView } from "./camera-view";
import { camera } from "./face-watch";
import { photoView } from "./photo-view";
import { slidersView } from "./sliders-view";

const WAYS = ["camera", "photo", "sliders"] as const;
type Way = (typeof WAYS)[number];

const VIEWS: Record<Way, View> = { camera: cameraView, photo: photoView, sliders: slidersView };

const ICONS: Record<Way, IconName> = { camera: "camera", photo: "photo", sliders: "sliders" };

/** The way that is open, kept for the next visit. */
export const way = kept<Way>("vibelux.way", "camera", oneOf(...WAYS));

shortcut(["c"], "camera", () => {
  if (camera.state.value.is === "live") return camera.stop();
  way.set("camera");
  go({ place: "listen" });
  void camera.start();
});

/** Tabs as of the ARIA Authoring Practices: arrows move and open, Tab goes into the panel. */
export const moodPanel: View = (signal) => {
  const t = words().moodPanel;
  const name = uniqueId("mood");
  const tabs = WAYS.map((each) =>
    h(
      "button",
      {
        class: "tab",
        type: "button",
        role: "tab",
        id: `${name}-tab-${each}`,
        "aria-controls": `${name}-${each}`,
        onclick: () => way.set(each),
      },
      icon(ICONS[each]),
      t.ways[each],
    ),
  );
  const panels = WAYS.map((each) =>
    h(
      "div",
      {
        class: "mood-tab",
        role: "tabpanel",
        id: `${name}-${each}`,
        "aria-labelledby": `${name}-tab-${each}`,
      },
      VIEWS[each](signal),
    ),
  );
  way.watch((open) => {
    WAYS.forEach((each, i) => {
      const is = each === open;
      tabs[i]!.setAttribute("aria-selected", `${is}`);
      tabs[i]!.tabIndex = is ? 0 : -1;
      panels[i]!.classList.toggle("mood-tab-open", is);
    });
  }, signal);

  const move = (event: KeyboardEvent): void => {
    const here = WAYS.indexOf(way.value);
    const last = WAYS.length - 1;
    const places: Record<string, number> = {
      ArrowRight: here === last ? 0 : here + 1,
      ArrowLeft: here === 0 ? last : here - 1,
      Home: 0,
      End: last,
    };
    const to = places[event.key];
    if (to === undefined) return;
    event.preventDefault();
    way.set(WAYS[to]!);
    tabs[to]!.focus();
  };

  return h(
    "section",
    { class: "card mood-panel", "aria-label": t.title },
    h("div", { class: "tabs", role: "tablist", "aria-label": t.title, onkeydown: move }, tabs),
    h("div", { class: "mood-tabs" }, panels),
    h("p", { class: "muted small" }, t.promise),
  );
};

/** The camera: why and how to start it, what it sees, what keeps a face from being read. */
import { fill, h, say } from "../dom";
import { icon, type IconName } from "../icons";
import { words } from "../language";
import type { View } from "../shell/view";
import { outdated } from "../api/service";
import { settingsOf } from "./camera";
import { faceBoxes } from "./face-boxes";
import { camera, sight, standstill } from "./face-watch";
import { mood } from "./mood";
import { moodBars } from "./mood-bars";

/** Milliseconds that a state lasts before it is told: a blink is none. */
const LASTING = 600;

export const cameraView: View = (signal) => {
  const t = words().moodPanel;
  const video = h("video", {
    class: "stage-picture",
    autoplay: true,
    muted: true,
    playsInline: true,
  });
  const boxes = faceBoxes("cover");
  const badge = h("span", { class: "stage-live", "aria-hidden": true }, t.live);
  const cover = h("div", { class: "stage-cover" });
  const status = h("p", { class: "stage-status", role: "status" });
  const stop = h(
    "button",
    { class: "button stage-action", type: "button", onclick: () => camera.stop() },
    icon("stop"),
    t.stop,
  );
  const bars = moodBars();
  const devices = h("select", {
    class: "select",
    "aria-label": t.which,
    onchange: () => void camera.choose(devices.value),
  });

  camera.devices.watch((all) => {
    devices.hidden = all.length < 2;
    fill(devices, ...all.map(({ id, name }) => h("option", { value: id }, name)));
    devices.value = camera.device ?? "";
  }, signal);

  camera.state.watch((state) => {
    const live = state.is === "live";
    // A camera that looks away from the person shows the world as it is.
    const mirrored = !live || settingsOf(state.stream).facingMode !== "environment";
    for (const one of [video, boxes.element]) one.classList.toggle("mirrored", mirrored);
    video.setAttribute("aria-label", mirrored ? t.mirror : t.view);
    devices.value = camera.device ?? "";
    video.srcObject = live ? state.stream : null;
    stop.hidden = !live && state.is !== "asking";
  }, signal);

  const showCover = (): void => {
    const focused = cover.contains(document.activeElement) || document.activeElement === stop;
    const inside = covered();
    cover.hidden = inside.length === 0;
    video.hidden = boxes.element.hidden = badge.hidden = !cover.hidden;
    fill(cover, ...inside);
    // The button that was pressed is gone: the keyboard goes on at the one in its place.
    if (focused) (stop.hidden ? cover.querySelector("button") : stop)?.focus();
  };
  camera.state.watch(showCover, signal);
  standstill.subscribe(showCover, signal);
  outdated.subscribe(showCover, signal);

  const told = lasting((text) => say(status, text), signal);
  const look = (): void => {
    const moment = sight.value;
    const { is } = camera.state.value;
    boxes.show(moment?.reading ?? null);
    // The one mood, as long as there is a face that it can be of.
    const given = moment?.reading.mood && mood.value?.by === "camera" ? mood.value.mood : null;
    bars.show(given);
    if (is !== "live") told(is === "asking" ? t.asking : is === "paused" ? t.paused : "", 0);
    else if (moment === null) told(standstill.value === null ? t.ready : "", 0);
    else told(t.states[moment.reading.state], moment.reading.state === "ok" ? 0 : LASTING);
  };
  camera.state.watch(look, signal);
  standstill.subscribe(look, signal);
  sight.watch(look, signal);
  signal.addEventListener("abort", () => (video.srcObject = null), { once: true });

  return h(
    "div",
    { class: "mood-view" },
    h(
      "div",
      { class: "mood-see" },
      h("div", { class: "stage" }, video, boxes.element, badge, cover, stop),
      status,
      devices,
    ),
    bars.element,
  );
};

/** What lies over the stage while there is no picture of now. */
function covered(): (Node | string)[] {
  const t = words().moodPanel;
  const state = camera.state.value;
  switch (state.is) {
    case "failed":
      if (state.why === "models" && outdated.value) {
        const { updated, reload } = words().shell;
        return [
          notice({ title: updated, help: t.updated }),
          action(reload, () => location.reload(), "refresh"),
        ];
      }
      return [notice(t.troubles[state.why]), action(t.again, () => void camera.start())];
    case "off":
      return [icon("camera"), h("p", {}, t.reason), action(t.start, () => void camera.start())];
    case "asking":
    case "paused":
      return [icon("camera"), h("p", {}, state.is === "asking" ? t.reason : t.paused)];
    case "live": {
      if (standstill.value === null) return [];
      const again = action(t.again, () => void camera.restart());
      return [notice(t.standstill[standstill.value]), again];
    }
  }
}

function notice({ title, help }: { title: string; help: string }): HTMLElement {
  return h(
    "div",
    { role: "alert" },
    h("p", { class: "stage-title" }, title),
    h("p", { class: "small" }, help),
  );
}

function action(text: string, onclick: () => void, sign: IconName = "camera"): HTMLElement {
  return h("button", { class: "button button-main", type: "button", onclick }, icon(sign), text);
}

/** Return a function that tells a text once it has been the newest for some milliseconds. */
function lasting(
  tell: (text: string) => void,
  signal: AbortSignal,
): (text: string, milliseconds: number) => void {
  let newest: string | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  return (text, milliseconds) => {
    if (text === newest) return;
    newest = text;
    clearTimeout(timer);
    if (milliseconds === 0) tell(text);
    else timer = setTimeout(() => tell(text), milliseconds);
  };
}

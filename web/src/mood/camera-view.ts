/** The camera in the mirror: how to start it, what it sees, what keeps a face from being read. */
import { outdated } from "../api/service";
import { fill, h, say } from "../dom";
import { icon, type IconName } from "../icons";
import { words } from "../language";
import { settingsOf } from "./camera";
import { camera, sight, standstill } from "./face-watch";
import { mood } from "./mood";
import { Portrait } from "./portrait";

/** Milliseconds that a state lasts before it is told: a blink is none. */
const LASTING = 600;

/** What a way to show a face adds to the panel. */
export interface Seen {
  /** Lies in the mirror. */
  readonly picture: HTMLElement;
  /** What is seen, in a line. */
  readonly says: HTMLElement;
  /** What can be done. */
  readonly actions: HTMLElement;
}

/** `trouble`: what is wrong, with what helps. */
export function cameraView(signal: AbortSignal): Seen & { readonly trouble: HTMLElement } {
  const t = words().moodPanel;
  const video = h("video", {
    class: "mirror-picture",
    autoplay: true,
    muted: true,
    playsInline: true,
  });
  const portrait = new Portrait(video);
  let mirrored = true;
  const cover = h("div", { class: "mirror-cover" }, icon("camera"));
  // A large place to press; the button beside it is the one for keyboards and screen readers.
  cover.addEventListener("click", () => void camera.start());
  const picture = h("div", { class: "mirror-view" }, video, cover);
  const status = h("p", { class: "mood-status", role: "status" });
  const trouble = h("div", { class: "mood-trouble" });
  const main = h("button", { class: "button", type: "button" });
  const stop = h(
    "button",
    { class: "button", type: "button", onclick: () => camera.stop() },
    icon("stop"),
    t.stop,
  );
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
    mirrored = !live || settingsOf(state.stream).facingMode !== "environment";
    video.classList.toggle("mirrored", mirrored);
    video.setAttribute("aria-label", mirrored ? t.mirror : t.view);
    devices.value = camera.device ?? "";
    video.srcObject = live ? state.stream : null;
    picture.dataset["camera"] = state.is;
  }, signal);

  const showState = (): void => {
    const now = stateNow();
    const focused = document.activeElement === main || document.activeElement === stop;
    cover.hidden = now.sees;
    video.hidden = !now.sees;
    picture.classList.toggle("mirror-live", now.sees);
    fill(trouble, now.trouble === null ? null : notice(now.trouble));
    main.hidden = now.action === null;
    if (now.action !== null) {
      fill(main, icon(now.action.sign), now.action.text);
      main.onclick = now.action.run;
    }
    stop.hidden = !now.runs;
    // The button that was pressed is gone: the keyboard goes on at the one in its place.
    if (focused) (stop.hidden ? main : stop).focus();
  };
  camera.state.watch(showState, signal);
  // As long as there is no mood, this is the first thing to do; a word is, where it has failed.
  const lead = (): void => {
    const is = mood.value === null && camera.state.value.is === "off";
    main.classList.toggle("button-main", is);
  };
  mood.watch(lead, signal);
  camera.state.subscribe(lead, signal);
  standstill.subscribe(showState, signal);
  outdated.subscribe(showState, signal);

  const told = lasting((text) => say(status, text), signal);
  const look = (): void => {
    const moment = sight.value;
    const { is } = camera.state.value;
    portrait.show(moment?.reading ?? null, mirrored);
    if (is !== "live") {
      const texts: Partial<Record<typeof is, string>> = {
        off: t.reason,
        asking: t.asking,
        paused: t.paused,
      };
      told(texts[is] ?? "", 0);
    } else if (moment === null) told(standstill.value === null ? t.ready : "", 0);
    else told(t.states[moment.reading.state], moment.reading.state === "ok" ? 0 : LASTING);
  };
  camera.state.watch(look, signal);
  standstill.subscribe(look, signal);
  sight.watch(look, signal);
  signal.addEventListener("abort", () => (video.srcObject = null), { once: true });

  return {
    picture,
    says: status,
    trouble,
    actions: h("div", { class: "mood-actions" }, main, stop, devices),
  };
}

interface Action {
  readonly text: string;
  readonly sign: IconName;
  readonly run: () => void;
}

interface State {
  /** Whether there is a picture of now. */
  readonly sees: boolean;
  /** Whether there is something to stop. */
  readonly runs: boolean;
  readonly trouble: { readonly title: string; readonly help: string } | null;
  readonly action: Action | null;
}

function stateNow(): State {
  const t = words().moodPanel;
  const state = camera.state.value;
  const start: Action = { text: t.start, sign: "camera", run: () => void camera.start() };
  const again: Action = { ...start, text: t.again };
  switch (state.is) {
    case "failed": {
      if (state.why === "models" && outdated.value) {
        const { updated, reload } = words().shell;
        const action: Action = { text: reload, sign: "refresh", run: () => location.reload() };
        return { sees: false, runs: false, trouble: { title: updated, help: t.updated }, action };
      }
      return { sees: false, runs: false, trouble: t.troubles[state.why], action: again };
    }
    case "off":
      return { sees: false, runs: false, trouble: null, action: start };
    case "asking":
    case "paused":
      return { sees: false, runs: true, trouble: null, action: null };
    case "live": {
      const still = standstill.value;
      if (still === null) return { sees: true, runs: true, trouble: null, action: null };
      const restart: Action = { ...again, run: () => void camera.restart() };
      return { sees: false, runs: true, trouble: t.standstill[still], action: restart };
    }
  }
}

function notice({ title, help }: { title: string; help: string }): HTMLElement {
  return h(
    "div",
    { class: "notice", role: "alert" },
    icon("info"),
    h("div", {}, h("p", { class: "notice-title" }, title), h("p", { class: "small" }, help)),
  );
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

import { api, ApiError } from "../api/client";
import type { ErrorCode } from "../api/error";
import { fill, h, say } from "../dom";
import { icon, type IconName } from "../icons";
import { words } from "../language";
import { ENOUGH } from "../player/playable";
import { hashOf } from "../route";
import { errorWords } from "../shell/error-words";
import { background, untilDone } from "../shell/messages";
import { failedFiles } from "./failed-files";
import { folderField } from "./folder-field";
import { folderList } from "./folder-list";
import { overview } from "./overview";
import {
  forgetLastScanned,
  foundNothing,
  lastScanned,
  runs,
  scan,
  startScan,
  stopScan,
  type Scan,
} from "./scan";

export interface ScanPanel {
  /** What stands beside the heading: scan again, add a folder. */
  readonly tools: HTMLElement;
  /** What stands above the list: the first step, how far the scan is, what failed. */
  readonly element: HTMLElement;
}

/** Errors that say something of the folder that was typed. */
const OF_THE_FOLDER: ReadonlySet<string> = new Set<ErrorCode>([
  "disk_silent",
  "files_unreachable",
  "folder_missing",
  "folder_unreadable",
  "invalid_input",
  "path_impossible",
  "path_not_whole",
]);

/**
 * Where songs come from: a folder of the server's machine, or the samples.
 *
 * `changed` is called when songs were removed.
 */
export function scanPanel(signal: AbortSignal, changed: () => void): ScanPanel {
  const t = words().library;
  const first = firstStep(signal, () => (adding = false));
  const progress = progressCard();
  const ended = h("div", { class: "notice scan-ended", role: "status" });
  const folders = folderList(signal, changed);
  const failed = failedFiles(signal);
  let adding = false;
  /** Whether there was too little to listen to before the scan. */
  let little = true;
  let wasRunning = runs(scan.value);
  /** What the lists were made for: they are asked for anew when it changes. */
  let listed = "";

  const again = async (): Promise<void> => {
    const last = lastScanned.value;
    if (last === null) return add();
    await startScan(last.folder);
  };
  const add = (): void => {
    adding = true;
    show();
    first.focus();
  };
  const tools = h(
    "div",
    { class: "row scan-tools" },
    textButton("refresh", t.scanAgain, () => background(again())),
    textButton("folder", t.addFolder, () => {
      if (!adding) return add();
      adding = false;
      show();
    }),
  );
  const toggle = tools.lastElementChild as HTMLButtonElement;

  const show = (): void => {
    const [status, songs] = [scan.value, overview.value];
    const busy = runs(status);
    const known = songs !== null && status !== null;
    const empty = known && songs.ok === 0;
    if (known && !busy) little = songs.ok < ENOUGH;
    const nothing = wasRunning && !busy && status !== null && foundNothing(status);
    if (nothing) {
      wasRunning = false;
      adding = true;
      forgetLastScanned();
      first.refuse(
        status.folders[0] ?? "",
        t.nothingThere,
        status.report?.unreachable.length ? t.nothingReadHint : t.nothingThereHint,
      );
    }
    tools.hidden = !known || busy || (empty && songs.failed === 0);
    toggle.setAttribute("aria-expanded", String(adding));
    first.element.hidden = !known || busy || !(empty || adding);
    first.as(empty ? "first" : "more");
    progress.element.hidden = !busy;
    if (status !== null && busy) progress.show(status, little);
    ended.hidden = busy || !sayEnd(ended, status, wasRunning, () => background(again()));
    const state = JSON.stringify([busy, songs?.ok, songs?.failed, songs?.missing]);
    if (known && state !== listed) {
      listed = state;
      folders.show(busy);
      failed.show(busy);
    }
    if (nothing) first.focus();
    if (busy) {
      wasRunning = true;
      adding = false;
    }
  };
  scan.subscribe(show, signal);
  overview.watch(show, signal);
  return {
    tools,
    element: h(
      "div",
      { class: "column scan-panel" },
      first.element,
      progress.element,
      ended,
      folders.element,
      failed.element,
    ),
  };
}

interface FirstStep {
  readonly element: HTMLElement;
  readonly as: (kind: "first" | "more") => void;
  /** Says at the field what is wrong with a folder. */
  readonly refuse: (folder: string, message: string, hint: string) => void;
  readonly focus: () => void;
}

/** Choose a folder, or the samples. */
function firstStep(signal: AbortSignal, begun: () => void): FirstStep {
  const t = words().library;
  const last = lastScanned.value?.folder ?? "";
  const field = folderField(last, signal);
  let roots: readonly string[] = [];
  const suggest = async (): Promise<void> => {
    roots = (await api.get("/api/v1/folders", { query: { path: "" }, signal })).folders;
    if (field.input.value === "") field.input.value = roots[0] ?? "";
  };
  untilDone(suggest, signal);
  const begin = async (folder: string | null): Promise<void> => {
    try {
      await startScan(folder);
      begun();
    } catch (error) {
      if (!(error instanceof ApiError) || folder === null) throw error;
      const said = errorWords(error.code);
      if (error.code === "folder_not_allowed") field.refuse(said?.text ?? "", t.allowed(roots));
      else if (said !== null && OF_THE_FOLDER.has(error.code)) field.refuse(said.text, said.hint);
      else throw error;
      field.input.focus();
    }
  };
  const title = h("h2", {});
  const text = h("p", { class: "muted" });
  const samples = h(
    "div",
    { class: "first-samples" },
    h("p", { class: "first-or muted" }, t.or),
    h(
      "button",
      { class: "button", type: "button", onclick: () => background(begin(null)) },
      t.samples,
    ),
    h("p", { class: "muted small" }, t.samplesText),
  );
  const form = h(
    "form",
    {
      class: "folder-form",
      onsubmit: (event: Event) => {
        event.preventDefault();
        const folder = field.input.value.trim();
        if (folder) background(begin(folder));
        else field.refuse(t.noFolder);
      },
    },
    field.element,
    h("button", { class: "button button-main", type: "submit" }, t.scan),
  );
  return {
    element: h("section", { class: "card first-step", hidden: true }, title, text, form, samples),
    as: (kind) => {
      say(title, kind === "first" ? t.firstTitle : t.moreTitle);
      say(text, kind === "first" ? t.firstText : t.moreText);
      samples.hidden = kind === "more";
    },
    refuse: (folder, message, hint) => {
      field.input.value = folder;
      field.refuse(message, hint);
    },
    focus: () => {
      field.input.focus();
      field.input.select();
    },
  };
}

/** How far the scan is. */
function progressCard(): {
  element: HTMLElement;
  show: (status: Scan, little: boolean) => void;
} {
  const t = words().library;
  const title = h("h2", {});
  const where = h("p", { class: "muted small one-line" });
  const bar = h("progress", { class: "scan-bar", "aria-label": t.progress });
  const figures = h("p", { class: "numbers scan-figures" }, "\u00a0");
  const stop = textButton("close", t.cancel, () => background(stopScan()));
  const said = h("p", { role: "status" });
  const listen = toListen();
  listen.hidden = true;
  return {
    element: h(
      "section",
      { class: "card scan-progress", hidden: true },
      h("div", { class: "row spread" }, h("div", { class: "scan-title" }, title, where), stop),
      bar,
      figures,
      h("div", { class: "row scan-listen" }, said, listen),
    ),
    show: (status, little) => {
      // Each song is in the catalogue as soon as it is analysed.
      const ready = status.state === "analysing" && status.done - status.failed >= ENOUGH;
      listen.hidden = !(little && ready);
      say(said, listen.hidden ? "" : t.canListen);
      say(title, t.stages[status.state] ?? "");
      say(where, status.samples ? t.samplesText : status.folders.join(", "));
      if (status.state === "looking" || status.total === 0) bar.removeAttribute("value");
      else {
        bar.max = status.total;
        bar.value = status.done;
      }
      say(figures, figuresOf(status));
    },
  };
}

/** Count, pace and time left of a scan, as far as they are known. */
function figuresOf(status: Scan): string {
  const t = words().library;
  if (status.state === "looking") return status.found ? t.found(status.found) : "\u00a0";
  if (status.total === 0) return "\u00a0";
  const parts = [t.doneOf(status.done, status.total)];
  if (status.state === "analysing") {
    if (status.songs_per_second) parts.push(t.pace(status.songs_per_second));
    if (status.seconds_left !== null) parts.push(t.left(status.seconds_left));
    if (status.failed > 0) parts.push(t.failedCount(status.failed));
  }
  return parts.join(" · ");
}

/** Says how a scan ended; false: there is nothing to say. */
function sayEnd(
  notice: HTMLElement,
  status: Scan | null,
  wasRunning: boolean,
  again: () => void,
): boolean {
  const all = words();
  const t = all.library;
  const put = (kind: IconName, text: string, hint: string | null, action?: HTMLElement): true => {
    notice.classList.toggle("notice-bad", kind === "warning");
    fill(
      notice,
      icon(kind),
      h("div", {}, h("p", {}, text), hint ? h("p", { class: "muted small" }, hint) : null),
      action,
    );
    return true;
  };
  if (status === null) return false;
  if (status.state === "stopped") {
    const goOn = textButton("play", t.goOn, again);
    return put("pause", t.stopped(status.done, status.total), t.stoppedHint, goOn);
  }
  if (status.state === "failed" && status.error !== null) {
    const retry = textButton("refresh", t.tryAgain, again);
    const said = errorWords(status.error.code);
    return put("warning", said?.text ?? all.shell.unexpected, said?.hint ?? null, retry);
  }
  if (status.state === "done" && wasRunning && status.report !== null) {
    const { analysed, moved, copied, returned, failed, unread, missing, unreachable } =
      status.report;
    const news = analysed + moved + copied + returned;
    const total = news + status.report.unchanged + failed + unread;
    if (total === 0) return false; // it is said at the field
    const left = [
      unread > 0 ? t.unread(unread) : "",
      unreachable.length > 0 ? t.unreachable(unreachable) : "",
    ];
    const close = textButton("close", t.close, () => (notice.hidden = true));
    return put(
      "check",
      t.done(news, failed, missing),
      left.filter(Boolean).join(" ") || null,
      news > 0 ? h("div", { class: "row scan-leads" }, toListen(), close) : close,
    );
  }
  return false;
}

function toListen(): HTMLAnchorElement {
  return h(
    "a",
    { class: "button button-main", href: hashOf({ place: "listen" }) },
    icon("listen"),
    words().library.listen,
  );
}

function textButton(name: IconName, label: string, onclick: () => void): HTMLButtonElement {
  const button = h("button", { class: "button", type: "button", onclick });
  button.append(icon(name), label);
  return button;
}

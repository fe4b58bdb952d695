import { api, type Schemas } from "../api/client";
import { fill, h, say } from "../dom";
import { icon } from "../icons";
import { words } from "../language";
import { sentence } from "../language/table";
import { disclosure } from "../shell/disclosure";
import { iconButton } from "../shell/icon-button";
import { background, untilDone } from "../shell/messages";
import { retryFailed } from "./scan";

const MOST = 500;

type Failed = Schemas["FailedOut"];

export interface FailedFiles {
  readonly element: HTMLElement;
  /** Says whether a scan runs, and that other files may have failed. */
  readonly show: (busy: boolean) => void;
}

/** The files that cannot be analysed by folder, each with its reason: tried again, or put aside. */
export function failedFiles(signal: AbortSignal): FailedFiles {
  const t = words().library;
  const list = h("div", { class: "failed-folders", tabindex: 0, role: "group" });
  const again = h("button", {
    class: "button",
    type: "button",
    onclick: () => background(retryFailed()),
  });
  again.append(icon("refresh"), t.tryAgain);
  const aside = h("button", {
    class: "button",
    type: "button",
    onclick: () => background(dismiss(null)),
  });
  aside.append(icon("close"), t.dismissAll);
  const body = h("div", { class: "column" }, list, h("div", { class: "row" }, again, aside));
  const label = h("span", {});
  const toggle = disclosure("button button-quiet panel-toggle", body, [
    icon("warning"),
    label,
    icon("down"),
  ]);

  const dismiss = async (songs: number[] | null): Promise<void> => {
    put(await api.post("/api/v1/library/failed/dismissed", { body: { songs } }));
    if (!element.hidden) toggle.focus();
  };
  const put = ({ total, files }: Failed): void => {
    element.hidden = total === 0;
    say(label, t.failedFiles(total));
    list.setAttribute("aria-label", t.failedFiles(total));
    const reasons: Readonly<Record<string, string>> = t.reasons;
    const folders = new Map<string, Failed["files"]>();
    for (const file of files) folders.set(file.folder, [...(folders.get(file.folder) ?? []), file]);
    fill(
      list,
      [...folders].map(([folder, inside]) => [
        h("p", { class: "failed-folder small" }, folder),
        h(
          "ul",
          { class: "failed-files", "aria-label": folder },
          inside.map((file) =>
            h(
              "li",
              {},
              h("span", { class: "failed-file" }, file.file),
              h("span", { class: "muted small" }, sentence(reasons[file.code] ?? file.reason, "")),
              iconButton("close", t.dismiss(file.file), () => background(dismiss([file.song]))),
            ),
          ),
        ),
      ]),
      total > files.length ? h("p", { class: "muted" }, t.andMore(total - files.length)) : null,
    );
  };
  const load = async (): Promise<void> =>
    put(await api.get("/api/v1/library/failed", { query: { limit: MOST }, signal }));
  const element = h("section", { class: "panel-part", hidden: true }, toggle, body);
  return {
    element,
    show: (busy) => {
      again.disabled = aside.disabled = busy;
      if (!busy) untilDone(load, signal);
    },
  };
}

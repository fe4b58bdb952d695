import { api } from "../api/client";
import { fill, h, say } from "../dom";
import { icon } from "../icons";
import { words } from "../language";
import { disclosure } from "../shell/disclosure";
import { untilDone } from "../shell/messages";

const MOST = 500;

export interface FailedFiles {
  readonly element: HTMLElement;
  /** Says how many there are; none hides it. */
  readonly show: (count: number, busy: boolean) => void;
}

/** The files that could not be heard, each with its reason, and a way to try them again. */
export function failedFiles(signal: AbortSignal, retry: () => void): FailedFiles {
  const t = words().library;
  const list = h("ul", { class: "failed-files" });
  const again = h("button", { class: "button", type: "button", onclick: retry });
  again.append(icon("refresh"), t.tryAgain);
  const body = h("div", { class: "column" }, list, h("div", {}, again));
  const label = h("span", {});
  const toggle = disclosure(
    "button button-quiet failed-toggle",
    body,
    [icon("warning"), label, icon("down")],
    () => untilDone(load, signal),
  );
  let shown = 0;
  const load = async (): Promise<void> => {
    const { songs, total } = await api.get("/api/v1/songs", {
      query: { state: "failed", sort: "title", limit: MOST },
      signal,
    });
    const reasons: Readonly<Record<string, string>> = t.reasons;
    fill(
      list,
      songs.map((song) =>
        h(
          "li",
          {},
          h("span", { class: "failed-file" }, song.file),
          h("span", { class: "muted small" }, reasons[song.reason_code ?? ""] ?? song.reason ?? ""),
        ),
      ),
      total > songs.length ? h("li", { class: "muted" }, t.andMore(total - songs.length)) : null,
    );
  };
  const element = h("section", { class: "failed", hidden: true }, toggle, body);
  return {
    element,
    show: (count, busy) => {
      element.hidden = count === 0;
      again.disabled = busy;
      say(label, t.failedFiles(count));
      if (count !== shown && !body.hidden) untilDone(load, signal);
      shown = count;
    },
  };
}

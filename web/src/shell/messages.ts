import { ApiError } from "../api/client";
import { back } from "../api/service";
import { h } from "../dom";
import { icon } from "../icons";
import { words } from "../language";
import { errorWords } from "./error-words";

const SECONDS = 6;

const list = h("div", { class: "messages", role: "status", "aria-live": "polite" });

/** Where messages appear; it outlives the views. */
export function messages(): HTMLElement {
  return list;
}

/** Shows a short message; one that is bad stays until it is dismissed. */
export function tell(text: string, { hint, bad = false }: { hint?: string; bad?: boolean } = {}) {
  for (const other of list.children) if (other.getAttribute("data-text") === text) other.remove();
  const close = h("button", {
    class: "button button-icon",
    type: "button",
    "aria-label": words().shell.dismiss,
    onclick: () => message.remove(),
  });
  close.append(icon("close"));
  const message = h(
    "div",
    { class: bad ? "message message-bad" : "message", data: { text } },
    h("div", {}, h("p", {}, text), hint ? h("p", { class: "muted small" }, hint) : null),
    close,
  );
  list.append(message);
  while (list.children.length > 3) list.firstElementChild?.remove();
  if (!bad) setTimeout(() => message.remove(), SECONDS * 1000);
}

/** Says what went wrong and what to do; what was given up on purpose is no error. */
export function tellError(error: unknown): void {
  if (error instanceof DOMException && error.name === "AbortError") return;
  if (error instanceof ApiError) {
    if (error.obstacle !== null) return; // the banner says so already
    const said = errorWords(error.code);
    if (said !== null) return tell(said.text, { hint: said.hint, bad: true });
  }
  console.error(error);
  tell(words().shell.unexpected, { bad: true });
}

/** Runs something in the background and says when it fails. */
export function background(work: Promise<unknown>): void {
  work.catch(tellError);
}

/** Does the same, and goes on with it when the service is back where that was away. */
export function untilDone(work: () => Promise<unknown>, signal: AbortSignal): void {
  const tries = async (): Promise<void> => {
    while (!signal.aborted) {
      try {
        await work();
        return;
      } catch (error) {
        if (!(error instanceof ApiError) || error.obstacle === null) throw error;
      }
      await back();
    }
  };
  background(tries());
}

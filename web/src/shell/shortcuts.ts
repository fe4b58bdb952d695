import { h } from "../dom";
import { words, type Language } from "../language";
import { openDialog } from "./dialog";

interface Shortcut {
  /** `KeyboardEvent.key`, with "Shift+" in front where it is held. */
  readonly keys: readonly string[];
  readonly label: keyof Language["keys"];
  readonly run: (event: KeyboardEvent) => void;
}

const shortcuts: Shortcut[] = [];

/** Adds a shortcut to the page and to the list that `?` shows; its modules add their own. */
export function shortcut(
  keys: readonly string[],
  label: keyof Language["keys"],
  run: (event: KeyboardEvent) => void,
): void {
  shortcuts.push({ keys, label, run });
}

/** Whether the focus is where something was pressed, rather than where a key has led it. */
let pressed = false;
document.addEventListener("pointerdown", () => (pressed = true), { capture: true });
document.addEventListener(
  "keydown",
  ({ key }) => {
    if (key === "Tab") pressed = false;
  },
  { capture: true },
);

/** What the space bar does something to. */
const SPACE = "button, summary, select, input:not([type=range])";

/**
 * Whether an element takes a key for itself.
 *
 * The space bar plays and pauses whatever was pressed last: a button takes it only where the
 * keyboard has led to it. Enter is always the button's.
 */
function takes(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (isWrittenIn(target)) return true;
  if (key === " ") return !pressed && target.closest(SPACE) !== null;
  if (target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement && target.type !== "checkbox")
    return key.startsWith("Arrow") || key === "Home" || key === "End";
  if (target.closest("[role=listbox], [role=grid], [role=slider]"))
    return key.startsWith("Arrow") || key === "Enter";
  return target.matches("button, a") && key === "Enter";
}

const PRESSED: readonly string[] = ["button", "checkbox", "file", "radio", "range", "submit"];

function isWrittenIn(target: HTMLElement): boolean {
  if (target instanceof HTMLInputElement) return !PRESSED.includes(target.type);
  return target.isContentEditable || target instanceof HTMLTextAreaElement;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (takes(event.target, event.key) || document.querySelector("dialog[open]")) return;
  const found = shortcuts.find(({ keys }) => keys.includes(event.key));
  if (found === undefined) return;
  event.preventDefault();
  if (event.key === " ") {
    if (event.repeat) return;
    // Firefox presses a button when the key comes up again.
    const up = (later: KeyboardEvent): void => later.preventDefault();
    document.addEventListener("keyup", up, { capture: true, once: true });
  }
  found.run(event);
});

const SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
};

/** Opens the list of all shortcuts. */
export function showShortcuts(): void {
  const t = words();
  // In a low window the list is longer than the dialog: it is read from its beginning.
  const title = h("h2", { id: "keys-title", tabindex: -1, autofocus: true }, t.keys.title);
  const dialog = h(
    "dialog",
    { "aria-labelledby": "keys-title" },
    title,
    h(
      "dl",
      { class: "keys" },
      shortcuts.map(({ keys, label }) => [
        h(
          "dt",
          {},
          keys.map((key, index) => [
            index ? " " : null,
            h("kbd", { class: "key" }, key === " " ? t.keys.space : (SIGNS[key] ?? key)),
          ]),
        ),
        h("dd", {}, t.keys[label]),
      ]),
    ),
    h("button", { class: "button", type: "button", onclick: () => dialog.close() }, t.shell.close),
  );
  openDialog(dialog, { outside: true });
}

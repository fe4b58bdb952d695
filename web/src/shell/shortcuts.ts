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

/** Whether an element takes keys for itself. */
function takes(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement) {
    if (target.type === "range" || target.type === "radio")
      return key.startsWith("Arrow") || key === "Home" || key === "End";
    return target.type !== "checkbox" || key === " ";
  }
  if (target.closest("[role=tablist], [role=listbox], [role=grid], [role=slider]"))
    return key.startsWith("Arrow") || key === " " || key === "Enter";
  return (
    (target instanceof HTMLButtonElement || target instanceof HTMLAnchorElement) &&
    (key === " " || key === "Enter")
  );
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (takes(event.target, event.key) || document.querySelector("dialog[open]")) return;
  const found = shortcuts.find(({ keys }) => keys.includes(event.key));
  if (found === undefined) return;
  event.preventDefault();
  found.run(event);
});

const NAMES: Readonly<Record<string, string>> = {
  " ": "␣",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
};

/** Opens the list of all shortcuts. */
export function showShortcuts(): void {
  const t = words();
  const title = h("h2", { id: "keys-title" }, t.keys.title);
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
            h("kbd", { class: "key" }, NAMES[key] ?? key),
          ]),
        ),
        h("dd", {}, t.keys[label]),
      ]),
    ),
    h("button", { class: "button", type: "button", onclick: () => dialog.close() }, t.shell.close),
  );
  openDialog(dialog, { outside: true });
}

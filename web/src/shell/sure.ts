import { h } from "../dom";
import { words } from "../language";
import { openDialog } from "./dialog";

/** Asks before something that cannot be undone. */
export function sure(question: string, yes: string): Promise<boolean> {
  const t = words();
  return new Promise((answer) => {
    const dialog = h(
      "dialog",
      { "aria-label": question },
      h("p", {}, question),
      h(
        "div",
        { class: "row", style: { "margin-top": "var(--gap-4)" } },
        h(
          "button",
          { class: "button button-bad", type: "button", onclick: () => dialog.close("yes") },
          yes,
        ),
        h(
          "button",
          { class: "button", type: "button", autofocus: true, onclick: () => dialog.close("") },
          t.settings.cancel,
        ),
      ),
    );
    dialog.addEventListener("close", () => answer(dialog.returnValue === "yes"));
    openDialog(dialog);
  });
}

import { h, uniqueId } from "../dom";
import { words } from "../language";
import { openDialog } from "./dialog";

const LONGEST = 200;

/** Asks for a name; null: the person thought better of it. */
export function askName(title: string, proposed: string, yes: string): Promise<string | null> {
  const t = words();
  return new Promise((answer) => {
    const id = uniqueId("name");
    const input = h("input", {
      id,
      class: "input",
      value: proposed,
      maxLength: LONGEST,
      required: true,
      autocomplete: "off",
      autofocus: true,
    });
    const form = h(
      "form",
      {
        class: "column",
        method: "dialog",
        onsubmit: (event: Event) => {
          event.preventDefault();
          if (input.value.trim() !== "") dialog.close("yes");
        },
      },
      h("label", { class: "dialog-title", for: id }, title),
      input,
      h(
        "div",
        { class: "row" },
        h("button", { class: "button button-main", type: "submit" }, yes),
        h(
          "button",
          { class: "button", type: "button", onclick: () => dialog.close("") },
          t.settings.cancel,
        ),
      ),
    );
    const dialog = h("dialog", { "aria-label": title }, form);
    dialog.addEventListener("close", () =>
      answer(dialog.returnValue === "yes" ? input.value.trim() : null),
    );
    openDialog(dialog);
    input.select();
  });
}

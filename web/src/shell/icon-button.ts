import { fill, h } from "../dom";
import { icon, type IconName } from "../icons";

/** A button with an icon; what it does is its name. */
export function iconButton(
  name: IconName,
  label: string,
  press: () => void,
  className = "",
): HTMLButtonElement {
  const button = h("button", {
    class: `button button-icon ${className}`.trim(),
    type: "button",
    "aria-label": label,
    title: label,
    onclick: press,
  });
  button.append(icon(name));
  return button;
}

/** Gives an icon button another icon and name. */
export function relabel(button: HTMLElement, name: IconName, label: string): void {
  if (button.title === label) return;
  button.title = label;
  button.setAttribute("aria-label", label);
  fill(button, icon(name));
}

import { h, uniqueId, type Child } from "../dom";

/**
 * A button that shows and hides something below it, as of the ARIA Authoring Practices.
 *
 * @param body hidden at first.
 * @param opened called whenever it is shown.
 */
export function disclosure(
  className: string,
  body: HTMLElement,
  content: Child,
  opened: () => void = () => undefined,
): HTMLButtonElement {
  body.hidden = true;
  body.id = uniqueId("more");
  const button = h(
    "button",
    {
      class: className,
      type: "button",
      "aria-expanded": "false",
      "aria-controls": body.id,
      onclick: () => {
        body.hidden = !body.hidden;
        button.setAttribute("aria-expanded", String(!body.hidden));
        if (!body.hidden) opened();
      },
    },
    content,
  );
  return button;
}

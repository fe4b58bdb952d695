import { h, uniqueId } from "../dom";

/** One of few, as radio buttons. */
export function choice<T extends string>(
  legend: string,
  options: readonly (readonly [T, string])[],
  chosen: T,
  choose: (value: T) => void,
): HTMLElement {
  const name = uniqueId("choice");
  return h(
    "fieldset",
    { class: "choice" },
    h("legend", { class: "aside" }, legend),
    options.map(([value, label]) =>
      h(
        "label",
        {},
        h("input", {
          type: "radio",
          name,
          value,
          checked: value === chosen,
          onchange: () => choose(value),
        }),
        label,
      ),
    ),
  );
}

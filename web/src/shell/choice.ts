import { h, uniqueId } from "../dom";
import type { Store } from "../store";

/** One of few, as radio buttons that set a store and follow it. */
export function choice<T extends string>(
  legend: string,
  options: readonly (readonly [T, string])[],
  chosen: Store<T>,
  signal: AbortSignal,
): HTMLElement {
  const name = uniqueId("choice");
  const radios = options.map(([value]) =>
    h("input", { type: "radio", name, value, onchange: () => chosen.set(value) }),
  );
  chosen.watch((now) => {
    for (const radio of radios) radio.checked = radio.value === now;
  }, signal);
  return h(
    "fieldset",
    { class: "choice" },
    h("legend", { class: "aside" }, legend),
    options.map(([, label], i) => h("label", {}, radios[i]!, label)),
  );
}

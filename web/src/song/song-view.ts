import { h } from "../dom";
import type { View } from "../shell/view";

/** A song's page. */
export function songView(id: number): View {
  return () => h("div", { class: "column" }, h("h1", {}, String(id)));
}

import { h } from "../dom";
import type { View } from "../shell/view";

export const playerBar: View = () => h("div", { class: "player" });

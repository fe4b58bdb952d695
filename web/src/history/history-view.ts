import { h } from "../dom";
import { words } from "../language";
import type { View } from "../shell/view";

export const historyView: View = () =>
  h("div", { class: "column" }, h("h1", {}, words().shell.history));

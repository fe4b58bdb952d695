import { h } from "../dom";
import { words } from "../language";
import type { View } from "../shell/view";

export const libraryView: View = () =>
  h("div", { class: "column" }, h("h1", {}, words().shell.library));

import { h } from "../dom";
import { words } from "../language";
import { moodPanel } from "../mood/mood-panel";
import type { View } from "../shell/view";

export const listenView: View = (signal) =>
  h("div", { class: "column" }, h("h1", {}, words().shell.listen), moodPanel(signal));

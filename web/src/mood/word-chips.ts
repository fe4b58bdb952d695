/** Moods to choose by an everyday word. */
import { fill, h, uniqueId } from "../dom";
import { words } from "../language";
import { moodTile } from "../mood-tile";
import type { View } from "../shell/view";
import { choose, everyday, word } from "./everyday";
import { mood } from "./mood";

export const wordChips: View = (signal) => {
  const t = words();
  const legend = uniqueId("words");
  const chips = h("div", { class: "chips", role: "group", "aria-labelledby": legend });
  const press = (): void => {
    for (const chip of chips.querySelectorAll<HTMLElement>(".chip")) {
      const is = chip.dataset["word"] === word.value && mood.value?.by === "word";
      chip.setAttribute("aria-pressed", String(is));
    }
  };
  everyday.watch((offered) => {
    fill(
      chips,
      [...offered].map(([key, numbers]) => {
        const { name, meaning } = t.table.everyday[key];
        return h(
          "button",
          {
            class: "chip",
            type: "button",
            title: meaning,
            data: { word: key },
            onclick: () => choose(key),
          },
          moodTile(numbers),
          name,
        );
      }),
    );
    press();
  }, signal);
  word.subscribe(press, signal);
  mood.subscribe(press, signal);
  return h(
    "div",
    { class: "mood-chips" },
    h("p", { class: "label", id: legend }, t.moodPanel.say),
    chips,
  );
};

/** Seven bars: how much of each emotion a mood has, as lengths and numbers. */
import { h, say } from "../dom";
import { colourOf, EMOTIONS, type Mood } from "../emotions";
import { words } from "../language";

export interface MoodBars {
  readonly element: HTMLElement;
  /** Show a mood, or that there is none. */
  show(mood: Mood | null): void;
}

export function moodBars(): MoodBars {
  const t = words();
  const bars = EMOTIONS.map((emotion) => {
    const filled = h("div", { class: "bar-fill", style: { background: colourOf(emotion) } });
    const meter = h(
      "div",
      {
        class: "bar",
        role: "meter",
        "aria-label": t.table.looks[emotion],
        "aria-valuemin": "0",
        "aria-valuemax": "100",
      },
      filled,
    );
    const number = h("span", { class: "bar-number numbers", "aria-hidden": true });
    const name = h("span", { class: "bar-name", "aria-hidden": true }, t.table.looks[emotion]);
    return { filled, meter, number, row: h("div", { class: "bar-row" }, name, meter, number) };
  });

  function show(mood: Mood | null): void {
    bars.forEach(({ filled, meter, number }, i) => {
      const share = mood?.[i];
      filled.style.setProperty("--share", `${share ?? 0}`);
      const text = share === undefined ? "–" : t.percent(share);
      say(number, text);
      meter.setAttribute("aria-valuenow", `${Math.round(100 * (share ?? 0))}`);
      meter.setAttribute("aria-valuetext", text);
    });
  }

  show(null);
  return {
    element: h(
      "div",
      { class: "bars" },
      bars.map(({ row }) => row),
    ),
    show,
  };
}

/** Seven bars: how much of each emotion a mood has, as lengths, numbers and words. */
import { h, say } from "../dom";
import { colourOf, EMOTIONS, ranked, type Mood } from "../emotions";
import { words } from "../language";

/** Share from which on one emotion alone names the mood. */
const MOSTLY = 0.6;

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
        "aria-label": t.emotions[emotion],
        "aria-valuemin": "0",
        "aria-valuemax": "100",
      },
      filled,
    );
    const number = h("span", { class: "bar-number numbers", "aria-hidden": true });
    const name = h("span", { class: "bar-name", "aria-hidden": true }, t.emotions[emotion]);
    return { filled, meter, number, row: h("div", { class: "bar-row" }, name, meter, number) };
  });

  function show(mood: Mood | null): void {
    bars.forEach(({ filled, meter, number }, i) => {
      const share = mood?.[i];
      filled.style.setProperty("--share", `${share ?? 0}`);
      const text = share === undefined ? "–" : t.percent(share);
      filled.style.setProperty("--share", `${share ?? 0}`);
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

/** Return a mood in words: its strongest emotion, or the two strongest. */
export function moodWords(mood: Mood): string {
  const t = words();
  const [first, second] = ranked(mood);
  if (first.share >= MOSTLY) return t.moodPanel.mostly(t.emotions[first.emotion]);
  return t.moodPanel.both(t.emotions[first.emotion], t.emotions[second.emotion]);
}

/** Seven sliders by which a person mixes a mood. */
import { h, say } from "../dom";
import { asMood, colourOf, EMOTIONS } from "../emotions";
import { words } from "../language";
import type { View } from "../shell/view";
import { camera } from "./face-watch";
import { mood, setMood, type Given } from "./mood";

/** Milliseconds of rest after which the music follows a slider. */
const REST = 300;

export const slidersView: View = (signal) => {
  const t = words();
  const status = h("p", { class: "mood-status", role: "status" });
  const sliders = EMOTIONS.map((emotion) => {
    const input = h("input", {
      type: "range",
      id: `slider-${emotion}`,
      min: "0",
      max: "100",
      value: "0",
      class: "slider",
      style: { "--colour": colourOf(emotion) },
      oninput: () => {
        camera.stop(); // it would move the sliders under the hand
        tell();
        clearTimeout(timer);
        timer = setTimeout(give, REST);
      },
      onchange: give,
    });
    const number = h("output", { class: "bar-number numbers", for: input.id });
    const row = h(
      "div",
      { class: "bar-row" },
      h("label", { class: "bar-name", for: input.id }, t.table.looks[emotion]),
      input,
      number,
    );
    return { input, number, row };
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });

  /** Say where each slider stands; what mood they come to, the phrase above says. */
  function tell(): void {
    const mixed = asMood(sliders.map(({ input }) => input.valueAsNumber));
    sliders.forEach(({ input, number }) => {
      const text = t.percent(input.valueAsNumber / 100);
      say(number, text);
      input.setAttribute("aria-valuetext", text);
      input.style.setProperty("--share", `${input.valueAsNumber / 100}`);
    });
    say(status, mixed === null ? t.moodPanel.noSlider : "");
  }

  function give(): void {
    clearTimeout(timer);
    setMood(
      sliders.map(({ input }) => input.valueAsNumber),
      "sliders",
    );
  }

  // A mood that comes from elsewhere is where the person goes on from.
  const follow = (given: Given | null): void => {
    sliders.forEach(({ input }, i) => (input.value = `${Math.round(100 * (given?.mood[i] ?? 0))}`));
    tell();
  };
  follow(mood.value);
  mood.subscribe((given) => {
    if (given?.by !== "sliders") follow(given);
  }, signal);

  return h(
    "div",
    { class: "sliders" },
    sliders.map(({ row }) => row),
    status,
  );
};

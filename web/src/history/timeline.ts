import { h, say } from "../dom";
import { colourOf, EMOTIONS } from "../emotions";
import { words } from "../language";
import { moodPhrase } from "../mood/mood-phrase";
import type { Bin } from "./days";

const SVG = "http://www.w3.org/2000/svg";

/** Moods as stacked bars along a time; the label says what is under the pointer. */
export function timeline(
  bins: readonly Bin[],
  { label, clockOf }: { label: HTMLElement; clockOf: (time: number) => string },
): HTMLElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${bins.length} 1`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  bins.forEach(({ mood }, x) => {
    if (mood === null) return;
    const total = mood.reduce((sum, share) => sum + share, 0) || 1;
    let top = 1;
    mood.forEach((share, i) => {
      const height = share / total;
      if (height < 0.004) return;
      top -= height;
      const rect = document.createElementNS(SVG, "rect");
      rect.setAttribute("x", String(x + 0.04));
      rect.setAttribute("y", top.toFixed(4));
      rect.setAttribute("width", "0.92");
      rect.setAttribute("height", (height + 0.003).toFixed(4));
      rect.style.fill = colourOf(EMOTIONS[i] ?? "neutral");
      svg.append(rect);
    });
  });
  const element = h("div", { class: "timeline" });
  element.append(svg);
  element.addEventListener("pointermove", (event) => {
    const box = element.getBoundingClientRect();
    const bin = bins[Math.floor((bins.length * (event.clientX - box.left)) / box.width)];
    say(label, bin?.mood ? `${clockOf(bin.start)} · ${moodPhrase(bin.mood, words())}` : "\u00a0");
  });
  element.addEventListener("pointerleave", () => say(label, "\u00a0"));
  return element;
}

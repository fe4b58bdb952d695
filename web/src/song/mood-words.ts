import { h } from "../dom";
import { colourOf, ranked, type Emotion, type Mood, type Part } from "../emotions";
import { words } from "../language";

/** Shares that are worth a word. */
const WORTH = 0.12;

/** The strongest emotions of a mood that are worth a word, the strongest first. */
function mainParts(mood: Mood, most = 2): Part[] {
  return ranked(mood)
    .slice(0, most)
    .filter(({ share }, index) => index === 0 || share >= WORTH);
}

/** A mood in words such as "happy 62 %, neutral 20 %". */
export function moodInWords(mood: Mood, most = 2): string {
  const t = words();
  return mainParts(mood, most)
    .map(({ emotion, share }) => `${t.emotions[emotion]} ${t.percent(share)}`)
    .join(", ");
}

/** A mood's main words, each over a small bar. */
export function moodWords(mood: Mood): HTMLElement {
  const t = words();
  return h(
    "span",
    { class: "mood-words" },
    mainParts(mood).map(({ emotion, share }) =>
      h(
        "span",
        { class: "mood-word" },
        h(
          "span",
          { class: "mood-word-text" },
          h("span", {}, t.emotions[emotion]),
          h("span", { class: "numbers muted" }, t.percent(share)),
        ),
        bar(emotion, share),
      ),
    ),
  );
}

/** A bar as long as a share. */
export function bar(emotion: Emotion, share: number): HTMLElement {
  return h(
    "span",
    { class: "mood-bar", "aria-hidden": "true" },
    h("span", {
      style: {
        transform: `scaleX(${share < 0.005 ? 0 : Math.min(1, share).toFixed(3)})`,
        background: colourOf(emotion),
      },
    }),
  );
}

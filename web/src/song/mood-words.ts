/** How a song sounds in words, and a mood in numbers. */

import type { Schemas } from "../api/client";
import { h } from "../dom";
import { colourOf, ranked, type Emotion, type Mood } from "../emotions";
import { words } from "../language";
import { sentence } from "../language/table";
import { soundOf } from "./sound";

/** How a song sounds, with the colour of its emotion. */
export function soundWords(song: Pick<Schemas["SongOut"], "sound">): HTMLElement {
  const { sound } = song;
  return h(
    "span",
    { class: "mood-words" },
    sound
      ? h("span", {
          class: "chip-dot",
          "aria-hidden": "true",
          style: { background: colourOf(sound.emotion as Emotion) },
        })
      : null,
    sentence(soundOf(song, words()), ""),
  );
}

/** Shares that are worth a number. */
const WORTH = 0.12;

/** A mood in numbers such as "happy 62 %, neutral 20 %", the strongest first. */
export function moodInNumbers(mood: Mood, most: number): string {
  const t = words();
  return ranked(mood)
    .slice(0, most)
    .filter(({ share }, index) => index === 0 || share >= WORTH)
    .map(({ emotion, share }) => `${t.table.looks[emotion]} ${t.percent(share)}`)
    .join(", ");
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

/** Energies nearer to 0 are neither calm nor lively. */
const MIDDLE = 0.12;
const VERY = 0.6;

/** How much energy a song has, or how pleasant it is: a word over a small bar. */
export function scaleWord(value: number | null, low: string, high: string): HTMLElement {
  const t = words();
  if (value === null) return h("span", { class: "mood-words" });
  const word =
    Math.abs(value) < MIDDLE
      ? t.library.between
      : t.map.degree(value < 0 ? low : high, Math.abs(value) > VERY);
  return h(
    "span",
    { class: "mood-words" },
    h(
      "span",
      { class: "mood-word" },
      h("span", { class: "mood-word-text" }, h("span", {}, word)),
      h(
        "span",
        { class: "mood-bar", "aria-hidden": "true" },
        h("span", {
          style: {
            transform: `scaleX(${((1 + value) / 2).toFixed(3)})`,
            background: "var(--accent)",
          },
        }),
      ),
    ),
  );
}

import { h } from "../dom";
import { asMood, colourOf, EMOTIONS, type Emotion, type Mood } from "../emotions";
import { words } from "../language";

/** The seven as buttons of which some are pressed; `changed` gets the mood of these, or null. */
export function emotionChoice(changed: (mood: Mood | null, chosen: readonly Emotion[]) => void) {
  const t = words();
  const chosen = new Set<Emotion>();
  return h(
    "div",
    { class: "row wrong-ways" },
    EMOTIONS.map((emotion) => {
      const button = h(
        "button",
        {
          class: "button wrong-way",
          type: "button",
          "aria-pressed": "false",
          onclick: () => {
            if (!chosen.delete(emotion)) chosen.add(emotion);
            button.setAttribute("aria-pressed", String(chosen.has(emotion)));
            changed(asMood(EMOTIONS.map((each) => Number(chosen.has(each)))), [...chosen]);
          },
        },
        h("span", { class: "wrong-colour", style: { background: colourOf(emotion) } }),
        t.table.adjectives[emotion],
      );
      return button;
    }),
  );
}

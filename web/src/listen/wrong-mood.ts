/** The person says that a song does not fit, and may say how it sounds instead. */

import { h, uniqueId } from "../dom";
import { asMood, colourOf, EMOTIONS, numbersOf, type Emotion } from "../emotions";
import { words } from "../language";
import * as player from "../player/player";
import type { Song } from "../player/session";
import { tell } from "../shell/messages";
import { gist } from "./reason";

export function wrongMood(song: Song): void {
  const t = words();
  const chosen = new Set<Emotion>();
  const title = uniqueId("wrong");
  const save = h(
    "button",
    { class: "button button-main", type: "button", disabled: true, onclick: correct },
    t.listen.wrongSave,
  );
  const dialog = h(
    "dialog",
    { class: "wrong", "aria-labelledby": title },
    h("h2", { id: title }, t.listen.wrongTitle),
    h(
      "p",
      { class: "muted" },
      t.listen.wrongText(song.title, song.mood === null ? "–" : gist(numbersOf(song.mood), t)),
    ),
    h("div", { class: "row wrong-ways" }, EMOTIONS.map(way)),
    h(
      "div",
      { class: "row" },
      save,
      h(
        "button",
        { class: "button", type: "button", onclick: onlyNow, autofocus: true },
        t.listen.wrongOnly,
      ),
      h(
        "button",
        { class: "button button-quiet", type: "button", onclick: () => dialog.close() },
        t.listen.cancel,
      ),
    ),
  );

  function way(emotion: Emotion): HTMLElement {
    const button = h(
      "button",
      {
        class: "button wrong-way",
        type: "button",
        "aria-pressed": "false",
        onclick: () => {
          if (!chosen.delete(emotion)) chosen.add(emotion);
          button.setAttribute("aria-pressed", String(chosen.has(emotion)));
          save.disabled = chosen.size === 0;
        },
      },
      h("span", { class: "wrong-colour", style: { background: colourOf(emotion) } }),
      t.emotions[emotion],
    );
    return button;
  }

  function correct(): void {
    const instead = asMood(EMOTIONS.map((emotion) => Number(chosen.has(emotion))));
    if (instead === null) return;
    player.wrongMood(song, instead);
    tell(
      t.listen.wrongCorrected(
        song.title,
        [...chosen].map((emotion) => t.emotions[emotion]).join(", "),
      ),
    );
    dialog.close();
  }

  function onlyNow(): void {
    player.wrongMood(song);
    tell(t.listen.wrongDone);
    dialog.close();
  }

  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}

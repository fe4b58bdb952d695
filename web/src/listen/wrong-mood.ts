/** The person says that a song does not fit, and may say how it sounds instead. */

import { h, uniqueId } from "../dom";
import type { Emotion, Mood } from "../emotions";
import { words } from "../language";
import * as player from "../player/player";
import type { Song } from "../player/session";
import { openDialog } from "../shell/dialog";
import { tell } from "../shell/messages";
import { emotionChoice } from "../song/emotion-choice";
import { soundOf } from "../song/sound";

export function wrongMood(song: Song): void {
  const t = words();
  let instead: Mood | null = null;
  let chosen: readonly Emotion[] = [];
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
    h("p", { class: "muted" }, t.listen.wrongText(song.title, soundOf(song, t))),
    emotionChoice((mood, names) => {
      instead = mood;
      chosen = names;
      save.disabled = mood === null;
    }),
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

  function correct(): void {
    if (instead === null) return;
    player.wrongMood(song, instead);
    tell(
      t.listen.wrongCorrected(
        song.title,
        chosen.map((emotion) => t.table.adjectives[emotion]).join(", "),
      ),
    );
    dialog.close();
  }

  function onlyNow(): void {
    player.wrongMood(song);
    tell(t.listen.wrongDone);
    dialog.close();
  }

  openDialog(dialog, { outside: true });
}

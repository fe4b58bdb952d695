import { api } from "../api/client";
import { h } from "../dom";
import type { Emotion, Mood } from "../emotions";
import { icon } from "../icons";
import { words } from "../language";
import { disclosure } from "../shell/disclosure";
import { background, tell } from "../shell/messages";
import { emotionChoice } from "./emotion-choice";
import { remember } from "./known-songs";
import type { Song } from "./song-parts";

export interface CorrectMood {
  readonly buttons: readonly HTMLElement[];
  /** What the first button unfolds. */
  readonly body: HTMLElement;
}

/** Lets the person say how a song sounds to them, or go back to the analysis. */
export function correctMood(song: Song, changed: () => void): CorrectMood {
  const t = words();
  let given: Mood | null = null;
  let names: readonly Emotion[] = [];
  const correct = async (): Promise<void> => {
    if (given === null) return;
    remember(
      await api.put("/api/v1/songs/{song_id}/mood", {
        path: { song_id: song.id },
        body: { mood: [...given] },
      }),
    );
    tell(
      t.listen.wrongCorrected(song.title, names.map((name) => t.table.adjectives[name]).join(", ")),
    );
    changed();
  };
  const revoke = async (): Promise<void> => {
    remember(await api.delete("/api/v1/songs/{song_id}/mood", { path: { song_id: song.id } }));
    tell(t.song.revoked(song.title));
    changed();
  };
  const save = h(
    "button",
    {
      class: "button button-main",
      type: "button",
      disabled: true,
      onclick: () => background(correct()),
    },
    t.listen.wrongSave,
  );
  const body = h(
    "div",
    { class: "column correct-body" },
    h("p", {}, t.listen.wrongTitle),
    emotionChoice((mood, chosen) => {
      given = mood;
      names = chosen;
      save.disabled = mood === null;
    }),
    h("div", {}, save),
  );
  const toggle = disclosure("button", body, [icon("wrong"), t.song.correct]);
  const back = h(
    "button",
    { class: "button", type: "button", onclick: () => background(revoke()) },
    t.song.revoke,
  );
  return { buttons: song.corrected ? [toggle, back] : [toggle], body };
}

/** What comes next, each song with its reason; nothing in it moves away from under a pointer. */

import { cover } from "../cover";
import { clock } from "../duration";
import { fill, h, say } from "../dom";
import type { Emotion } from "../emotions";
import { icon } from "../icons";
import { words } from "../language";
import { mood } from "../mood/mood";
import { inWords } from "../mood/everyday";
import { endRadio, playTurn, removeTurn, upcoming, type Turn } from "../player/player";
import { coverage, goal, standing, way, type Pick } from "../player/session";
import { iconButton } from "../shell/icon-button";
import { background } from "../shell/messages";
import type { View } from "../shell/view";
import { calmly, notUnderPointer } from "./calmly";
import { coverageInWords, reasonOf } from "./reason";
import { savePlaylist } from "./save-playlist";

/** Songs shown; the session knows no more of them, because the mood may move. */
const SHOWN = 12;

interface Row {
  readonly element: HTMLElement;
  readonly reason: HTMLElement;
  turn: Turn;
}

export const queueList: View = (signal) => {
  const t = words();
  const rows = new Map<number, Row>();
  const list = h("ol", { class: "queue" });
  const empty = h("p", { class: "queue-empty muted" });
  const what = h("p", { class: "queue-for muted small one-line" });
  const end = h(
    "button",
    {
      class: "button button-quiet queue-end",
      type: "button",
      hidden: true,
      onclick: () => byHand(endRadio),
    },
    t.listen.queueRadioEnd,
  );
  const holds = h("p", { class: "queue-holds muted small" });
  const save = h(
    "button",
    {
      class: "button button-quiet queue-save",
      type: "button",
      "aria-label": t.listen.save,
      onclick: () => background(savePlaylist(listed())),
    },
    icon("save"),
    h("span", {}, t.listen.save),
  );

  function rowOf(turn: Turn): Row {
    const { song } = turn;
    const reason = h("span", { class: "queue-reason muted small" });
    const row: Row = { element: h("li", { class: "queue-row" }), reason, turn };
    fill(
      row.element,
      h(
        "button",
        {
          class: "queue-play",
          type: "button",
          title: t.listen.playNow(song.title),
          onclick: () => byHand(() => playTurn(row.turn)),
        },
        cover(song),
        h(
          "span",
          { class: "queue-names" },
          h(
            "span",
            { class: "one-line" },
            h("span", { class: "queue-title" }, song.title),
            song.artist ? h("span", { class: "muted" }, ` · ${song.artist}`) : null,
          ),
          reason,
        ),
        h("span", { class: "queue-time muted small numbers" }, clock(song.duration)),
      ),
      iconButton("close", t.listen.remove(song.title), () => remove(row), "queue-remove"),
    );
    return row;
  }

  /** The focus goes on to the row that takes the place. */
  function remove(row: Row): void {
    const next = row.element.nextElementSibling ?? row.element.previousElementSibling;
    const had = row.element.contains(document.activeElement);
    byHand(() => removeTurn(row.turn));
    if (had) next?.querySelector<HTMLElement>(".queue-remove")?.focus();
  }

  function show(): void {
    const turns = listed();
    const left = new Set(rows.keys());
    const order = turns.map((turn) => {
      const id = turn.song.id;
      left.delete(id);
      let row = rows.get(id);
      if (row === undefined) rows.set(id, (row = rowOf(turn)));
      row.turn = turn;
      const why = reasonOf(turn, t, false); // what the library lacks is said once, above
      say(row.reason, why);
      row.reason.title = why; // where there is no room for all of it
      return row.element;
    });
    for (const id of left) rows.delete(id);
    calmly(list, order);
    empty.hidden = turns.length > 0;
    say(empty, standing.value === "working" ? `${t.listen.looking} …` : t.listen.queueEmpty);
    save.disabled = turns.length === 0;
  }

  const update = notUnderPointer(list, show, signal);
  let hand = false;
  /** Does what the person asked for: the list shows it at once. */
  function byHand(act: () => void): void {
    hand = true;
    act();
    hand = false;
  }

  /** Where fewer songs are of that mood than are shown, the others need no excuse each. */
  const tellCoverage = (): void => {
    const held = mood.value === null || radio() !== undefined ? null : coverage.value;
    const few = held !== null && held.fit < Math.min(SHOWN, held.songs);
    say(holds, few ? coverageInWords(held, t) : "");
    holds.hidden = !few;
  };
  coverage.subscribe(tellCoverage, signal);

  const caption = (): void => {
    const of = radio();
    const given = mood.value;
    if (of !== undefined) say(what, t.listen.queueRadio(of));
    else say(what, given === null ? "\u00a0" : t.listen.queueFor(inWords(given, t)));
    end.hidden = of === undefined;
    tellCoverage();
  };
  upcoming.watch(() => {
    caption();
    update(hand);
  }, signal);
  standing.subscribe(() => update(), signal);
  way.subscribe(() => update(), signal);
  mood.subscribe(caption, signal);

  return h(
    "section",
    { class: "card queue-card", "aria-label": t.listen.queue },
    h(
      "div",
      { class: "row spread" },
      h("div", {}, h("h2", {}, t.listen.queue), what, holds, end),
      save,
    ),
    h("div", { class: "queue-room" }, list, empty),
  );
};

/** The songs that are shown: while a journey is under way those of its way, and none beyond. */
function listed(): readonly Turn[] {
  const turns = upcoming.value.slice(0, SHOWN);
  const now = way.value;
  if (now === null || now.at >= now.places.length - 1) return turns;
  const end = turns.findIndex(({ pick }) => pick !== null && leadsTo(pick, goal.value));
  return end < 0 ? turns : turns.slice(0, end + 1);
}

/** Whether a song stands at the goal of a journey. */
function leadsTo(pick: Pick, goal: Emotion): boolean {
  return (pick.target[goal] ?? 0) > 0.999;
}

/** Title of the song whose radio comes next, if one does. */
function radio(): string | undefined {
  return upcoming.value.find(({ radioOf }) => radioOf !== undefined)?.radioOf;
}

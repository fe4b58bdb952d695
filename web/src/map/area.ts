import { api } from "../api/client";
import { h, say } from "../dom";
import { icon } from "../icons";
import { words } from "../language";
import { keepPlaylist, unusedName } from "../library/playlists";
import { playAll } from "../player/player";
import type { Song } from "../player/session";
import { askName } from "../shell/ask-name";
import { iconButton } from "../shell/icon-button";
import { background, tell } from "../shell/messages";
import type { Place } from "./frame";

/** Songs that an area plays at most: an afternoon. */
export const MOST = 100;

/** The corners of a rectangle between two opposite ones. */
export function rectangle(a: Place, b: Place): Place[] {
  return [
    a,
    { valence: b.valence, arousal: a.arousal },
    b,
    { valence: a.valence, arousal: b.arousal },
  ];
}

/** Songs in an order of chance. */
export function shuffled(ids: readonly number[], random = Math.random): number[] {
  const order = [...ids];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

export interface Area {
  /** What stands beside the map about the area; hidden while there is none. */
  readonly element: HTMLElement;
  /** Shows how many songs are inside, given at least some of them; none that was drawn: null. */
  readonly show: (ids: readonly number[] | null, total?: number) => void;
}

/** What can be done with the songs of an area that was drawn: play them, keep them. */
export function areaCard(clear: () => void): Area {
  const { map: t, songs: songsInWords, playlists } = words();
  let inside: readonly number[] = [];
  const count = h("p", { role: "status" });
  const songs = (): Promise<Song[]> =>
    api.get("/api/v1/songs/several", { query: { ids: shuffled(inside).slice(0, MOST) } });
  const play = async (): Promise<void> =>
    playAll((await songs()).map((song) => ({ song, pick: null, policy: null })));
  const keep = async (): Promise<void> => {
    const name = await askName(
      playlists.nameIt,
      await unusedName(t.areaName(playlists.day(new Date()))),
      playlists.keep,
    );
    if (name === null) return;
    const chosen = (await songs()).map(({ id }) => id);
    await keepPlaylist(name, chosen);
    tell(playlists.kept(name, chosen.length));
  };
  const playing = h(
    "button",
    { class: "button button-main", type: "button", onclick: () => background(play()) },
    icon("play"),
    t.areaPlay,
  );
  const keeping = h(
    "button",
    { class: "button", type: "button", onclick: () => background(keep()) },
    icon("playlist"),
    playlists.keep,
  );
  const element = h(
    "section",
    { class: "map-area card", hidden: true, "aria-label": t.area },
    h("div", { class: "row spread" }, h("h2", {}, t.area), iconButton("close", t.areaClear, clear)),
    count,
    h("div", { class: "row" }, playing, keeping),
  );
  return {
    element,
    show: (ids, total = ids?.length ?? 0) => {
      inside = ids ?? [];
      element.hidden = ids === null;
      playing.disabled = keeping.disabled = inside.length === 0;
      say(count, ids === null ? "" : total === 0 ? t.areaEmpty : songsInWords(total));
    },
  };
}

import { fill, h } from "../dom";
import { icon } from "../icons";
import { words } from "../language";
import { playAll } from "../player/player";
import { askName } from "../shell/ask-name";
import { iconButton } from "../shell/icon-button";
import { background, tell } from "../shell/messages";
import { sure } from "../shell/sure";
import {
  deletePlaylist,
  download,
  playlists,
  refreshPlaylists,
  renamePlaylist,
  songsOf,
  type Playlist,
} from "./playlists";

/** The playlists, each to be played, downloaded, renamed or deleted; without any there is nothing. */
export function playlistList(signal: AbortSignal): HTMLElement {
  const t = words().playlists;
  const list = h("ul", { class: "playlists" });
  const element = h(
    "section",
    { class: "card playlists-card", hidden: true, "aria-label": t.title },
    h("h2", {}, t.title),
    list,
  );
  playlists.watch((all) => {
    const inside = list.contains(document.activeElement);
    element.hidden = all === null || all.length === 0;
    fill(list, (all ?? []).map(row));
    if (inside) list.querySelector("button")?.focus();
  }, signal);
  background(refreshPlaylists());
  return element;
}

function row(playlist: Playlist): HTMLElement {
  const { playlists: t, songs: songsInWords } = words();
  const { id, name, songs } = playlist;
  const play = async (): Promise<void> => {
    const there = await songsOf(id);
    if (there.length === 0) return tell(t.nothingThere(name), { bad: true });
    playAll(there.map((song) => ({ song, pick: null, policy: null })));
    if (there.length < songs) tell(t.someMissing(songs - there.length));
  };
  const save = async (): Promise<void> => {
    const there = await songsOf(id);
    if (there.length === 0) return tell(t.nothingThere(name), { bad: true });
    await download(
      name,
      there.map((song) => song.id),
    );
  };
  const rename = async (): Promise<void> => {
    const other = await askName(t.rename(name), name, t.renameShort);
    if (other !== null && other !== name) await renamePlaylist(id, other);
  };
  const remove = async (): Promise<void> => {
    if (!(await sure(t.sure(name), t.deleteShort))) return;
    await deletePlaylist(id);
    tell(t.deleted(name));
  };
  return h(
    "li",
    { class: "playlist" },
    h(
      "button",
      {
        class: "playlist-play",
        type: "button",
        title: t.play(name),
        onclick: () => background(play()),
      },
      icon("play"),
      h(
        "span",
        { class: "playlist-names" },
        h("span", { class: "playlist-name" }, name),
        h("span", { class: "muted small" }, songsInWords(songs)),
      ),
    ),
    iconButton("save", t.download(name), () => background(save())),
    iconButton("rename", t.rename(name), () => background(rename())),
    iconButton("trash", t.delete(name), () => background(remove())),
  );
}

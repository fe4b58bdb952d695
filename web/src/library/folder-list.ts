import { api, type Schemas } from "../api/client";
import { fill, h, say } from "../dom";
import { icon } from "../icons";
import { words } from "../language";
import { disclosure } from "../shell/disclosure";
import { iconButton } from "../shell/icon-button";
import { background, tell, untilDone } from "../shell/messages";
import { sure } from "../shell/sure";
import { refreshOverview } from "./overview";
import { startScan } from "./scan";

type Folder = Schemas["FolderOut"];

export interface FolderList {
  readonly element: HTMLElement;
  /** Says whether a scan runs, and that what the folders hold may have changed. */
  readonly show: (busy: boolean) => void;
}

/** The folders whose songs are in the library, each to be scanned again or removed. */
export function folderList(signal: AbortSignal, removed: () => void): FolderList {
  const t = words().library;
  const list = h("ul", { class: "folder-list" });
  const label = h("span", {});
  const toggle = disclosure("button button-quiet panel-toggle", list, [
    icon("folder"),
    label,
    icon("down"),
  ]);
  let busy = false;

  const remove = async (folder: Folder): Promise<void> => {
    if (!(await sure(t.removeSure(nameOf(folder), folder.songs), t.remove))) return;
    await api.delete("/api/v1/library/folders/{key}", { path: { key: folder.key } });
    tell(t.removed(folder.songs));
    await Promise.all([refreshOverview(), load()]);
    removed();
    if (!element.hidden) toggle.focus();
  };
  const row = (folder: Folder): HTMLElement => {
    const name = nameOf(folder);
    const again = iconButton("refresh", t.scanThisAgain(name), () =>
      background(startScan(folder.samples ? null : folder.path)),
    );
    const gone = iconButton("trash", t.removeThis(name), () => background(remove(folder)));
    again.disabled = gone.disabled = busy;
    return h(
      "li",
      {},
      h(
        "div",
        { class: "folder-names" },
        h("span", { class: "folder-path" }, name),
        h("span", { class: "muted small numbers" }, t.inFolder(folder)),
      ),
      again,
      gone,
    );
  };
  const load = async (): Promise<void> => {
    const { folders } = await api.get("/api/v1/library/folders", { signal });
    element.hidden = folders.length === 0;
    say(label, t.folderCount(folders.length));
    fill(list, folders.map(row));
  };
  const element = h("section", { class: "panel-part", hidden: true }, toggle, list);
  return {
    element,
    show: (now) => {
      busy = now;
      for (const button of list.querySelectorAll("button")) button.disabled = busy;
      if (!busy) untilDone(load, signal);
    },
  };
}

function nameOf(folder: Folder): string {
  return folder.samples ? words().library.sampleFolder : folder.path;
}

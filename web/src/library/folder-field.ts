import { api, ApiError } from "../api/client";
import { fill, h, say, uniqueId } from "../dom";
import { icon } from "../icons";
import { words } from "../language";
import { background } from "../shell/messages";

const PAUSE_MS = 120;

export interface FolderField {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  /** Says what is wrong with the folder; an empty text says that all is well. */
  readonly refuse: (message: string, hint?: string) => void;
}

/**
 * A folder of the server's machine: typed, completed from what may be scanned.
 *
 * A combobox as of the ARIA practices: arrows go through the list, Enter takes one and lists the
 * folders inside, Escape closes.
 */
export function folderField(value: string, signal: AbortSignal): FolderField {
  const t = words().library;
  const [id, listId, helpId, wrongId] = ["folder", "folders", "help", "wrong"].map(uniqueId) as [
    string,
    string,
    string,
    string,
  ];
  const input = h("input", {
    id,
    class: "input",
    type: "text",
    value,
    role: "combobox",
    autocomplete: "off",
    spellcheck: false,
    autocapitalize: "off",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": listId,
    "aria-describedby": `${helpId} ${wrongId}`,
  });
  const list = h("ul", {
    id: listId,
    class: "folders",
    role: "listbox",
    "aria-label": t.folders,
    hidden: true,
  });
  const wrong = h("p", { id: wrongId, class: "folder-wrong", role: "alert" });
  let found: readonly string[] = [];
  let chosen = -1;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  const mark = (index: number): void => {
    chosen = index;
    [...list.children].forEach((option, i) => {
      option.setAttribute("aria-selected", String(i === index));
      if (i === index) option.scrollIntoView({ block: "nearest" });
    });
    const option = list.children[index];
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const open = (is: boolean): void => {
    list.hidden = !is;
    input.setAttribute("aria-expanded", String(is));
    if (!is) mark(-1);
  };
  const complete = async (): Promise<void> => {
    const turn = ++asked;
    const typed = input.value;
    const folders = await foldersLike(typed, signal);
    if (turn !== asked || document.activeElement !== input) return;
    found = folders.filter((folder) => folder !== typed);
    fill(
      list,
      found.map((folder) => option(folder, take)),
    );
    open(found.length > 0);
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => background(complete()), PAUSE_MS);
  };
  const take = (folder: string): void => {
    input.value = folder + separatorOf(folder);
    input.focus();
    input.setSelectionRange(input.value.length, input.value.length);
    refuse("");
    background(complete());
  };
  const refuse = (message: string, hint?: string): void => {
    if (message) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    say(wrong, [message, hint].filter(Boolean).map(sentence).join(" "));
  };

  input.addEventListener("input", () => {
    refuse("");
    mark(-1); // Enter takes what was typed, until new suggestions have come
    soon();
  });
  input.addEventListener("focus", soon);
  input.addEventListener("click", soon);
  input.addEventListener("blur", () => {
    clearTimeout(timer);
    asked += 1;
    open(false);
  });
  input.addEventListener("keydown", (event) => {
    const last = found.length - 1;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return soon();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = chosen + step;
      mark(next > last ? -1 : next < -1 ? last : next);
    } else if (event.key === "Enter" && !list.hidden && chosen >= 0) {
      event.preventDefault();
      take(found[chosen] ?? "");
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      open(false);
    }
  });
  const element = h(
    "div",
    { class: "field folder-field" },
    h("label", { for: id }, t.folder),
    h("div", { class: "folder-box" }, input, list),
    h("p", { id: helpId, class: "muted small" }, t.folderHelp),
    wrong,
  );
  return { element, input, refuse };
}

/** Folders whose paths begin as typed; none for what is no path, or not yet one. */
async function foldersLike(path: string, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return (await api.get("/api/v1/folders", { query: { path }, signal })).folders;
  } catch (error) {
    if (error instanceof ApiError && error.status === 422) return [];
    throw error;
  }
}

function option(folder: string, take: (folder: string) => void): HTMLElement {
  const cut = folder.lastIndexOf(separatorOf(folder)) + 1;
  const row = h(
    "li",
    {
      id: uniqueId("folder"),
      role: "option",
      "aria-selected": "false",
      // The field keeps the focus; a press would take it and close the list.
      onpointerdown: (event: Event) => event.preventDefault(),
      onclick: () => take(folder),
    },
    icon("folder"),
    h(
      "span",
      {},
      h("span", { class: "muted" }, folder.slice(0, cut)),
      h("b", {}, folder.slice(cut)),
    ),
  );
  return row;
}

function sentence(text = ""): string {
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[.?!]$/.test(text) ? "" : ".");
}

function separatorOf(folder: string): string {
  return folder.includes("\\") && !folder.startsWith("/") ? "\\" : "/";
}

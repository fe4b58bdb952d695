import { fill, h, say, uniqueId } from "../dom";
import { icon } from "../icons";
import { words } from "../language";
import { moodTile } from "../mood-tile";
import { everyday } from "../mood/everyday";
import { overview } from "./overview";
import { filter, naturally, order, SORTS, type Sort } from "./query";

const PAUSE_MS = 180;

/** Search and order: what stays in sight while the list is scrolled. */
export function searchBar(signal: AbortSignal): { element: HTMLElement; input: HTMLInputElement } {
  const t = words().library;
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener("abort", () => clearTimeout(timer));
  const input = h("input", {
    class: "input",
    type: "search",
    value: filter.value.search,
    placeholder: matchMedia("(max-width: 46rem)").matches ? t.searchShort : t.search,
    "aria-label": t.search,
    autocomplete: "off",
    spellcheck: false,
    maxLength: 200,
    enterKeyHint: "search",
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(() => filter.update((now) => ({ ...now, search: input.value })), PAUSE_MS);
    },
  });
  filter.subscribe(({ search }) => {
    if (search !== input.value && document.activeElement !== input) input.value = search;
  }, signal);
  const sortId = uniqueId("sort");
  const select = h(
    "select",
    {
      id: sortId,
      class: "select",
      onchange: () => order.set(naturally(select.value as Sort)),
    },
    SORTS.map((sort) => option(sort)),
  );
  const arrow = icon("down");
  const direction = h("button", {
    class: "button button-icon sort-direction",
    type: "button",
    onclick: () => order.update((now) => ({ ...now, descending: !now.descending })),
  });
  direction.append(arrow);
  order.watch(({ sort, descending }) => {
    select.value = sort;
    direction.classList.toggle("is-up", !descending);
    const name = descending ? t.descending : t.ascending;
    direction.title = name;
    direction.setAttribute("aria-label", name);
  }, signal);
  const element = h(
    "div",
    { class: "search-bar" },
    h("div", { class: "search-box", role: "search" }, icon("search"), input),
    h(
      "div",
      { class: "sort-box" },
      h("label", { class: "label", for: sortId }, t.sort),
      select,
      direction,
    ),
  );
  return { element, input };
}

function option(sort: Sort): HTMLOptionElement {
  return h("option", { value: sort }, words().library.sorts[sort]);
}

/** The words by which a mood is chosen, here as buttons that filter. */
export function moodFilter(signal: AbortSignal): HTMLElement {
  const t = words();
  const chips = h("div", { class: "chips", role: "group", "aria-label": t.library.filter });
  const count = (): void => {
    const songs = overview.value;
    for (const chip of chips.querySelectorAll<HTMLElement>(".chip")) {
      const n = songs?.moods[chip.dataset["word"]!];
      say(
        chip.querySelector<HTMLElement>(".chip-count")!,
        n === undefined ? "" : t.library.number(n),
      );
    }
  };
  const press = (): void => {
    for (const chip of chips.querySelectorAll<HTMLElement>(".chip"))
      chip.setAttribute("aria-pressed", String(chip.dataset["word"] === filter.value.mood));
  };
  everyday.watch((offered) => {
    fill(
      chips,
      [...offered].map(([word, numbers]) =>
        h(
          "button",
          {
            class: "chip",
            type: "button",
            data: { word },
            onclick: () =>
              filter.update((now) => ({ ...now, mood: now.mood === word ? null : word })),
          },
          moodTile(numbers),
          t.table.everyday[word].name,
          h("span", { class: "chip-count numbers" }),
        ),
      ),
    );
    press();
    count();
  }, signal);
  filter.subscribe(press, signal);
  overview.subscribe(count, signal);
  return h("div", { class: "mood-filter" }, chips);
}

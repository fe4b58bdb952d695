import { h, say, uniqueId } from "../dom";
import { colourOf, EMOTIONS, type Emotion } from "../emotions";
import { icon } from "../icons";
import { words } from "../language";
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
    SORTS.filter((sort) => !isEmotion(sort)).map((sort) => option(sort)),
    h(
      "optgroup",
      { label: t.byEmotion },
      SORTS.filter(isEmotion).map((sort) => option(sort)),
    ),
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

function isEmotion(sort: Sort): sort is Emotion {
  return (EMOTIONS as readonly string[]).includes(sort);
}

function option(sort: Sort): HTMLOptionElement {
  const t = words();
  const label = isEmotion(sort) ? t.emotions[sort] : t.library.sorts[sort];
  return h("option", { value: sort }, label);
}

/** The seven as buttons that filter, and how much of the chosen one songs must have. */
export function emotionFilter(signal: AbortSignal): HTMLElement {
  const t = words();
  const chips = EMOTIONS.map((emotion) => {
    const count = h("span", { class: "chip-count numbers" });
    const chip = h(
      "button",
      {
        class: "chip",
        type: "button",
        onclick: () =>
          filter.update((now) => ({
            ...now,
            emotion: now.emotion === emotion ? null : emotion,
            least: now.emotion === emotion ? 0 : now.least,
          })),
      },
      h("span", { class: "chip-dot", style: { background: colourOf(emotion) } }),
      t.table.adjectives[emotion],
      count,
    );
    return { emotion, chip, count };
  });
  const id = uniqueId("least");
  const value = h("output", { class: "numbers", for: id });
  const slider = h("input", {
    id,
    type: "range",
    min: "0",
    max: "90",
    step: "5",
    oninput: () =>
      filter.update((now) => ({ ...now, least: now.emotion ? Number(slider.value) / 100 : 0 })),
  });
  const least = h(
    "div",
    { class: "least" },
    h("label", { class: "label", for: id }, t.library.least),
    slider,
    value,
  );
  filter.watch(({ emotion, least: share }) => {
    for (const chip of chips)
      chip.chip.setAttribute("aria-pressed", String(chip.emotion === emotion));
    least.classList.toggle("is-off", emotion === null);
    slider.disabled = emotion === null;
    slider.value = String(Math.round(100 * share));
    const text = share === 0 ? t.library.leastStrongest : t.library.leastShare(t.percent(share));
    say(value, text);
    slider.setAttribute("aria-valuetext", text);
  }, signal);
  overview.watch((songs) => {
    for (const { emotion, count } of chips)
      say(count, songs === null ? "" : t.library.number(songs.strongest[emotion] ?? 0));
  }, signal);
  return h(
    "div",
    { class: "emotion-filter" },
    h(
      "div",
      { class: "chips", role: "group", "aria-label": t.library.filter },
      chips.map(({ chip }) => chip),
    ),
    least,
  );
}

import { h } from "../dom";
import { words } from "../language";
import { paused, playing } from "../player/player";
import { markPlaying, playOrPause, queueSong, songParts, type Song } from "../song/song-parts";
import { scaleWord } from "../song/mood-words";
import { order } from "./query";
import { SongPages, type AskPage } from "./song-pages";
import { mostRows, rowsBetween, type Rows } from "./window";

/** Rows drawn beyond the edges, so that quick scrolling shows no gaps. */
const AROUND = 8;
/** While one scrolls, parts are asked for at most so often. */
const ASK_EVERY_MS = 80;

interface Row {
  readonly element: HTMLElement;
  song: Song | undefined;
  tile: HTMLButtonElement | null;
}

/** A long list of songs in the page's own scroll bar; only the rows that are seen exist. */
export class SongList {
  readonly element: HTMLElement;
  readonly #rows = new Map<number, Row>();
  #pages: SongPages<Song> | null = null;
  #next: SongPages<Song> | null = null;
  /** Asks for the next list once more. */
  #showNext = (): void => {};
  #height = 64;
  /** Rows of the list; browsers draw no list of any length. */
  #total = 0;
  /** The row that the keyboard is at. */
  #active = 0;
  #drawing = 0;
  #asking: ReturnType<typeof setTimeout> | undefined;

  /**
   * `counted` is told how many songs there are, `failed` when they cannot be fetched. Everything
   * ends with the signal.
   */
  constructor(
    private readonly counted: (total: number) => void,
    private readonly failed: (error: unknown) => void,
    signal: AbortSignal,
  ) {
    const t = words().library;
    this.element = h("div", {
      class: "song-list",
      role: "grid",
      "aria-label": t.list,
      "aria-rowcount": "0",
    });
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("focusin", (event) => this.#came(event));
    this.element.addEventListener("dblclick", (event) => this.#pressed(event));
    this.element.addEventListener("click", (event) => {
      // A finger presses a row to hear it; a mouse presses the picture, or twice.
      if (event instanceof PointerEvent && event.pointerType === "touch") this.#pressed(event);
    });
    const draw = (): void => this.#drawSoon();
    addEventListener("scroll", draw, { signal, passive: true });
    addEventListener("resize", draw, { signal });
    const mark = (): void => {
      for (const { song, tile } of this.#rows.values()) if (song && tile) markPlaying(tile, song);
    };
    playing.subscribe(mark, signal);
    paused.subscribe(mark, signal);
    signal.addEventListener("abort", () => {
      cancelAnimationFrame(this.#drawing);
      clearTimeout(this.#asking);
      this.#pages?.close();
      this.#next?.close();
    });
  }

  /** Whether the keyboard is inside. */
  get focused(): boolean {
    return this.element.contains(document.activeElement);
  }

  /**
   * Shows another list, or the same one anew, as soon as its first part has come; until then the
   * old one stays. With `top` it will be seen from its beginning, to which `shown` has to scroll.
   */
  show(
    ask: AskPage<Song>,
    { top = false, shown = () => {} }: { top?: boolean; shown?: () => void } = {},
  ): void {
    this.#next?.close();
    this.#showNext = () => this.show(ask, { top, shown });
    const next: SongPages<Song> = new SongPages<Song>(
      ask,
      () => {
        if (this.#next === next && (top || next.total === 0 || this.#covers(next))) {
          this.#next = null;
          if (top) this.#active = 0;
          this.#pages?.close();
          this.#pages = next;
          this.#resize();
          shown();
          this.draw();
        } else if (this.#pages === next) {
          this.#resize();
          this.draw();
        }
      },
      this.failed,
    );
    this.#next = next;
    const { first, end } = this.#visible();
    if (top) next.want(0, 0);
    else next.want(first, Math.max(first, end - 1));
  }

  /** Asks once more for what did not come. */
  again(): void {
    if (this.#next === null) this.draw();
    else this.#showNext();
  }

  /** Makes room for songs that are on their way, so that nothing jumps when they come. */
  reserve(total: number): void {
    if (this.#pages !== null) return;
    this.#resize(total);
    this.draw();
  }

  /** Draws the rows that are seen. */
  draw(): void {
    if (!this.element.isConnected) return;
    this.#measure();
    const seen = this.#visible();
    const focused = this.focused;
    if (!focused) this.#active = Math.min(Math.max(this.#active, seen.first), seen.end - 1);
    const first = Math.max(0, seen.first - AROUND);
    const end = Math.min(this.#total, seen.end + AROUND);
    for (const [index, row] of this.#rows)
      if ((index < first || index >= end) && !(focused && index === this.#active)) {
        row.element.remove();
        this.#rows.delete(index);
      }
    for (let index = first; index < end; index++) this.#row(index);
    for (const [index, row] of this.#rows) row.element.tabIndex = index === this.#active ? 0 : -1;
    if (this.#asking === undefined)
      this.#asking = setTimeout(() => {
        this.#asking = undefined;
        const { first, end } = this.#visible();
        if (this.#total > 0)
          this.#pages?.want(first - AROUND, Math.min(this.#total, end + AROUND) - 1);
      }, ASK_EVERY_MS);
  }

  /** Moves the keyboard to a row. */
  focus(index = this.#active): void {
    if (this.#total === 0) return;
    this.#active = Math.min(this.#total - 1, Math.max(0, index));
    const { element } = this.#row(this.#active);
    for (const [i, row] of this.#rows) row.element.tabIndex = i === this.#active ? 0 : -1;
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest" });
    this.#drawSoon();
  }

  #covers(pages: SongPages<Song>): boolean {
    if (pages.total === null) return false;
    const { first } = this.#visible();
    const place = Math.min(first, Math.max(0, pages.total - 1));
    if (pages.at(place) !== undefined) return true;
    pages.want(place, place); // the list has become shorter
    return false;
  }

  #resize(total = this.#pages?.total ?? 0): void {
    this.#measure();
    const rows = Math.min(total, mostRows(this.#height));
    this.#total = rows;
    this.element.setAttribute("aria-rowcount", String(total));
    this.element.style.height = `${rows * this.#height}px`;
    const focused = this.focused;
    for (const [index, row] of this.#rows)
      if (index >= rows) {
        row.element.remove();
        this.#rows.delete(index);
      }
    if (focused && this.#active >= rows) this.focus(rows - 1);
    this.counted(total);
  }

  #measure(): void {
    const height = this.#rows.values().next().value?.element.offsetHeight;
    if (height) this.#height = height;
  }

  #visible(): Rows {
    const top = -this.element.getBoundingClientRect().top;
    return rowsBetween(top, top + innerHeight, {
      height: this.#height,
      total: Math.max(this.#total, 1),
    });
  }

  #drawSoon(): void {
    cancelAnimationFrame(this.#drawing);
    this.#drawing = requestAnimationFrame(() => this.draw());
  }

  /** The row of a place, made or brought up to date. */
  #row(index: number): Row {
    let row = this.#rows.get(index);
    if (row === undefined) {
      const element = h("div", {
        class: "song-row",
        role: "row",
        tabindex: -1,
        "aria-rowindex": String(index + 1),
        data: { index: String(index) },
      });
      element.style.transform = `translateY(${index * this.#height}px)`;
      row = { element, song: undefined, tile: null };
      fillRow(row, undefined);
      this.#rows.set(index, row);
      // Screen readers read in the order of the elements.
      let after: Element | null = null;
      for (let next = this.element.lastElementChild; next; next = next.previousElementSibling) {
        if (Number((next as HTMLElement).dataset["index"]) < index) break;
        after = next;
      }
      this.element.insertBefore(element, after);
    }
    const song = this.#pages?.at(index);
    if (song !== row.song && (song !== undefined || this.#pages?.total !== null)) {
      const inside = row.element.contains(document.activeElement);
      fillRow(row, song);
      if (inside) row.element.focus({ preventScroll: true });
    }
    return row;
  }

  #rowOf(target: EventTarget | null): { index: number; row: Row } | null {
    const element = target instanceof Element ? target.closest<HTMLElement>(".song-row") : null;
    const index = Number(element?.dataset["index"] ?? -1);
    const row = this.#rows.get(index);
    return row ? { index, row } : null;
  }

  #came(event: FocusEvent): void {
    const at = this.#rowOf(event.target);
    if (at === null) return;
    this.#active = at.index;
    for (const [index, row] of this.#rows) row.element.tabIndex = index === this.#active ? 0 : -1;
  }

  #pressed(event: Event): void {
    const at = this.#rowOf(event.target);
    if (at?.row.song === undefined || (event.target as Element).closest("a, button")) return;
    playOrPause(at.row.song);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.#rowOf(event.target);
    if (at === null) return;
    const { index, row } = at;
    const page = Math.max(1, Math.floor(innerHeight / this.#height) - 4);
    const to = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + page,
      PageUp: index - page,
      Home: 0,
      End: this.#total - 1,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      this.focus(to);
      return;
    }
    const inside = [...row.element.querySelectorAll<HTMLElement>("a, button")];
    const place = inside.findIndex((control) => control === document.activeElement);
    if (event.key === "ArrowRight" && place < inside.length - 1) inside[place + 1]?.focus();
    else if (event.key === "ArrowLeft" && place >= 0) (inside[place - 1] ?? row.element).focus();
    else if (event.key === "Enter" && event.target === row.element && row.song) {
      if (event.shiftKey) queueSong(row.song);
      else playOrPause(row.song);
    } else return;
    event.preventDefault();
  }
}

function fillRow(row: Row, song: Song | undefined): void {
  row.song = song;
  row.element.classList.toggle("is-coming", song === undefined);
  if (song === undefined) {
    row.tile = null;
    row.element.replaceChildren(
      cell("play-tile", h("span", { class: "tile" })),
      cell("song-names", h("span", { class: "blank" }), h("span", { class: "blank" })),
    );
    return;
  }
  const { tile, children } = songParts(song, { tabindex: -1, aside: sortedBy(song) });
  row.tile = tile;
  row.element.replaceChildren(...children.map((child) => cell("", child as Node)));
}

/** What the list is sorted by, where that is not seen otherwise. */
function sortedBy(song: Song): HTMLElement | null {
  const t = words().map;
  switch (order.value.sort) {
    case "arousal":
      return scaleWord(song.arousal, t.calm, t.energetic);
    case "valence":
      return scaleWord(song.valence, t.unpleasant, t.pleasant);
    default:
      return null;
  }
}

function cell(kind: string, ...children: Node[]): HTMLElement {
  return h("div", { class: `song-cell ${kind}`.trim(), role: "gridcell" }, children);
}

export interface Page<T> {
  readonly total: number;
  readonly songs: readonly T[];
}

/** Asks for a part of a list. */
export type AskPage<T> = (offset: number, limit: number, signal: AbortSignal) => Promise<Page<T>>;

const PER_PAGE = 100;
/** Pages kept; those farthest from what is shown are forgotten first. */
const KEPT = 40;

/** A long list of which parts are fetched as they are looked at. */
export class SongPages<T> {
  /** Null until the first part has come. */
  total: number | null = null;
  readonly #pages = new Map<number, readonly T[]>();
  readonly #coming = new Map<number, AbortController>();

  /** `changed` is called when a part has come, `failed` when one could not be fetched. */
  constructor(
    private readonly ask: AskPage<T>,
    private readonly changed: () => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** The i-th entry; undefined while it is on its way. */
  at(index: number): T | undefined {
    return this.#pages.get(Math.floor(index / PER_PAGE))?.[index % PER_PAGE];
  }

  /** Fetches what is shown from one place to another, and gives up on what no longer is. */
  want(first: number, last: number): void {
    const [from, to] = [pageOf(first), pageOf(Math.max(first, last))];
    for (const [page, giveUp] of this.#coming)
      if (page < from || page > to) {
        giveUp.abort();
        this.#coming.delete(page);
      }
    for (let page = from; page <= to; page++)
      if (!this.#pages.has(page) && !this.#coming.has(page)) void this.#fetch(page);
    if (this.#pages.size > KEPT) this.#forget((from + to) / 2);
  }

  /** Gives up on everything that is on its way. */
  close(): void {
    for (const giveUp of this.#coming.values()) giveUp.abort();
    this.#coming.clear();
  }

  async #fetch(page: number): Promise<void> {
    const giveUp = new AbortController();
    this.#coming.set(page, giveUp);
    try {
      const answer = await this.ask(page * PER_PAGE, PER_PAGE, giveUp.signal);
      if (giveUp.signal.aborted) return;
      this.#coming.delete(page);
      this.#pages.set(page, answer.songs);
      this.total = answer.total;
      this.changed();
    } catch (error) {
      if (giveUp.signal.aborted) return;
      this.#coming.delete(page);
      this.failed(error);
    }
  }

  #forget(middle: number): void {
    const far = [...this.#pages.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const page of far.slice(0, this.#pages.size - KEPT)) this.#pages.delete(page);
  }
}

function pageOf(index: number): number {
  return Math.max(0, Math.floor(index / PER_PAGE));
}

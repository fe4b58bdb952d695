/** A value that tells when it changes. */
export class Store<T> {
  #value: T;
  readonly #listeners = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  /** Sets the value; an equal one (`Object.is`) tells nobody. */
  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  update(change: (value: T) => T): void {
    this.set(change(this.#value));
  }

  /** Calls `listener` at every change until `signal` is aborted. */
  subscribe(listener: (value: T) => void, signal?: AbortSignal): void {
    if (signal?.aborted) return;
    this.#listeners.add(listener);
    signal?.addEventListener("abort", () => this.#listeners.delete(listener), { once: true });
  }

  /** Calls `listener` now and at every change until `signal` is aborted. */
  watch(listener: (value: T) => void, signal?: AbortSignal): void {
    if (signal?.aborted) return;
    this.subscribe(listener, signal);
    listener(this.#value);
  }
}

/**
 * A store whose value stays in this browser under `key`; in `sessionStorage`, in this tab.
 *
 * What `read` does not accept (it returns undefined), and a browser that keeps nothing, lead to
 * `initial`.
 */
export function kept<T>(
  key: string,
  initial: T,
  read: (json: unknown) => T | undefined,
  storage: () => Storage = () => localStorage,
): Store<T> {
  let value = initial;
  try {
    const text = storage().getItem(key);
    if (text !== null) value = read(JSON.parse(text)) ?? initial;
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
  const store = new Store(value);
  store.subscribe((now) => {
    try {
      storage().setItem(key, JSON.stringify(now));
    } catch {
      // as above
    }
  });
  return store;
}

/** For `kept`: accepts one of the given values. */
export function oneOf<T>(...values: readonly T[]): (json: unknown) => T | undefined {
  return (json) => values.find((value) => value === json);
}

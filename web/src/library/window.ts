/** Which rows of a long list are near the part of the page that is seen. */
export interface Rows {
  readonly first: number;
  /** The one after the last. */
  readonly end: number;
}

/**
 * Rows between `top` and `bottom`, in pixels from the list's beginning, and some around them.
 */
export function rowsBetween(
  top: number,
  bottom: number,
  { height, total, around = 0 }: { height: number; total: number; around?: number },
): Rows {
  const within = (row: number): number => Math.min(total, Math.max(0, row));
  return {
    first: within(Math.floor(top / height) - around),
    end: within(Math.ceil(bottom / height) + around),
  };
}

/** Browsers draw nothing beyond: the lowest of their limits, with a margin. */
const MOST_PIXELS = 16_000_000;

/** How many rows of a height fit into what browsers can draw. */
export function mostRows(height: number): number {
  return Math.floor(MOST_PIXELS / height);
}

import type { Schemas } from "../api/client";
import { EMOTIONS } from "../emotions";
import type { Place } from "./frame";

/** Cells a side of the grid in which points are looked up. */
const CELLS = 64;

/** Which of the seven are shown, in their order. */
export type Shown = readonly boolean[];

/** A rectangle of the plane. */
export interface Part {
  readonly valence: readonly [number, number];
  readonly arousal: readonly [number, number];
}

export const WHOLE: Part = { valence: [-1, 1], arousal: [-1, 1] };

/**
 * The songs of a part of the plane of valence and arousal as points, found by their place. Where
 * there are too many, there are none: they are counted in bins.
 */
export class Points {
  readonly count: number;
  /** Songs of the whole plane. */
  readonly total: number;
  /** Whether all songs of the plane are points here. */
  readonly complete: boolean;
  readonly bins: Schemas["BinsOut"] | null;
  readonly ids: readonly number[];
  /** In [-1, 1]. */
  readonly valence: Float32Array;
  readonly arousal: Float32Array;
  /** Index of the strongest emotion. */
  readonly strongest: Uint8Array;
  /** How many songs of the whole plane have each of the seven as their strongest. */
  readonly counts: readonly number[];
  /** How many songs lie in each quarter of the plane, as of the API. */
  readonly quarters: readonly number[];
  /** The points of each cell lie together: those of cell c from `#starts[c]` on. */
  readonly #order: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #rowOf = new Map<number, number>();

  constructor(
    map: Schemas["MapOut"],
    readonly part: Part = WHOLE,
  ) {
    this.ids = map.ids;
    this.count = map.ids.length;
    this.valence = Float32Array.from(map.valence);
    this.arousal = Float32Array.from(map.arousal);
    this.strongest = Uint8Array.from(map.strongest);
    this.counts = map.counts;
    this.quarters = map.quarters;
    this.bins = map.bins;
    this.total = map.counts.reduce((sum, count) => sum + count, 0);
    this.complete = this.count === this.total;
    this.ids.forEach((id, row) => this.#rowOf.set(id, row));

    // Counting sort by cell.
    const cells = new Uint32Array(this.count);
    const starts = new Uint32Array(CELLS * CELLS + 1);
    for (let row = 0; row < this.count; row++) {
      const cell = cellOf(this.arousal[row]!) * CELLS + cellOf(this.valence[row]!);
      cells[row] = cell;
      starts[cell + 1]! += 1;
    }
    for (let cell = 0; cell < CELLS * CELLS; cell++) starts[cell + 1]! += starts[cell]!;
    const next = starts.slice();
    this.#order = new Uint32Array(this.count);
    for (let row = 0; row < this.count; row++) this.#order[next[cells[row]!]!++] = row;
    this.#starts = starts;
  }

  /** Whether these are all that can be told of a part. */
  tells({ valence, arousal }: Part): boolean {
    const has = (outer: readonly [number, number], inner: readonly [number, number]): boolean =>
      outer[0] <= inner[0] && inner[1] <= outer[1];
    const { part } = this;
    if (!has(part.valence, valence) || !has(part.arousal, arousal)) return false;
    return this.bins === null || (has(valence, part.valence) && has(arousal, part.arousal));
  }

  /** The row of a song; undefined when it is not on the map. */
  rowOf(id: number): number | undefined {
    return this.#rowOf.get(id);
  }

  /** The rows inside a closed line. */
  inside(line: readonly Place[], shown: Shown = ALL): number[] {
    const rows: number[] = [];
    if (line.length < 3) return rows;
    const across = line.map(({ valence }) => valence);
    const up = line.map(({ arousal }) => arousal);
    const [left, right] = [Math.min(...across), Math.max(...across)];
    const [low, high] = [Math.min(...up), Math.max(...up)];
    for (let row = 0; row < this.count; row++) {
      const [v, a] = [this.valence[row]!, this.arousal[row]!];
      if (v < left || v > right || a < low || a > high || !shown[this.strongest[row]!]) continue;
      if (isInside(v, a, line)) rows.push(row);
    }
    return rows;
  }

  /**
   * The rows nearest to a place, the nearest first.
   *
   * Distances count as they are seen: `scaleX` and `scaleY` are pixels of a unit, `within` is in
   * pixels.
   */
  nearest(
    valence: number,
    arousal: number,
    { most = 1, within = Infinity, scaleX = 1, scaleY = 1, shown = ALL }: Search = {},
  ): number[] {
    const found: { row: number; far: number }[] = [];
    const worst = (): number =>
      found.length < most ? within : Math.min(within, found[found.length - 1]!.far);
    const visit = (column: number, line: number): void => {
      if (column < 0 || line < 0 || column >= CELLS || line >= CELLS) return;
      const cell = line * CELLS + column;
      for (let i = this.#starts[cell]!; i < this.#starts[cell + 1]!; i++) {
        const row = this.#order[i]!;
        if (!shown[this.strongest[row]!]) continue;
        const far = Math.hypot(
          (this.valence[row]! - valence) * scaleX,
          (this.arousal[row]! - arousal) * scaleY,
        );
        if (far > worst()) continue;
        if (found.length === most) found.pop();
        let place = found.length;
        while (place > 0 && found[place - 1]!.far > far) place -= 1;
        found.splice(place, 0, { row, far });
      }
    };
    // Rings of cells around the place, until none can hold anything nearer.
    const [x, y] = [cellOf(valence), cellOf(arousal)];
    const side = (2 / CELLS) * Math.min(scaleX, scaleY);
    for (let ring = 0; ring < CELLS; ring++) {
      if (ring > 0 && (ring - 1) * side > worst()) break;
      for (let i = -ring; i <= ring; i++) {
        visit(x + i, y - ring);
        if (ring > 0) visit(x + i, y + ring);
        if (Math.abs(i) < ring) {
          visit(x - ring, y + i);
          visit(x + ring, y + i);
        }
      }
    }
    return found.map(({ row }) => row);
  }
}

/** Tells whether a place is inside a closed line, by how often a ray crosses it. */
function isInside(valence: number, arousal: number, line: readonly Place[]): boolean {
  let inside = false;
  for (let i = 0, j = line.length - 1; i < line.length; j = i++) {
    const [a, b] = [line[i]!, line[j]!];
    if (a.arousal > arousal === b.arousal > arousal) continue;
    const share = (arousal - a.arousal) / (b.arousal - a.arousal);
    if (valence < a.valence + share * (b.valence - a.valence)) inside = !inside;
  }
  return inside;
}

interface Search {
  readonly most?: number;
  readonly within?: number;
  readonly scaleX?: number;
  readonly scaleY?: number;
  readonly shown?: Shown;
}

const ALL: Shown = EMOTIONS.map(() => true);

function cellOf(x: number): number {
  return Math.min(CELLS - 1, Math.max(0, Math.floor(((x + 1) / 2) * CELLS)));
}

import type { Part } from "./points";

/** A place of the plane: valence to the right, arousal upwards, both in [-1, 1]. */
export interface Place {
  readonly valence: number;
  readonly arousal: number;
}

export interface Pixel {
  readonly x: number;
  readonly y: number;
}

/** Space around the plane, in pixels, for the words of its axes. */
const EDGE = 34;
const MOST_ZOOM = 40;

/** What is loaded on each side of what is seen, as a share of it. */
const BESIDE = 0.15;

/** Which part of the plane is seen, and where on the screen. It does not change: it is replaced. */
export class Frame {
  constructor(
    readonly width: number,
    readonly height: number,
    /** 1 shows the whole plane. */
    readonly zoom = 1,
    readonly centre: Place = { valence: 0, arousal: 0 },
  ) {}

  /** Pixels of a unit of valence. */
  get scaleX(): number {
    return (Math.max(1, this.width - 2 * EDGE) / 2) * this.zoom;
  }

  /** Pixels of a unit of arousal. */
  get scaleY(): number {
    return (Math.max(1, this.height - 2 * EDGE) / 2) * this.zoom;
  }

  pixel({ valence, arousal }: Place): Pixel {
    return {
      x: this.width / 2 + (valence - this.centre.valence) * this.scaleX,
      y: this.height / 2 - (arousal - this.centre.arousal) * this.scaleY,
    };
  }

  place({ x, y }: Pixel): Place {
    return {
      valence: this.centre.valence + (x - this.width / 2) / this.scaleX,
      arousal: this.centre.arousal - (y - this.height / 2) / this.scaleY,
    };
  }

  /** The same part in a window of another size. */
  sized(width: number, height: number): Frame {
    return new Frame(width, height, this.zoom, this.centre);
  }

  moved(dx: number, dy: number): Frame {
    return this.#at(this.zoom, {
      valence: this.centre.valence - dx / this.scaleX,
      arousal: this.centre.arousal + dy / this.scaleY,
    });
  }

  /** Nearer or farther by a factor; what is at `fixed` stays there. */
  zoomed(factor: number, fixed: Pixel = { x: this.width / 2, y: this.height / 2 }): Frame {
    const zoom = Math.min(MOST_ZOOM, Math.max(1, this.zoom * factor));
    const under = this.place(fixed);
    const next = new Frame(this.width, this.height, zoom, this.centre);
    const now = next.place(fixed);
    return this.#at(zoom, {
      valence: this.centre.valence + under.valence - now.valence,
      arousal: this.centre.arousal + under.arousal - now.arousal,
    });
  }

  /** The part of the plane that is seen, and as much beside it as a short drag shows. */
  seen(): Part {
    const range = (low: number, high: number): [number, number] => {
      const more = BESIDE * (high - low);
      return [Math.max(-1, low - more), Math.min(1, high + more)];
    };
    const corner = this.place({ x: 0, y: this.height });
    const other = this.place({ x: this.width, y: 0 });
    return {
      valence: range(corner.valence, other.valence),
      arousal: range(corner.arousal, other.arousal),
    };
  }

  /** The whole plane. */
  whole(): Frame {
    return new Frame(this.width, this.height);
  }

  /** So moved that a place is seen with a margin around it. */
  showing(place: Place, margin = 48): Frame {
    const { x, y } = this.pixel(place);
    const over = (at: number, size: number): number =>
      at < margin ? margin - at : at > size - margin ? size - margin - at : 0;
    return this.moved(over(x, this.width), over(y, this.height));
  }

  #at(zoom: number, { valence, arousal }: Place): Frame {
    // The more one sees, the less there is to move.
    const most = 1 - 1 / zoom;
    return new Frame(this.width, this.height, zoom, {
      valence: Math.min(most, Math.max(-most, valence)),
      arousal: Math.min(most, Math.max(-most, arousal)),
    });
  }
}

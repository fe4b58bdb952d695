import { h } from "../dom";
import { EMOTIONS } from "../emotions";
import { Frame, type Pixel, type Place } from "./frame";
import type { Points, Shown } from "./points";
import { drawBins } from "./bins";
import { outline, stamps } from "./shapes";

/** Points drawn anew in each picture of a movement; more are moved as one until it rests. */
const QUICK = 25_000;
const REST_MS = 120;

/** What lies over the points. */
export interface Marks {
  /** The row under the pointer. */
  readonly hovered: number | null;
  /** The row of the song that plays. */
  readonly playing: number | null;
  /** Where the person's mood is. */
  readonly mood: Place | null;
  /** The cross that the keyboard moves. */
  readonly cross: Place | null;
  /** The line around an area, closed by its last point. */
  readonly area: readonly Place[];
}

/** The picture of the map: it is drawn only when something has changed. */
export class MapCanvas {
  readonly element: HTMLElement;
  #frame = new Frame(1, 1);
  #points: Points | null = null;
  #shown: Shown = EMOTIONS.map(() => true);
  #marks: Marks = { hovered: null, playing: null, mood: null, cross: null, area: [] };
  #drawing = 0;
  #rest: ReturnType<typeof setTimeout> | undefined;
  readonly #ground = h("canvas", { class: "map-layer", "aria-hidden": "true" });
  readonly #over = h("canvas", { class: "map-layer", "aria-hidden": "true" });
  /** All points as they were drawn last, and for which part of the plane. */
  readonly #layer = document.createElement("canvas");
  #layerOf: Frame | null = null;
  #stamps: { radius: number; ratio: number; pictures: HTMLCanvasElement[] } | null = null;
  #groundChanged = true;

  constructor(signal: AbortSignal) {
    this.element = h("div", { class: "map-picture" }, this.#ground, this.#over);
    signal.addEventListener("abort", () => {
      cancelAnimationFrame(this.#drawing);
      clearTimeout(this.#rest);
    });
  }

  get frame(): Frame {
    return this.#frame;
  }

  set frame(frame: Frame) {
    this.#frame = frame;
    this.#changed();
  }

  set points(points: Points | null) {
    this.#points = points;
    this.repaint();
  }

  set shown(shown: Shown) {
    this.#shown = shown;
    this.repaint();
  }

  /** Changes what lies over the points; these stay as they are. */
  mark(marks: Partial<Marks>): void {
    this.#marks = { ...this.#marks, ...marks };
    this.#soon();
  }

  /** Draws everything anew, as after a change of the theme. */
  repaint(): void {
    this.#stamps = null;
    this.#layerOf = null;
    this.#changed();
  }

  /** The radius of the points in pixels: the more there are, the smaller, and larger when near. */
  get radius(): number {
    const count = Math.max(1, this.#points?.count ?? 1);
    const room = Math.sqrt((this.#frame.width * this.#frame.height) / count);
    const far = Math.min(7, Math.max(2, 0.3 * room));
    return Math.min(8, far * this.#frame.zoom ** 0.35);
  }

  #changed(): void {
    this.#groundChanged = true;
    this.#soon();
  }

  #soon(): void {
    if (this.#drawing !== 0) return;
    this.#drawing = requestAnimationFrame(() => {
      this.#drawing = 0;
      if (this.#groundChanged) this.#drawGround();
      this.#groundChanged = false;
      this.#drawOver();
    });
  }

  #pen(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
    const ratio = devicePixelRatio || 1;
    const [width, height] = [
      Math.round(this.#frame.width * ratio),
      Math.round(this.#frame.height * ratio),
    ];
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    const pen = canvas.getContext("2d");
    pen?.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen?.clearRect(0, 0, this.#frame.width, this.#frame.height);
    return pen;
  }

  #drawGround(): void {
    const frame = this.#frame;
    const pen = this.#pen(this.#ground);
    if (pen === null || frame.width < 2) return;
    const style = getComputedStyle(this.element);
    // The axes and a few lines.
    const corner = frame.pixel({ valence: -1, arousal: 1 });
    const other = frame.pixel({ valence: 1, arousal: -1 });
    pen.lineWidth = 1;
    for (let i = -4; i <= 4; i++) {
      const { x, y } = frame.pixel({ valence: i / 4, arousal: i / 4 });
      pen.strokeStyle = style.getPropertyValue(i === 0 ? "--line-strong" : "--line");
      pen.globalAlpha = i === 0 ? 0.6 : 0.8;
      pen.beginPath();
      pen.moveTo(crisp(x), corner.y);
      pen.lineTo(crisp(x), other.y);
      pen.moveTo(corner.x, crisp(y));
      pen.lineTo(other.x, crisp(y));
      pen.stroke();
    }
    pen.globalAlpha = 1;
    if (this.#points === null) return;
    const old = this.#layerOf;
    const moves = old !== null && old !== frame && this.#points.count > QUICK;
    if (moves && old.width === frame.width && old.height === frame.height) {
      // Too many to draw in time: the last picture is moved, and drawn anew when it rests.
      const from = frame.pixel(old.place({ x: 0, y: 0 }));
      const to = frame.pixel(old.place({ x: old.width, y: old.height }));
      pen.drawImage(this.#layer, from.x, from.y, to.x - from.x, to.y - from.y);
      clearTimeout(this.#rest);
      this.#rest = setTimeout(() => {
        this.#layerOf = null;
        this.#changed();
      }, REST_MS);
      return;
    }
    if (old !== frame) this.#drawPoints(this.#points);
    pen.drawImage(this.#layer, 0, 0, frame.width, frame.height);
  }

  #drawPoints(points: Points): void {
    const frame = this.#frame;
    const pen = this.#pen(this.#layer);
    if (pen === null) return;
    this.#layerOf = frame;
    if (points.bins !== null) {
      drawBins(pen, frame, points.bins, this.#shown, getComputedStyle(this.element));
      return;
    }
    const ratio = devicePixelRatio || 1;
    const radius = Math.round(4 * this.radius) / 4;
    if (this.#stamps?.radius !== radius || this.#stamps.ratio !== ratio) {
      const edge = getComputedStyle(this.element).getPropertyValue("--surface");
      this.#stamps = { radius, ratio, pictures: stamps(radius, ratio, edge) };
    }
    const { pictures } = this.#stamps;
    const half = (pictures[0]?.width ?? 0) / 2;
    const [scaleX, scaleY] = [frame.scaleX * ratio, frame.scaleY * ratio];
    const left = (frame.width / 2) * ratio - frame.centre.valence * scaleX - half;
    const top = (frame.height / 2) * ratio + frame.centre.arousal * scaleY - half;
    const [right, bottom] = [frame.width * ratio, frame.height * ratio];
    const { valence, arousal, strongest, count } = points;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    for (let row = 0; row < count; row++) {
      if (!this.#shown[strongest[row]!]) continue;
      const x = left + valence[row]! * scaleX;
      const y = top - arousal[row]! * scaleY;
      if (x < -2 * half || y < -2 * half || x > right || y > bottom) continue;
      // Whole pixels are stamped far faster than parts of them.
      pen.drawImage(pictures[strongest[row]!]!, x | 0, y | 0);
    }
  }

  #drawOver(): void {
    const frame = this.#frame;
    const pen = this.#pen(this.#over);
    if (pen === null) return;
    const style = getComputedStyle(this.element);
    const [text, ground, accent] = ["--text", "--surface", "--accent"].map((name) =>
      style.getPropertyValue(name),
    ) as [string, string, string];
    const { hovered, playing, mood, cross, area } = this.#marks;
    if (area.length > 1) {
      pen.beginPath();
      for (const place of area) {
        const { x, y } = frame.pixel(place);
        pen.lineTo(x, y);
      }
      pen.closePath();
      pen.globalAlpha = 0.14;
      pen.fillStyle = accent;
      pen.fill();
      pen.globalAlpha = 1;
      pen.lineWidth = 2;
      pen.strokeStyle = accent;
      pen.stroke();
    }
    for (const [row, colour, grow] of [
      [playing, accent, 5],
      [hovered, text, 3],
    ] as const) {
      if (row === null || this.#points === null || row >= this.#points.count) continue;
      const at = this.#pixelOf(this.#points, row);
      const emotion = EMOTIONS[this.#points.strongest[row]!] ?? "neutral";
      const radius = Math.max(4.5, this.radius) + 1.5;
      pen.beginPath();
      outline(pen, emotion, at.x, at.y, radius);
      pen.fillStyle = style.getPropertyValue(`--${emotion}`);
      pen.fill();
      pen.lineWidth = 2;
      pen.strokeStyle = ground;
      pen.stroke();
      ring(pen, at, radius + grow, colour, 2);
    }
    if (mood !== null) {
      const at = frame.pixel(mood);
      ring(pen, at, 11, ground, 6);
      ring(pen, at, 11, accent, 3);
      pen.fillStyle = accent;
      pen.beginPath();
      pen.arc(at.x, at.y, 3.5, 0, 2 * Math.PI);
      pen.fill();
    }
    if (cross !== null) {
      const { x, y } = frame.pixel(cross);
      for (const [colour, width] of [
        [ground, 5],
        [text, 2],
      ] as const) {
        pen.strokeStyle = colour;
        pen.lineWidth = width;
        pen.beginPath();
        for (const [dx, dy] of [
          [1, 0],
          [-1, 0],
          [0, 1],
          [0, -1],
        ] as const) {
          pen.moveTo(x + 6 * dx, y + 6 * dy);
          pen.lineTo(x + 15 * dx, y + 15 * dy);
        }
        pen.stroke();
      }
    }
  }

  #pixelOf(points: Points, row: number): Pixel {
    return this.#frame.pixel({ valence: points.valence[row]!, arousal: points.arousal[row]! });
  }
}

function ring(
  pen: CanvasRenderingContext2D,
  { x, y }: Pixel,
  radius: number,
  colour: string,
  width: number,
): void {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.stroke();
}

function crisp(x: number): number {
  return Math.round(x) + 0.5;
}

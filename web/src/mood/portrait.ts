/** How the mirror shows a picture: with the main face in its middle, as large as in a portrait. */
import type { Box } from "../vision/box";
import type { FaceReading } from "../vision/reading";

/** Part of the mirror's height that the box of a face fills. */
const FILLS = 0.55;

/** How far a picture is enlarged at most; what is farther away stays small. */
const CLOSEST = 3;

/** How far, in parts of the mirror, the picture would have to move before it does. */
const STEADY = 0.08;

/** A picture's place, in parts of the mirror; it reaches beyond it. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Return the place of a picture [pixels] in a square mirror that it always fills. */
export function placeOf(
  box: Box | null,
  { width, height }: { readonly width: number; readonly height: number },
  mirrored: boolean,
): Place {
  const short = Math.min(width, height);
  const size = box === null ? 0 : Math.max(box.w, box.h);
  const scale = box === null ? 1 : Math.min(CLOSEST, Math.max(1, (FILLS * short) / size));
  const place = (length: number, middle: number): [number, number] => {
    const whole = (scale * length) / short;
    return [Math.min(0, Math.max(1 - whole, 0.5 - (middle / length) * whole)), whole];
  };
  const across = box === null ? width / 2 : box.x + box.w / 2;
  const [left, wide] = place(width, mirrored ? width - across : across);
  const [top, high] = place(height, box === null ? height / 2 : box.y + box.h / 2);
  return { left, top, width: wide, height: high };
}

/** Moves a picture to where its main face is seen; small movements of the face are the person's. */
export class Portrait {
  readonly #picture: HTMLElement;
  #place: Place | null = null;

  constructor(picture: HTMLElement) {
    this.#picture = picture;
  }

  /** `reading`: of the picture; null: it fills the mirror as it is. */
  show(reading: FaceReading | null, mirrored: boolean): void {
    const place = reading && placeOf(reading.faces[0]?.box ?? null, reading, mirrored);
    if (place !== null && this.#place !== null && isNear(place, this.#place)) return;
    this.#place = place;
    for (const side of ["left", "top", "width", "height"] as const)
      if (place === null) this.#picture.style.removeProperty(side);
      else this.#picture.style.setProperty(side, `${100 * place[side]}%`);
  }
}

function isNear(a: Place, b: Place): boolean {
  return (Object.keys(a) as (keyof Place)[]).every((side) => Math.abs(a[side] - b[side]) < STEADY);
}

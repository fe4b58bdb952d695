/** Frames around the faces of a picture, laid over its view. */
import { h } from "../dom";
import type { FaceReading } from "../vision/reading";
import { placed } from "./placed";

export interface FaceBoxes {
  readonly element: HTMLElement;
  /** Frame the faces of a reading, the main one more strongly; null: none. */
  show(reading: FaceReading | null): void;
}

/** `fit`: how the view shows the picture, as CSS's `object-fit`. */
export function faceBoxes(fit: "cover" | "contain"): FaceBoxes {
  const element = h("div", { class: "face-boxes", "aria-hidden": true });
  return {
    element,
    show(reading) {
      const faces = reading?.faces ?? [];
      while (element.children.length > faces.length) element.lastElementChild?.remove();
      while (element.children.length < faces.length) element.append(h("div", {}));
      const view = { width: element.clientWidth, height: element.clientHeight };
      if (reading === null || view.width === 0) return;
      faces.forEach(({ box, mood }, i) => {
        const frame = element.children[i] as HTMLElement;
        const place = placed(box, reading, view, fit);
        for (const [side, part] of Object.entries(place)) {
          frame.style.setProperty(side, `${100 * part}%`);
        }
        frame.className = i === 0 ? "face-box face-box-main" : "face-box";
        frame.classList.toggle("face-box-unread", mood === null);
      });
    },
  };
}

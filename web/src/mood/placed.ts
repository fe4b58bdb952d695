/** Where a face lies in the view of its picture. */
import type { Box } from "../vision/box";

/** Width and height; only their proportion matters for a view. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A place in parts (0 to 1) of the view's width and height. */
export interface Place {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Return where a box of a picture appears, the picture fitted as CSS's `object-fit` does. */
export function placed(box: Box, picture: Size, view: Size, fit: "cover" | "contain"): Place {
  const across = view.width / picture.width;
  const down = view.height / picture.height;
  const scale = fit === "cover" ? Math.max(across, down) : Math.min(across, down);
  const left = (view.width - picture.width * scale) / 2;
  const top = (view.height - picture.height * scale) / 2;
  return {
    left: (left + box.x * scale) / view.width,
    top: (top + box.y * scale) / view.height,
    width: (box.w * scale) / view.width,
    height: (box.h * scale) / view.height,
  };
}

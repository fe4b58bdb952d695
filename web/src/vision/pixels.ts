/** Grey pixels of what the browser has decoded. */
import { greyOf, type Grey } from "./grey";

/**
 * Pixels of a photo that are looked at: below the largest canvas of every browser (Safari's on
 * phones has 16,777,216), and a phone's 12 million stay as they are. Larger photos are made smaller.
 */
export const MOST_PIXELS = 16_000_000;

/** Draws pictures to read their pixels; one canvas is used again and again. */
export class PixelReader {
  readonly #canvas = new OffscreenCanvas(1, 1);
  readonly #context = this.#canvas.getContext("2d", {
    alpha: false,
    colorSpace: "srgb",
    willReadFrequently: true, // keeps it in memory: nothing is fetched back from a graphics card
  });

  /** Return a picture as grey, and the picture's pixels per pixel of it. */
  read(picture: ImageBitmap): { grey: Grey; reduction: number } {
    const context = this.#context;
    if (context === null) throw new Error("this browser offers no canvas to read pixels with");
    const reduction = Math.max(1, Math.sqrt((picture.width * picture.height) / MOST_PIXELS));
    const width = Math.max(1, Math.floor(picture.width / reduction));
    const height = Math.max(1, Math.floor(picture.height / reduction));
    if (this.#canvas.width !== width || this.#canvas.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
    }
    context.drawImage(picture, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    return { grey: greyOf(data, width, height), reduction };
  }

  /** Let go of what was drawn last. */
  forget(): void {
    this.#canvas.width = this.#canvas.height = 1;
  }
}

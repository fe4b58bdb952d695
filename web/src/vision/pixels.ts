/** Grey pixels of what the browser has decoded. */
import { greyOf, type Grey } from "./grey";

/** Side of the part that is drawn at once: every browser has a canvas of that size. */
const TILE = 2048;

/** Draws pictures to read their pixels; one canvas is used again and again. */
export class PixelReader {
  readonly #canvas = new OffscreenCanvas(1, 1);
  readonly #context = this.#canvas.getContext("2d", {
    alpha: false,
    colorSpace: "srgb",
    willReadFrequently: true, // keeps it in memory: nothing is fetched back from a graphics card
  });

  /** Return a picture as grey, what is transparent before white: docs/preprocessing.md, step 2. */
  read(picture: ImageBitmap): Grey {
    const context = this.#context;
    if (context === null) throw new Error("this browser offers no canvas to read pixels with");
    const { width, height } = picture;
    const pixels = new Uint8Array(width * height);
    for (let top = 0; top < height; top += TILE) {
      for (let left = 0; left < width; left += TILE) {
        const part = this.#part(context, picture, left, top);
        for (let y = 0; y < part.height; y++) {
          const line = part.pixels.subarray(y * part.width, (y + 1) * part.width);
          pixels.set(line, (top + y) * width + left);
        }
      }
    }
    return { width, height, pixels };
  }

  /** Let go of what was drawn last. */
  forget(): void {
    this.#canvas.width = this.#canvas.height = 1;
  }

  #part(
    context: OffscreenCanvasRenderingContext2D,
    picture: ImageBitmap,
    left: number,
    top: number,
  ): Grey {
    const width = Math.min(TILE, picture.width - left);
    const height = Math.min(TILE, picture.height - top);
    if (this.#canvas.width < width) this.#canvas.width = width;
    if (this.#canvas.height < height) this.#canvas.height = height;
    context.fillStyle = "white";
    context.fillRect(0, 0, width, height);
    context.drawImage(picture, left, top, width, height, 0, 0, width, height);
    return greyOf(context.getImageData(0, 0, width, height).data, width, height);
  }
}

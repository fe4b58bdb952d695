/** Pictures as the networks' preprocessing sees them: docs/preprocessing.md, steps 1 and 2. */

/** A grey picture: `pixels` [shape=(height, width)] row after row, 0 to 255. */
export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Return opaque RGBA pixels, row after row, as grey (ITU-R BT.601 luma). */
export function greyOf(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number): Grey {
  const pixels = new Uint8Array(width * height);
  for (let i = 0, j = 0; i < pixels.length; i++, j += 4) {
    pixels[i] = (9798 * rgba[j]! + 19235 * rgba[j + 1]! + 3735 * rgba[j + 2]! + 16384) >> 15;
  }
  return { width, height, pixels };
}

/** Return a picture turned counter-clockwise by so many quarters. */
export function quarterTurned(grey: Grey, turn: number): Grey {
  return turned(grey, [1, 8, 3, 6][turn]!);
}

/** Return a picture that was stored with an EXIF orientation (1 to 8) as it is upright. */
export function turned(stored: Grey, orientation: number): Grey {
  if (orientation === 1) return stored;
  const { width: w, height: h } = stored;
  const lying = orientation >= 5; // its columns are the upright picture's rows
  const fromRight = [2, 3, 7, 8].includes(orientation);
  const fromBelow = [3, 4, 6, 7].includes(orientation);
  const width = lying ? h : w;
  const height = lying ? w : h;
  const pixels = new Uint8Array(w * h);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const column = lying ? y : x;
      const row = lying ? x : y;
      const from = fromRight ? w - 1 - column : column;
      pixels[i] = stored.pixels[(fromBelow ? h - 1 - row : row) * w + from]!;
    }
  }
  return { width, height, pixels };
}

/**
 * Return the grey level that a share of a picture's pixels, in [0, 1], stays below; between two
 * pixels as NumPy's `percentile` interpolates. Only every `step`-th line and column counts.
 */
export function quantile(grey: Grey, share: number, step = 1): number {
  const counts = new Uint32Array(256);
  let total = 0;
  for (let y = 0; y < grey.height; y += step) {
    for (let x = 0; x < grey.width; x += step) {
      counts[grey.pixels[y * grey.width + x]!]!++;
      total++;
    }
  }
  const place = share * (total - 1);
  const below = Math.floor(place);
  const lower = ranked(counts, below);
  const upper = ranked(counts, Math.min(below + 1, total - 1));
  return lower + (upper - lower) * (place - below);
}

/** Return the level of the pixel with a rank, 0 the darkest. */
function ranked(counts: Uint32Array, rank: number): number {
  let level = 0;
  for (let seen = counts[0]!; seen <= rank; seen += counts[level]!) level++;
  return level;
}

/**
 * A picture file without what does not decide its pixels, and how it has to be turned:
 * docs/preprocessing.md, step 1. Browsers turn pictures and apply colour profiles by rules of their
 * own, each by others; so all that could make them do so is taken out before they decode a file.
 */

/** What is left of a picture file. */
export interface PlainPicture {
  /** The file's bytes without metadata; those of other formats as they are. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** 1 to 8 as of EXIF; 1 where the file does not say, or the browser turns the picture. */
  readonly orientation: number;
}

/** Bytes before a JPEG or PNG that are passed over, such as a line break. */
const JUNK = 1024;

const JPEG = "\xff\xd8\xff";
const PNG = "\x89PNG\r\n\x1a\n";
/** Beginnings of other formats; a picture inside a song or a video is not what is asked for. */
const OTHERS = /^(RIFF|GIF8|BM|II\*\0|MM\0\*|....ftyp|P[1-6][\s#]|ID3|fLaC|OggS|\x1aE\xdf\xa3)/s;

/** Bytes between two segments of a JPEG that are passed over at most, as decoders do. */
const STRAY = 4;

const PNG_END = [0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82];
const PNG_KEPT = ["IHDR", "PLTE", "tRNS", "IDAT"];
const WEBP_KEPT = ["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM"];
/** Bits of the VP8X chunk; the last ones announce a profile, EXIF data and XMP. */
const [WEBP_ANIMATION, WEBP_ALPHA, WEBP_METADATA] = [0x02, 0x10, 0x20 | 0x08 | 0x04];

const ORIENTATION = 0x0112;

/** Return a picture file without its metadata; damaged files come back in some way or other. */
export function plainPicture(file: ArrayBuffer): PlainPicture {
  let data = new Uint8Array(file);
  const head = latin1(data, 0, JUNK);
  if (!OTHERS.test(head)) {
    const starts = [JPEG, PNG].map((kind) => head.indexOf(kind)).filter((at) => at >= 0);
    if (starts.length > 0) data = data.subarray(Math.min(...starts));
  }
  const start = latin1(data, 0, 12);
  if (start.startsWith(JPEG)) return plainJpeg(data);
  if (start.startsWith(PNG)) return plainPng(data);
  if (start.startsWith("RIFF") && start.endsWith("WEBP")) return plainWebp(data);
  return { data, orientation: 1 };
}

/** Leave out every APPn segment and comment but those that tell how colours are stored. */
function plainJpeg(data: Uint8Array<ArrayBuffer>): PlainPicture {
  const kept = [data.subarray(0, 2)];
  let exif: Uint8Array | null = null;
  let at = marker(data, 2);
  while (at < data.length) {
    const kind = data[at]!;
    if (kind === 0xd9 || kind === 0xda) break; // the pixels, or the end
    if (kind === 0x01 || (kind >= 0xd0 && kind <= 0xd8)) {
      at = marker(data, at + 1); // a marker without a segment
      continue;
    }
    let end = endOf(data, at);
    const name = latin1(data, at + 3, 5);
    if (!((kind >= 0xe0 && kind <= 0xef) || kind === 0xfe)) {
      kept.push(data.subarray(at - 1, end));
    } else if (!begins(data, end)) {
      end = resumed(data, at + 1);
    } else if ((kind === 0xe0 && name === "JFIF\0") || (kind === 0xee && name === "Adobe")) {
      kept.push(data.subarray(at - 1, end));
    } else if (kind === 0xe1 && name === "Exif\0") {
      exif ??= data.subarray(at + 9, end);
    }
    at = marker(data, end);
  }
  kept.push(data.subarray(at - 1));
  return { data: joined(kept), orientation: orientationOf(exif) };
}

/** Return where the next marker's second byte is; stray bytes before it are passed over. */
function marker(data: Uint8Array, from: number): number {
  let at = from;
  for (; at + 1 < data.length; at++) {
    const next = data[at + 1]!;
    if (data[at] === 0xff && next !== 0xff && next !== 0) return at + 1;
  }
  return data.length + 1;
}

/** Return where the segment ends whose marker's second byte is at `marker`. */
function endOf(data: Uint8Array, marker: number): number {
  return marker + 1 + big(data, marker + 1, 2);
}

/** Tell whether a segment begins there, or behind a few stray bytes, and another one after it. */
function begins(data: Uint8Array, from: number): boolean {
  const at = marker(data, from);
  const kind = data[at] ?? 0;
  if (at - from > STRAY || kind < 0xc0) return false;
  return kind === 0xda || data[endOf(data, at)] === 0xff;
}

/** Return where a table or frame begins after a segment whose length is wrong. */
function resumed(data: Uint8Array, from: number): number {
  for (let at = from; at + 1 < data.length; at++) {
    const kind = data[at + 1]!;
    const begun = (kind >= 0xc0 && kind <= 0xc4) || kind === 0xdb || kind === 0xdd;
    if (data[at] === 0xff && begun && begins(data, at)) return at;
  }
  return data.length;
}

/** Leave out every chunk that is neither the header, the colours, nor the pixels. */
function plainPng(data: Uint8Array<ArrayBuffer>): PlainPicture {
  const kept = [data.subarray(0, PNG.length)];
  let exif: Uint8Array | null = null;
  for (let at = PNG.length; at + 8 <= data.length;) {
    const kind = latin1(data, at + 4, 4);
    if (kind === "IEND") break;
    const end = at + 12 + big(data, at, 4);
    if (end > data.length) {
      // Cut off, which the browser has to see.
      return { data: joined([...kept, data.subarray(at)]), orientation: orientationOf(exif) };
    }
    if (kind === "tRNS") {
      // Not dropped for a wrong checksum, as decoders do: it hides pixels.
      const body = data.subarray(at + 4, end - 4);
      kept.push(data.subarray(at, at + 4), body, bytesOf(crc32(body)));
    } else if (PNG_KEPT.includes(kind)) {
      kept.push(data.subarray(at, end));
    } else if (kind === "eXIf") {
      exif ??= unprefixed(data.subarray(at + 8, end - 4));
    }
    at = end;
  }
  kept.push(Uint8Array.from(PNG_END));
  return { data: joined(kept), orientation: orientationOf(exif) };
}

/** Leave out every chunk but the pixels'; of an animation, all but the first picture. */
function plainWebp(data: Uint8Array<ArrayBuffer>): PlainPicture {
  const kept: Uint8Array<ArrayBuffer>[] = [];
  let exif: Uint8Array | null = null;
  let frames = 0;
  for (let at = 12; at + 8 <= data.length;) {
    const kind = latin1(data, at, 4);
    const size = little(data, at + 4, 4);
    const end = at + 8 + size + (size % 2);
    let chunk = data.slice(at, end);
    if (kind === "VP8X" && chunk.length > 8) {
      chunk[8]! &= ~WEBP_METADATA;
      // What its first picture does not cover is transparent.
      if (chunk[8]! & WEBP_ANIMATION) chunk[8]! |= WEBP_ALPHA;
    }
    if (WEBP_KEPT.includes(kind) || (kind === "ANMF" && frames === 0)) {
      kept.push(chunk);
      if (kind === "ANMF") frames++;
    } else if (kind === "EXIF") {
      exif ??= unprefixed(chunk.subarray(8, 8 + size));
    }
    at = end;
  }
  const length = kept.reduce((sum, { length }) => sum + length, 4);
  const head = [data.subarray(0, 4), bytesOf(length).reverse(), data.subarray(8, 12)];
  return { data: joined([...head, ...kept]), orientation: orientationOf(exif) };
}

/** Return the orientation that EXIF data give, 1 where they give none of 1 to 8. */
function orientationOf(tiff: Uint8Array | null): number {
  if (tiff === null || tiff.length < 8) return 1;
  const start = latin1(tiff, 0, 4);
  if (start !== "II*\0" && start !== "MM\0*") return 1;
  const number = start === "MM\0*" ? big : little;
  const directory = number(tiff, 4, 4);
  if (directory + 2 > tiff.length) return 1;
  const count = number(tiff, directory, 2);
  for (let entry = 0; entry < count; entry++) {
    const at = directory + 2 + 12 * entry;
    if (at + 12 > tiff.length) return 1;
    if (number(tiff, at, 2) !== ORIENTATION) continue;
    const width = { 1: 1, 3: 2, 4: 4 }[number(tiff, at + 2, 2)]; // BYTE, SHORT, LONG
    if (width === undefined || number(tiff, at + 4, 4) !== 1) return 1;
    const value = number(tiff, at + 8, width);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

function unprefixed(exif: Uint8Array): Uint8Array {
  return latin1(exif, 0, 6) === "Exif\0\0" ? exif.subarray(6) : exif;
}

function latin1(data: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...data.subarray(from, from + length));
}

/** Return a number of `width` bytes, the first one the highest; missing bytes are 0. */
function big(data: Uint8Array, from: number, width: number): number {
  let value = 0;
  for (let i = 0; i < width; i++) value = value * 256 + (data[from + i] ?? 0);
  return value;
}

/** Return a number of `width` bytes, the first one the lowest; missing bytes are 0. */
function little(data: Uint8Array, from: number, width: number): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i--) value = value * 256 + (data[from + i] ?? 0);
  return value;
}

/** Return a number as four bytes, the first one the highest. */
function bytesOf(value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** Return the checksum of a PNG's chunk (W3C PNG 3rd edition, annex D). */
function crc32(data: Uint8Array): number {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";

/** Reads an 8-bit RGB PNG without interlacing as RGBA, as a canvas gives it. */
export function readPng(path: URL): { width: number; height: number; rgba: Uint8Array } {
  const file = readFileSync(path);
  let width = 0;
  let height = 0;
  const parts: Uint8Array[] = [];
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    const kind = file.toString("latin1", at + 4, at + 8);
    const data = file.subarray(at + 8, at + 8 + length);
    if (kind === "IHDR") {
      width = data.readUInt32BE(0);
      height = data.readUInt32BE(4);
      if (data[8] !== 8 || data[9] !== 2 || data[12] !== 0) throw new Error(`${path}: not RGB`);
    }
    if (kind === "IDAT") parts.push(data);
    at += 12 + length;
  }
  const raw = inflateSync(Buffer.concat(parts));
  const stride = 3 * width;
  let above = new Uint8Array(stride);
  const rgba = new Uint8Array(4 * width * height).fill(255);
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1);
    const line = unfiltered(raw[start]!, raw.subarray(start + 1, start + 1 + stride), above);
    for (let x = 0; x < width; x++) {
      rgba.set(line.subarray(3 * x, 3 * x + 3), 4 * (y * width + x));
    }
    above = line;
  }
  return { width, height, rgba };
}

function unfiltered(filter: number, coded: Uint8Array, above: Uint8Array): Uint8Array<ArrayBuffer> {
  const line = new Uint8Array(coded.length);
  for (let i = 0; i < line.length; i++) {
    const left = i < 3 ? 0 : line[i - 3]!;
    const up = above[i]!;
    const corner = i < 3 ? 0 : above[i - 3]!;
    line[i] = coded[i]! + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter]!;
  }
  return line;
}

function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [l, u, c] = [left, up, corner].map((value) => Math.abs(guess - value)) as [
    number,
    number,
    number,
  ];
  if (l <= u && l <= c) return left;
  return u <= c ? up : corner;
}

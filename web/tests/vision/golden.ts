import { readFileSync } from "node:fs";
import { greyOf, type Grey } from "../../src/vision/grey";
import { readPng } from "./png";

const DATA = new URL("../../../tests/data/", import.meta.url);

/** A box: x, y, w, h, score, turn. */
export type Row = [number, number, number, number, number, number];

/** What the Python package computes for the frames beside it. */
export interface Golden {
  readonly grey: readonly { rgb: [number, number, number]; grey: number }[];
  readonly samples: readonly {
    frame: string;
    window: [number, number, number, number];
    size: [number, number];
    pixels: string;
  }[];
  readonly levelled: readonly {
    frame: string;
    window: [number, number, number, number];
    size: number;
    degrees: number;
    pixels: string;
  }[];
  readonly tilted: readonly { points: [number, number][]; degrees: number }[];
  /** Moods, and whether they are too doubtful to be given. */
  readonly doubts: readonly { mood: number[]; unsure: boolean }[];
  /** Boxes as x, y, w, h, score, turn: what looks found from a score on, and the faces that these are. */
  readonly looks: readonly { threshold: number; found: Row[][]; faces: Row[] }[];
  /** Time and x, y, w, h, turn of a face in each frame; the smoothed boxes from the second on. */
  readonly followed: readonly {
    found: [number, number, number, number, number, number][];
    boxes: (Row | null)[];
  }[];
  /** Where a closer look finds a face that was at `known` before. */
  readonly closer: readonly { frame: string; face: Row; known: Row; found: Row }[];
  /** Frames as picture files that lie turned by so many quarters. */
  readonly photos: readonly {
    frame: string;
    quarters: number;
    state: string;
    boxes: Row[];
    moods: (number[] | null)[];
  }[];
  readonly frames: readonly {
    frame: string;
    grey_sha256: string;
    input: { width: number; height: number; factor: number; sha256: string };
    boxes: [number, number, number, number, number][];
    faces: {
      box: [number, number, number, number];
      tilt: number;
      crop: string;
      mood: number[];
      state: string;
      sharpness: number;
      mouth: number;
    }[];
  }[];
}

/** A picture file and what must be seen in it. */
export interface GoldenPicture {
  readonly name: string;
  readonly file: string;
  readonly plain_sha256: string;
  readonly orientation: number;
  readonly width: number;
  readonly height: number;
}

export const pictures = JSON.parse(
  readFileSync(new URL("pictures.json", DATA), "utf8"),
) as GoldenPicture[];

export const golden = JSON.parse(readFileSync(new URL("golden.json", DATA), "utf8")) as Golden;

export function greyFrame(name: string): Grey {
  const { width, height, rgba } = readPng(new URL(name, DATA));
  return greyOf(rgba, width, height);
}

export function unpacked(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

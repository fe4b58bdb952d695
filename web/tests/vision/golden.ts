import { readFileSync } from "node:fs";
import { greyOf, type Grey } from "../../src/vision/grey";
import { readPng } from "./png";

const DATA = new URL("../../../tests/data/", import.meta.url);

/** What the Python package computes for the frames beside it. */
export interface Golden {
  readonly grey: readonly { rgb: [number, number, number]; grey: number }[];
  readonly samples: readonly {
    frame: string;
    window: [number, number, number, number];
    size: [number, number];
    pixels: string;
  }[];
  readonly frames: readonly {
    frame: string;
    grey_sha256: string;
    input: { width: number; height: number; factor: number; sha256: string };
    boxes: [number, number, number, number, number][];
    faces: {
      box: [number, number, number, number];
      crop: string;
      mood: number[];
      state: string;
      sharpness: number;
    }[];
  }[];
}

export const golden = JSON.parse(readFileSync(new URL("golden.json", DATA), "utf8")) as Golden;

export function greyFrame(name: string): Grey {
  const { width, height, rgba } = readPng(new URL(name, DATA));
  return greyOf(rgba, width, height);
}

export function unpacked(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, "base64"));
}

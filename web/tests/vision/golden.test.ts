/** The page gets what golden.json and pictures.json in tests/data hold the Python package to. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { env } from "onnxruntime-web/wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { merged, tiltOf, type Box } from "../../src/vision/box";
import { closer, detect, reduced, type Found } from "../../src/vision/detector";
import { begun, moved, type Followed } from "../../src/vision/followed";
import { greyOf, quarterTurned, type Grey } from "../../src/vision/grey";
import { loadNetworks } from "../../src/vision/models";
import { plainPicture } from "../../src/vision/plain-picture";
import {
  cropOf,
  isUnsure,
  judge,
  mouthShown,
  PHOTO_LOOKS,
  readFaces,
  sharpness,
  type Networks,
} from "../../src/vision/reading";
import { sample, sampleLevelled } from "../../src/vision/sampling";
import { golden, greyFrame, pictures, unpacked, type Row } from "./golden";

const WEIGHTS = new URL("../../../src/vibelux/weights/", import.meta.url);

async function shipped(name: string): Promise<ArrayBuffer> {
  const bytes = await readFile(new URL(name, WEIGHTS));
  return new Uint8Array(bytes).buffer;
}

let networks: Networks;

beforeAll(async () => {
  const wasm = "../../node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm";
  env.wasm.wasmBinary = readFileSync(new URL(wasm, import.meta.url));
  networks = await loadNetworks(shipped);
}, 60_000);

test("grey", () => {
  const rgba = Uint8Array.from(golden.grey.flatMap(({ rgb }) => [...rgb, 255]));
  const { pixels } = greyOf(rgba, golden.grey.length, 1);
  expect([...pixels]).toEqual(golden.grey.map(({ grey }) => grey));
});

test.each(golden.samples)("a window of $window at $size", ({ frame, window, size, pixels }) => {
  const [x, y, w, h] = window;
  const found = sample(greyFrame(frame), { x, y, w, h }, size[0], size[1]);
  expect([found.width, found.height]).toEqual(size);
  expect(found.pixels).toEqual(unpacked(pixels));
});

test.each(golden.levelled)(
  "a square turned by $degrees°",
  ({ frame, window, size, degrees, pixels }) => {
    const [x, y, w, h] = window;
    const found = sampleLevelled(greyFrame(frame), { x, y, w, h }, size, degrees);
    expect([found.width, found.height]).toEqual([size, size]);
    expect(found.pixels).toEqual(unpacked(pixels));
  },
);

test.each(golden.tilted)("a face tilted by $degrees°", ({ points, degrees }) => {
  near(tiltOf(Float32Array.from(points.flat())), degrees, 1e-9);
});

describe.each(golden.frames)("$frame", ({ frame, grey_sha256, input, boxes, faces }) => {
  const grey = greyFrame(frame);

  test("the detector's input", () => {
    expect(sha256(grey.pixels)).toBe(grey_sha256);
    const { longerSide, multiple } = networks.detector;
    const small = reduced(grey, longerSide, multiple);
    expect(small.factor).toBe(input.factor);
    expect([small.input.width, small.input.height]).toEqual([input.width, input.height]);
    expect(sha256(small.input.pixels)).toBe(input.sha256);
  });

  test("boxes", async () => {
    const found = await detect(grey, (small) => networks.find(small), networks.detector);
    const rows = found.map(({ x, y, w, h, score }) => [x, y, w, h, score]);
    expect(rows).toHaveLength(boxes.length);
    boxes.forEach((row, i) => row.forEach((value, j) => near(rows[i]![j]!, value, 0.01)));
  });

  test("crops, moods and states", async () => {
    for (const face of faces) {
      const [x, y, w, h] = face.box;
      const box = { x, y, w, h, score: 1, tilt: face.tilt };
      const crop = cropOf(grey, box, networks.face);
      expect(crop.pixels).toEqual(unpacked(face.crop));
      near(sharpness(crop), face.sharpness, 1e-5);
      near(mouthShown(crop), face.mouth, 1e-5);
      const [mood] = await networks.classify([crop]);
      face.mood.forEach((share, j) => near(mood![j]!, share, 1e-3));
      expect(judge(box, crop, mood!, networks.face)).toBe(face.state);
    }
  });

  test("the reading puts them together", async () => {
    const reading = await readFaces(grey, networks);
    const main = faces[0];
    expect(reading.faces).toHaveLength(boxes.length);
    expect(reading.state).toBe(boxes.length ? main!.state : "no_face");
    if (reading.state === "ok") main!.mood.forEach((p, j) => near(reading.mood![j]!, p, 1e-3));
    else expect(reading.mood).toBeNull();
  });
});

test.each(pictures)("$name", ({ file, orientation, plain_sha256 }) => {
  const bytes = new Uint8Array(unpacked(file));
  const plain = plainPicture(bytes.buffer);
  expect(plain.orientation).toBe(orientation);
  // A BMP and EXIF data in an AVIF are left to the browser, which treats them by the same rules.
  const left = [0x42, 0x4d].every((byte, i) => bytes[i] === byte) || bytes[4] === 0x66;
  expect(sha256(plain.data)).toBe(left ? sha256(bytes) : plain_sha256);
});

test.each(golden.doubts)("whether $mood is unsure", ({ mood, unsure }) => {
  expect(isUnsure(mood, networks.face)).toBe(unsure);
});

test.each(golden.looks)("which face is the main one: $faces", ({ threshold, found, faces }) => {
  expect(
    merged(
      found.map((look) => look.map(boxOf)),
      threshold,
    ).map(rowOf),
  ).toEqual(faces);
});

test.each(golden.followed)("a face that is followed: $found", ({ found, boxes }) => {
  const [[begin, first], ...later] = found.map(([time, x, y, w, h, turn]): [number, Box] => [
    time,
    boxOf([x, y, w, h, 0.9, turn]),
  ]) as [[number, Box], ...[number, Box][]];
  let known: Followed | null = begun(first, begin);
  later.forEach(([time, box], i) => {
    known = moved(known!, box, time);
    expect(known === null).toBe(boxes[i] === null);
    if (known) rowOf(known.box).forEach((value, j) => near(value, boxes[i]![j]!, 1e-9));
  });
});

test.each(golden.closer)(
  "a closer look at $frame from $known",
  async ({ frame, face, known, found }) => {
    const run = (input: Grey): Promise<Found> => networks.find(input);
    const box = await closer(greyFrame(frame), boxOf(face), boxOf(known), run, networks.detector);
    rowOf(box).forEach((value, j) => near(value, found[j]!, 0.01));
  },
);

test.each(golden.photos)("$frame as a photo, turned by $quarters quarters", async (photo) => {
  const grey = quarterTurned(greyFrame(photo.frame), photo.quarters);
  const { faces, state } = await readFaces(grey, networks, { looks: PHOTO_LOOKS });
  expect(state).toBe(photo.state);
  expect(faces).toHaveLength(photo.boxes.length);
  faces.forEach(({ box, mood }, i) => {
    rowOf(box).forEach((value, j) => near(value, photo.boxes[i]![j]!, 0.01));
    expect(mood === null).toBe(photo.moods[i] === null);
    mood?.forEach((share, j) => near(share, photo.moods[i]![j]!, 1e-3));
  });
});

test("several crops at once get the moods that they get alone", async () => {
  const crops = golden.frames.flatMap(({ faces }) =>
    faces.map(({ crop }) => ({ width: 48, height: 48, pixels: unpacked(crop) })),
  );
  const together = await networks.classify(crops);
  for (const [i, crop] of crops.entries()) {
    const [alone] = await networks.classify([crop]);
    alone!.forEach((share, j) => near(together[i]![j]!, share, 1e-5));
  }
});

test("a damaged model is refused", async () => {
  const damaged = async (name: string): Promise<ArrayBuffer> => {
    const bytes = await shipped(name);
    if (name === "face.onnx") new Uint8Array(bytes)[1000]! ^= 1;
    return bytes;
  };
  await expect(loadNetworks(damaged)).rejects.toThrow("face.onnx is damaged");
});

test("labels in another order are refused", async () => {
  const other = async (name: string): Promise<ArrayBuffer> => {
    if (name !== "face.json") return shipped(name);
    const card = JSON.parse(new TextDecoder().decode(await shipped(name))) as { labels: string[] };
    card.labels.reverse();
    return new Uint8Array(new TextEncoder().encode(JSON.stringify(card))).buffer;
  };
  await expect(loadNetworks(other)).rejects.toThrow("face tells apart surprise,sad");
});

function boxOf([x, y, w, h, score, turn]: Row): Box {
  return { x, y, w, h, score, turn };
}

function rowOf({ x, y, w, h, score, turn = 0 }: Box): Row {
  return [x, y, w, h, score, turn];
}

function near(found: number, expected: number, tolerance: number): void {
  expect(Math.abs(found - expected), `${found} is not ${expected}`).toBeLessThan(tolerance);
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

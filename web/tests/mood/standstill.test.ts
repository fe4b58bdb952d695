import { expect, test } from "vitest";
import {
  countFrames,
  NO_FRAMES_MS,
  SAME_FRAME_MS,
  StandstillWatch,
} from "../../src/mood/standstill";
import type { FaceReading } from "../../src/vision/reading";

const LOOK = 250;

const HAPPY = [0, 0, 0, 1, 0, 0, 0];

function reading(mood: number[] | null, ...xs: number[]): FaceReading {
  const faces = xs.map((x) => ({ box: { x, y: 110, w: 230, h: 230, score: x / 1000 }, mood }));
  const face = faces[0]?.box ?? null;
  return { state: mood ? "ok" : "no_face", mood, face, faces, width: 640, height: 480 };
}

/** Looks until the camera stands still; returns after how many milliseconds that is said. */
function until(still: StandstillWatch, from: number, frames: number): number {
  for (let now = from; now < from + 60_000; now += LOOK)
    if (still.look(frames, now) !== null) return now - from;
  throw new Error("nothing was said");
}

test("pictures that stop are said within three seconds, and it is over when they come", () => {
  const still = new StandstillWatch(0, false);
  for (let now = 0; now <= 10_000; now += LOOK) expect(still.look(now / 50, now)).toBeNull();
  const said = until(still, 10_250, 200);
  expect(said).toBeLessThanOrEqual(3000 - LOOK);
  expect(still.look(200, 10_250 + said)).toBe("no_frames");
  expect(still.look(201, 10_500 + said)).toBeNull();
});

test("a camera that sends nothing from the beginning is said, too", () => {
  expect(until(new StandstillWatch(0, false), 0, 0)).toBe(NO_FRAMES_MS);
});

test("a slow camera is none that stands still", () => {
  const still = new StandstillWatch(0, false);
  for (let now = 0; now <= 20_000; now += LOOK)
    expect(still.look(Math.floor(now / 1500), now)).toBeNull();
});

test("a machine that slept, and timers that are throttled, are no fault of the camera", () => {
  const still = new StandstillWatch(0, false);
  expect(still.look(5, LOOK)).toBeNull();
  expect(still.look(5, 3_600_000)).toBeNull(); // the lid was closed
  expect(still.look(5, 3_600_250)).toBeNull();
  expect(still.look(6, 3_600_500)).toBeNull();
  for (let now = 3_601_600; now < 3_700_000; now += 1100) expect(still.look(6, now)).toBeNull();
  expect(until(still, 3_700_000, 6)).toBeLessThanOrEqual(NO_FRAMES_MS);
});

test("a track that is muted has no pictures, whatever its clock says", () => {
  const still = new StandstillWatch(0, true);
  expect(still.look(1, LOOK)).toBe("no_frames");
  still.muted = false;
  expect(still.look(2, 2 * LOOK)).toBeNull();
  still.muted = true;
  expect(still.look(3, 3 * LOOK)).toBe("no_frames");
});

test("readings that are alike to the last bit come of one picture", () => {
  const still = new StandstillWatch(0, false);
  const step = (now: number, x: number): unknown => {
    still.read(reading(HAPPY, x), now);
    return still.look(now, now);
  };
  for (let now = 0; now < SAME_FRAME_MS; now += LOOK) expect(step(now, 200)).toBeNull();
  expect(step(SAME_FRAME_MS, 200)).toBe("same_frame");
  expect(step(SAME_FRAME_MS + LOOK, 200.001)).toBeNull(); // noise
  for (let now = 6000; now < 30_000; now += LOOK) expect(step(now, 200 + (now % 3))).toBeNull();
});

test("faces that change places are the same ones", () => {
  const still = new StandstillWatch(0, false);
  for (let now = 0; now <= SAME_FRAME_MS; now += LOOK)
    still.read(now % 500 ? reading(HAPPY, 100, 300) : reading(HAPPY, 300, 100), now);
  expect(still.look(1, SAME_FRAME_MS)).toBe("same_frame");
});

test("a picture without a readable face may stay the same: there is nothing to go stale", () => {
  const still = new StandstillWatch(0, false);
  for (let now = 0; now <= 60_000; now += LOOK) {
    still.read(reading(null), now);
    expect(still.look(now, now)).toBeNull();
  }
});

test("without the pictures' own clock that of the video counts", () => {
  const video = { currentTime: 1 };
  const frames = countFrames(video as HTMLVideoElement);
  expect(frames()).toBe(1);
  video.currentTime = 2;
  expect(frames()).toBe(2);
});

test("pictures are counted as they are shown", () => {
  let shown = (): void => {};
  const video = { requestVideoFrameCallback: (next: () => void) => (shown = next) };
  const frames = countFrames(video as unknown as HTMLVideoElement);
  expect(frames()).toBe(0);
  shown();
  shown();
  expect(frames()).toBe(2);
});

import { expect, test } from "vitest";
import type { Mood } from "../../src/emotions";
import { moved } from "../../src/vision/followed";
import type { FaceReading, State } from "../../src/vision/reading";
import { FaceTracker, PATIENCE, SmoothMood, type Moment } from "../../src/vision/tracker";

const HAPPY: Mood = [0, 0, 0, 1, 0, 0, 0];
const SAD: Mood = [0, 0, 0, 0, 0, 1, 0];

function seen(mood: Mood | null, x = 100, state: State = mood ? "ok" : "unsure"): FaceReading {
  const face = { x, y: 100, w: 100, h: 125, score: 0.9 };
  return { state, mood, face, faces: [{ box: face, mood }], width: 640, height: 480 };
}

/** Have a tracker follow a frame that was read with what it knew. */
function follow(tracker: FaceTracker, alone: FaceReading, time: number): Moment {
  const known = tracker.known(time);
  const followed = known && alone.face && moved(known, alone.face, time);
  return tracker.follow({ ...alone, followed }, time);
}

const nobody: FaceReading = {
  state: "no_face",
  mood: null,
  face: null,
  faces: [],
  width: 640,
  height: 480,
};

test.each([5, 15, 30, 100])("a step takes the same time at %i frames a second", (rate) => {
  const smooth = new SmoothMood(0.5);
  smooth.begin(HAPPY, 0);
  const at = (time: number): number => {
    const x = time / 0.25;
    return 1 - (1 + x) * Math.exp(-x); // step response of the critically damped low-pass
  };
  for (let frame = 1; frame <= 2 * rate; frame++) {
    const mood = smooth.step(SAD, frame / rate);
    expect(mood[5]).toBeCloseTo(at(frame / rate), 9);
    expect(mood.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  }
});

test("the first mood is taken as it is", () => {
  expect(new SmoothMood().step(HAPPY, 7)).toEqual(HAPPY);
});

test("a smoothed mood replaces the main face's, others keep theirs", () => {
  const tracker = new FaceTracker();
  follow(tracker, seen(HAPPY), 0);
  const other = { box: { x: 400, y: 0, w: 50, h: 60, score: 0.9 }, mood: SAD };
  const alone = seen(SAD);
  const { reading, held } = follow(tracker, { ...alone, faces: [...alone.faces, other] }, 0.1);
  expect(held).toBe(false);
  expect(reading.mood![3]).toBeGreaterThan(0.9);
  expect(reading.faces).toEqual([{ box: alone.face, mood: reading.mood }, other]);
});

test("a face that is away for a moment keeps its mood, then the state says why", () => {
  const tracker = new FaceTracker();
  follow(tracker, seen(HAPPY), 0);
  const away = follow(tracker, nobody, PATIENCE);
  expect(away).toMatchObject({ held: true, reading: { state: "ok", mood: HAPPY, faces: [] } });
  expect(follow(tracker, nobody, PATIENCE + 0.01)).toMatchObject({ reading: nobody, held: false });
  // What returns after that starts afresh.
  expect(follow(tracker, seen(SAD), PATIENCE + 0.1).reading.mood).toEqual(SAD);
});

test("a face that cannot be read is held too, and still followed", () => {
  const tracker = new FaceTracker();
  follow(tracker, seen(HAPPY), 0);
  expect(follow(tracker, seen(null, 150), 0.9).held).toBe(true);
  expect(tracker.known(1.8)?.box.x).toBeCloseTo(150, 0);
  expect(follow(tracker, seen(null, 150), 1.8).reading.state).toBe("unsure");
});

test("somebody else far away waits until the face is forgotten", () => {
  const tracker = new FaceTracker();
  follow(tracker, seen(HAPPY, 100), 0);
  const stranger = follow(tracker, seen(SAD, 400), 0.5);
  expect(stranger).toMatchObject({ held: true, reading: { mood: HAPPY } });
  expect(tracker.known(0.5)?.box.x).toBe(100);
  expect(tracker.known(1.5)).toBeNull();
  expect(follow(tracker, seen(SAD, 400), 1.5)).toMatchObject({
    held: false,
    reading: { mood: SAD },
  });
});

import { expect, test } from "vitest";
import { Frame } from "../../src/map/frame";

const frame = new Frame(800, 600);

test("places and pixels lead to each other", () => {
  const moved = frame.zoomed(7, { x: 200, y: 100 }).moved(-30, 12);
  for (const at of [
    { x: 0, y: 0 },
    { x: 799, y: 3 },
    { x: 400, y: 300 },
  ]) {
    const back = moved.pixel(moved.place(at));
    expect(back.x).toBeCloseTo(at.x, 9);
    expect(back.y).toBeCloseTo(at.y, 9);
  }
  expect(frame.pixel({ valence: 0, arousal: 0 })).toEqual({ x: 400, y: 300 });
  expect(frame.pixel({ valence: 0, arousal: 1 }).y).toBeLessThan(100); // energy is up
});

test("what is under the pointer stays there while one zooms", () => {
  const at = { x: 150, y: 480 };
  const place = frame.place(at);
  const near = frame.zoomed(3, at).zoomed(2, at);
  expect(near.zoom).toBe(6);
  expect(near.pixel(place).x).toBeCloseTo(at.x, 9);
  expect(near.pixel(place).y).toBeCloseTo(at.y, 9);
});

test("nobody gets lost: the plane cannot be moved away or made smaller", () => {
  expect(frame.moved(500, -500).centre.valence).toBeCloseTo(0);
  expect(frame.zoomed(0.01).zoom).toBe(1);
  expect(frame.zoomed(1e9).zoom).toBe(40);
  const corner = frame.zoomed(4).moved(-99_999, 99_999);
  expect(corner.centre).toEqual({ valence: 0.75, arousal: 0.75 });
});

test("a place can be brought into sight", () => {
  const place = { valence: 0.9, arousal: -0.9 };
  const shown = frame.zoomed(5).showing(place);
  const { x, y } = shown.pixel(place);
  expect(x).toBeLessThanOrEqual(800 - 48 + 1e-6);
  expect(y).toBeLessThanOrEqual(600 - 48 + 1e-6);
  expect(shown.showing(place).centre.valence).toBeCloseTo(shown.centre.valence, 9);
});

test("another window shows the same part", () => {
  const { zoom, centre } = frame.zoomed(3, { x: 10, y: 10 });
  expect(frame.zoomed(3, { x: 10, y: 10 }).sized(360, 400)).toMatchObject({ zoom, centre });
});

test("what is seen of the whole plane is all of it, and nearer a part", () => {
  expect(frame.seen()).toEqual({ valence: [-1, 1], arousal: [-1, 1] });
  const { valence, arousal } = frame.zoomed(10).seen();
  expect(valence[0]).toBeCloseTo(-valence[1], 9);
  expect(valence[1]).toBeLessThan(0.2);
  expect(arousal[1]).toBeGreaterThan(0.1);
});

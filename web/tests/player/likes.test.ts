import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Song } from "../../src/player/session";
import type { FakeServer } from "./fakes";
import { freshPage, pass, songOf } from "./fakes";

let server: FakeServer;

beforeEach(() => {
  server = freshPage();
  server.likes = [2];
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const song = (id: number) => songOf(id) as unknown as Song;

async function page(): Promise<typeof import("../../src/player/likes")> {
  const { setMood } = await import("../../src/mood/mood");
  const likes = await import("../../src/player/likes");
  setMood([0, 0, 0, 1, 0, 0, 0], "camera");
  await pass(1);
  return likes;
}

describe("likes", () => {
  test("are known from earlier days", async () => {
    const { liked } = await page();
    expect([...liked.value]).toEqual([2]);
  });

  test("can be taken back", async () => {
    const { like, liked } = await page();
    like(song(1));
    await pass(1);
    expect([...liked.value]).toEqual([2, 1]);
    like(song(2));
    like(song(1));
    await pass(1);
    expect([...liked.value]).toEqual([]);
    expect(server.sent("liked").map(({ body }) => body["song"])).toEqual([1]);
    expect(server.sent("unliked").map(({ body }) => body["song"])).toEqual([2, 1]);
  });

  test("are asked for again when the service is back", async () => {
    server.away = true;
    const { liked } = await page();
    expect(liked.value.size).toBe(0);
    server.away = false;
    await pass(60_000);
    expect([...liked.value]).toEqual([2]);
  });
});

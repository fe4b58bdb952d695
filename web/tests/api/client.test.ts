import { afterEach, beforeEach, expect, test, vi } from "vitest";

type Asking = (url: string) => Promise<Response>;

let answer: Asking;
let asked: string[];
let client: typeof import("../../src/api/client");
let service: typeof import("../../src/api/service");

const fine: Asking = () => Promise.resolve(Response.json({ name: "VibeluX" }));

function fault(status: number, code: string): Asking {
  const error = { code, message: code, hint: null };
  return () => Promise.resolve(Response.json({ error }, { status }));
}

function said(status: number, text: string): Asking {
  return () => Promise.resolve(new Response(text, { status }));
}

beforeEach(async () => {
  vi.useFakeTimers();
  vi.resetModules();
  asked = [];
  answer = fine;
  vi.stubGlobal("fetch", (url: string) => {
    asked.push(url);
    return answer(url);
  });
  client = await import("../../src/api/client");
  service = await import("../../src/api/service");
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const ask = (): Promise<unknown> => client.api.get("/api/v1/library");

test("addresses are relative to the page, whatever path a proxy gives it", async () => {
  await client.api.get("/api/v1/songs/{song_id}", { path: { song_id: 7 } });
  expect(asked).toEqual(["api/v1/songs/7"]);
  expect(client.address("/api/v1/audio/{song_id}", { song_id: 7 })).toBe("api/v1/audio/7");
  expect(client.address("/api/v1/songs/several", {}, { ids: [7, 9] })).toBe(
    "api/v1/songs/several?ids=7&ids=9",
  );
});

const OBSTACLES = [
  ["no connection", () => Promise.reject(new TypeError("Failed to fetch")), "away"],
  ["an answer that breaks off", said(200, '{"songs": ['), "away"],
  ["a proxy before a service that is away", said(502, "<h1>Bad Gateway</h1>"), "away"],
  ["a proxy that waited", said(504, ""), "away"],
  ["a tunnel without its other end", said(530, "error 1033"), "away"],
  ["a service with too many connections", fault(503, "too_many_connections"), "away"],
  ["a service that is about to end", fault(503, "service_stops"), "away"],
  ["a service with a new token", fault(401, "token_needed"), "locked"],
  ["too many old tokens", fault(429, "too_many_tokens"), "locked"],
  ["a service with other names", fault(403, "host_not_allowed"), "refused"],
] as const satisfies readonly (readonly [string, Asking, string])[];

test("a service that says nothing is looked for, and may only have been slow", async () => {
  let late: (response: Response) => void = () => undefined;
  answer = (url) =>
    url === "api/v1/health"
      ? Promise.reject(new DOMException("", "TimeoutError"))
      : new Promise((resolve) => (late = resolve));
  const asking = ask();
  await vi.advanceTimersByTimeAsync(service.PATIENCE_MS - 1);
  expect(service.obstacle.value).toBeNull();
  await vi.advanceTimersByTimeAsync(1);
  expect(service.obstacle.value).toBe("away");
  late(await fine(""));
  await asking;
  expect(service.obstacle.value).toBeNull();
});

test("a service that is slow at one thing and answers otherwise is there", async () => {
  let late: (response: Response) => void = () => undefined;
  answer = (url) =>
    url === "api/v1/health" ? fine(url) : new Promise((resolve) => (late = resolve));
  const asking = ask();
  await vi.advanceTimersByTimeAsync(3 * service.PATIENCE_MS);
  expect(service.obstacle.value).toBeNull();
  late(await fine(""));
  await asking;
});

test.each(OBSTACLES)("%s stands in the way until it is gone", async (_, trouble, why) => {
  answer = trouble;
  await expect(ask()).rejects.toMatchObject({ obstacle: why });
  expect(service.obstacle.value).toBe(why);
  expect(service.reachable.value).toBe(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(service.obstacle.value).toBe(why);
  answer = fine;
  const back = service.back();
  await vi.advanceTimersByTimeAsync(2_000);
  await back;
  expect(service.obstacle.value).toBeNull();
  const before = asked.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(asked).toHaveLength(before); // a service that answers is left alone
});

test.each([
  [503, "catalogue_error"],
  [500, "internal_error"],
  [429, "too_many_requests"],
  [403, "folder_not_allowed"],
  [403, "origin_not_allowed"],
  [404, "song_unknown"],
])("%i %s is the service's answer, and nothing stands in the way", async (status, code) => {
  answer = fault(status, code);
  await expect(ask()).rejects.toMatchObject({ status, code, obstacle: null });
  expect(service.reachable.value).toBe(true);
});

test("what stands in the way may change", async () => {
  answer = OBSTACLES[0][1];
  await expect(ask()).rejects.toThrow();
  answer = fault(401, "token_needed");
  await vi.advanceTimersByTimeAsync(2_000);
  expect(service.obstacle.value).toBe("locked");
});

test("what was given up on purpose is no outage", async () => {
  answer = () => Promise.reject(new DOMException("", "AbortError"));
  await expect(ask()).rejects.toThrow(DOMException);
  expect(service.reachable.value).toBe(true);
});

test("a link opens the service, one that does not fit says so", async () => {
  answer = fault(401, "token_needed");
  await expect(ask()).rejects.toThrow();
  expect(await service.signIn("http://127.0.0.1/?token=old")).toBe(false);
  expect(asked.at(-2)).toBe("./?token=http%3A%2F%2F127.0.0.1%2F%3Ftoken%3Dold");
  answer = fine;
  expect(await service.signIn("new")).toBe(true);
  expect(service.reachable.value).toBe(true);
});

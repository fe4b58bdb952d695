/** A server and audio elements in memory. */

import { vi } from "vitest";
import { EMOTIONS } from "../../src/emotions";

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: Record<string, unknown>;
}

const even = Object.fromEntries(EMOTIONS.map((emotion) => [emotion, 1 / 7]));

export function songOf(id: number): Record<string, unknown> {
  return {
    id,
    title: `Song ${id}`,
    artist: "Bo",
    duration: 60,
    mood: even,
    loudness: -18,
    peak: 0,
  };
}

interface FakeSession {
  readonly out: Set<number>;
  /** What it was last told: mood, policy, strength, goal. */
  told: Record<string, unknown>;
}

/** Answers as the service does: a session hands a song out once. */
export class FakeServer {
  readonly asked: Asked[] = [];
  /** Ids of songs whose sound is gone. */
  readonly vanished = new Set<number>();
  /** Ids of the songs that are liked. */
  likes: readonly number[] = [];
  away = false;
  /** It was started anew and wants another token. */
  locked = false;
  songs = [1, 2, 3, 4, 5, 6];
  readonly #sessions = new Map<string, FakeSession>();
  #count = 0;

  constructor() {
    vi.stubGlobal("fetch", (url: string, init: RequestInit = {}) => this.#answer(url, init));
  }

  /** It is killed and started again: no session is left. */
  restart(): void {
    this.#sessions.clear();
  }

  sent(what: string): Asked[] {
    return this.asked.filter(({ body, path }) => body["what"] === what || path === what);
  }

  async #answer(url: string, { method = "GET", body }: RequestInit): Promise<Response> {
    if (this.away) throw new TypeError("Failed to fetch");
    if (this.locked) return fault(401, "token_needed");
    const path = url.replace(/\?.*/, "").replace("api/v1", "");
    const given = body === undefined ? {} : (JSON.parse(String(body)) as Record<string, unknown>);
    this.asked.push({ method, path, body: given });
    if (path === "/health") return Response.json({ status: "ok" });
    if (path === "/profile/likes") return Response.json({ songs: this.likes });
    const audio = /^\/audio\/(\d+)$/.exec(path);
    if (audio)
      return this.vanished.has(Number(audio[1]))
        ? fault(404, "audio_vanished")
        : new Response("sound");
    if (path === "/sessions" && method === "POST") {
      if (this.songs.length === 0) return fault(409, "catalogue_empty");
      const id = `s${++this.#count}`;
      const session = { out: new Set<number>(), told: given };
      this.#sessions.set(id, session);
      return this.#session(id, session, given, 201);
    }
    const [, id = "", rest] = /^\/sessions\/(\w+)(\/feedback)?$/.exec(path) ?? [];
    const session = this.#sessions.get(id);
    if (session === undefined) return fault(404, "session_unknown");
    if (rest) session.out.add(Number(given["song"]));
    else session.told = { ...session.told, ...given };
    return this.#session(id, session, given, 200);
  }

  #session(
    id: string,
    { out, told }: FakeSession,
    { n }: Record<string, unknown>,
    status: number,
  ): Response {
    const queue = this.songs
      .filter((song) => !out.has(song))
      .slice(0, Number(n))
      .map((song) => ({ song: songOf(song), score: 1, reason: "", target: even, learnt: 0 }));
    const mood = Object.fromEntries(
      EMOTIONS.map((name, i) => [name, (told["mood"] as number[])[i]]),
    );
    const { policy, strength, goal = null, length = 12 } = told;
    const ordering = { policy, strength, goal, length };
    const way =
      policy === "journey"
        ? { places: Array(length).fill({ valence: 0, arousal: 0 }), at: 0 }
        : null;
    return Response.json({ id, mood, ordering, way, played: out.size, queue }, { status });
  }
}

function fault(status: number, code: string): Response {
  return Response.json({ error: { code, message: code, hint: null } }, { status });
}

/** An audio element that plays when the test says so. */
export class FakeAudio extends EventTarget {
  static readonly all: FakeAudio[] = [];
  /** What `play()` is refused with. */
  static refusal: DOMException | null = null;

  preload = "";
  volume = 1;
  currentTime = 0;
  duration = NaN;
  paused = true;
  ended = false;
  readyState = 0;
  error: object | null = null;
  #src = "";

  constructor() {
    super();
    FakeAudio.all.push(this);
  }

  /** The one that sounds. */
  static get now(): FakeAudio {
    const found = FakeAudio.all.find(({ src, paused, ended }) => src && !paused && !ended);
    if (found === undefined) throw new Error("nothing sounds");
    return found;
  }

  get src(): string {
    return this.#src;
  }

  set src(url: string) {
    this.#src = url;
    this.currentTime = 0;
    this.duration = 60;
    this.readyState = 4;
    this.ended = false;
    this.error = null;
  }

  get song(): number {
    return Number(this.#src.split("/").at(-1));
  }

  load(): void {}

  removeAttribute(): void {
    this.#src = "";
    this.readyState = 0;
    this.duration = NaN;
  }

  play(): Promise<void> {
    if (FakeAudio.refusal !== null) return Promise.reject(FakeAudio.refusal);
    this.paused = false;
    this.#tell("play");
    return Promise.resolve();
  }

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.#tell("pause");
  }

  /** Lets it have played up to a place. */
  reach(seconds: number): void {
    this.currentTime = seconds;
    this.#tell("timeupdate");
  }

  end(): void {
    this.currentTime = this.duration;
    this.ended = true;
    this.#tell("ended");
  }

  /** Breaks off, with what the browser says of it. */
  fail(message = ""): void {
    this.error = { code: 4, message };
    this.#tell("error");
  }

  #tell(event: string): void {
    this.dispatchEvent(new Event(event));
  }
}

/** The tab is loaded again: its modules are to be imported anew, its storage stays. */
export function loadedAgain(): void {
  vi.resetModules();
  FakeAudio.all.length = 0;
}

/** What the messages said. */
export const told: string[] = [];

type Listener = (event: { readonly key: string }) => void;
const listeners: Listener[] = [];

/** Another tab keeps something in the common storage. */
export function keptByAnotherTab(key: string): void {
  for (const listener of listeners) listener({ key });
}

/** Everything anew: the page's modules are to be imported after this. */
export function freshPage(): FakeServer {
  loadedAgain();
  vi.useFakeTimers();
  told.length = 0;
  listeners.length = 0;
  FakeAudio.refusal = null;
  vi.stubGlobal("navigator", { languages: ["en"] });
  for (const name of ["localStorage", "sessionStorage"]) {
    const kept = new Map<string, string>();
    vi.stubGlobal(name, {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    });
  }
  vi.stubGlobal("addEventListener", (event: string, listener: Listener) => {
    if (event === "storage") listeners.push(listener);
  });
  vi.stubGlobal("Audio", FakeAudio);
  vi.doMock("../../src/shell/messages", () => ({
    tell: (text: string) => told.push(text),
    tellError: (error: Error) => told.push(`error: ${error.message}`),
    background: (work: Promise<unknown>) => work.catch(() => undefined),
  }));
  return new FakeServer();
}

/** Lets requests and timers of the next moments run. */
export async function pass(ms = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/**
 * The listening session: which songs come next, as the server orders them for the mood.
 *
 * It follows the mood and the person's settings by itself, goes on when the tab is loaded again,
 * begins anew when the server has forgotten it, and waits where the server is away. Requests go
 * one after the other, so that the last answer is the last word.
 */

import { api, ApiError, type Schemas } from "../api/client";
import { back, reachable } from "../api/service";
import { distance, EMOTIONS, numbersOf, strongest, type Emotion } from "../emotions";
import { words } from "../language";
import { overview } from "../library/overview";
import { mood, resumeMood, type Source } from "../mood/mood";
import { tell, tellError } from "../shell/messages";
import { kept, oneOf, Store } from "../store";

export type Song = Schemas["SongOut"];
export type Pick = Schemas["PickOut"];
export type Way = Schemas["WayOut"];
export type Policy = Schemas["OrderingOut"]["policy"];
export type Feedback = Omit<Schemas["Feedback"], "n" | "song" | "after_seconds"> & {
  after_seconds?: number;
};

export const POLICIES = [
  "match",
  "lift",
  "calm",
  "energise",
  "journey",
  "off",
] as const satisfies readonly Policy[];

export const policy = kept<Policy>("vibelux.policy", "match", oneOf(...POLICIES));

/** 0, a shuffle, to 1, the strict ranking. */
export const strength = kept<number>("vibelux.strength", 0.7, (json) =>
  typeof json === "number" && json >= 0 && json <= 1 ? json : undefined,
);

/** Where a journey leads. */
export const goal = kept<Emotion>("vibelux.goal", "happy", oneOf(...EMOTIONS));

/** Songs of a journey, as the server allows them. */
export const LENGTHS = { least: 3, most: 20 } as const;

export const length = kept<number>("vibelux.length", 12, (json) =>
  Number.isInteger(json) && Number(json) >= LENGTHS.least && Number(json) <= LENGTHS.most
    ? Number(json)
    : undefined,
);

/** What the library holds of the mood that is looked for; null: none is. */
export const coverage = new Store<Schemas["Coverage"] | null>(null);

/** The way of the journey that is under way; null: none is. */
export const way = new Store<Way | null>(null);

/** Whether music may play though no mood was given: then it is anything. */
export const anything = new Store(false);

/** How often the server was told what became of a song; what is shown of it is read again. */
export const toldOf = new Store(0);

/** What comes next, the first one first. */
export const queue = new Store<readonly Pick[]>([]);

/**
 * How the session stands: without a mood, on its way to the first songs, ready, or without any
 * songs in the library.
 */
export const standing = new Store<"silent" | "working" | "ready" | "empty">("silent");

/** The policy that the queue was ordered by: `off` where there was no mood. */
export function orderedBy(): Policy {
  return sent?.policy ?? "off";
}

type Session = Schemas["SessionOut"];

interface Wanted {
  readonly mood: number[];
  readonly source: Source;
  readonly policy: Policy;
  readonly strength: number;
  readonly goal?: number[];
  readonly length?: number;
}

const LENGTH = 20;
const MOST = 200; // as many as the server gives at once

const AFTER_MS = 500;
/** A mood that is moved by hand all the time is followed at least so often. */
const AT_LEAST_MS = 2500;
/** Moods nearer than this look the same; what counts as another one, the server knows. */
const SAME = 0.005;

/** What this tab remembers of its session, for when it is loaded again; the server has the rest. */
interface Left {
  readonly id: string;
  /** Where its mood comes from; null: there was none, and anything played. */
  readonly source: Source | null;
  readonly removed: readonly number[];
}

const left = kept<Left | null>("vibelux.session", null, readLeft, () => sessionStorage);

/** The session of before the tab was loaded again, until it is known whether it goes on. */
let earlier = left.value;

let id: string | null = null;
let sent: Wanted | null = null;
let line: Promise<unknown> = Promise.resolve();
let latest: Session | null = null;
/** Songs taken out of the queue; nothing else happens to them. */
let removed = new Set<number>();
const unplayable = new Set<number>();
/** Songs heard since the last start over, and how many of them the server does not know. */
let heard = new Set<number>();
let lost = 0;
let current: number | null = null;

function wanted(): Wanted | null {
  const given = mood.value;
  if (given !== null)
    return {
      mood: [...given.mood],
      source: given.source,
      policy: policy.value,
      strength: strength.value,
      ...(policy.value === "journey"
        ? {
            goal: EMOTIONS.map((emotion) => Number(emotion === goal.value)),
            length: length.value,
          }
        : {}),
    };
  if (!anything.value) return null;
  const equal = EMOTIONS.map(() => 1 / EMOTIONS.length);
  return { mood: equal, source: "chosen", policy: "off", strength: strength.value };
}

/** How many songs to ask for, so that enough are left to show. */
function count(): number {
  return Math.min(MOST, LENGTH + removed.size + unplayable.size + lost);
}

/** Tells the session that a song plays now; it will not come again. */
export function begun(song: Song): void {
  current = song.id;
  heard.add(song.id);
  show();
  if (wanted() === null) anything.set(true); // the person chose a song: music goes on after it
  act(song, { what: "begun" });
}

/** Tells the session what became of a song. */
export function feedback(song: Song, given: Feedback): void {
  act(song, given);
}

/** Takes a song out of the queue; nothing is learnt from that. */
export function remove(song: number): void {
  removed.add(song);
  remember();
  show();
  if (queue.value.length < LENGTH / 2) refresh();
}

/** Takes out a song that cannot be played, for as long as this page is open. */
export function cannotPlay(song: number): void {
  unplayable.add(song);
  show();
}

/** Whether what comes next was chosen for the mood and the settings of now. */
export function isFresh(): boolean {
  const now = wanted();
  return now === null || (sent !== null && news(sent, now) === null);
}

/** Begins, if there is no session yet; brings it up to date. */
export function open(): void {
  inLine(null);
}

/** Asks what comes next again, such as after a scan. */
export function refresh(): void {
  inLine((session) => change(session, {}));
}

/** Nothing plays any more: what played last may come again where there is nothing else. */
export function finished(): void {
  current = null;
  if (queue.value.length > 0) return;
  heard = new Set();
  show();
  if (queue.value.length === 0) refresh();
}

function change(session: string, to: Partial<Wanted>): Promise<Session> {
  return api.patch("/api/v1/sessions/{session_id}", {
    path: { session_id: session },
    body: { ...to, n: count() } as Schemas["SessionChange"],
  });
}

function act(song: Song, given: Feedback): void {
  inLine(async (session) => {
    const answer = await api.post("/api/v1/sessions/{session_id}/feedback", {
      path: { session_id: session },
      body: { after_seconds: 0, ...given, song: song.id, n: count() },
    });
    toldOf.update((times) => times + 1);
    return answer;
  });
}

function show(): void {
  if (latest === null) return;
  const told = latest.way;
  if (JSON.stringify(told) !== JSON.stringify(way.value)) way.set(told);
  const held = latest.coverage;
  if (JSON.stringify(held) !== JSON.stringify(coverage.value)) coverage.set(held);
  const out = [heard, removed, unplayable];
  // Without a song, nothing is to come for a mood that was taken back.
  const silent = wanted() === null && current === null;
  const next = silent
    ? []
    : latest.queue.filter(({ song }) => !out.some((ids) => ids.has(song.id)));
  const same =
    next.length === queue.value.length && next.every((pick, i) => pick === queue.value[i]);
  if (!same) queue.set(next);
}

/**
 * Runs requests one after the other, each with a session that is up to date; what cannot be
 * done now waits until the server is back.
 */
function inLine(step: ((session: string) => Promise<Session>) | null): void {
  line = line.then(async () => {
    let tries = 0;
    while (tries < 3) {
      try {
        if (!(await ready()) || step === null) return;
        latest = await step(id as string);
        await take();
        return;
      } catch (error) {
        if (!(error instanceof ApiError)) return tellError(error);
        if (error.obstacle !== null) await back();
        else if (error.code === "session_unknown") {
          forget();
          tries += 1;
        } else if (error.code === "catalogue_empty") {
          forget();
          latest = null;
          queue.set([]);
          standing.set("empty");
          return;
        } else return tellError(error);
      }
    }
  });
}

/** The server no longer knows the session, nor what was heard in it. */
function forget(): void {
  id = null;
  left.set(null);
  lost = heard.size;
}

function remember(): void {
  if (id === null) return;
  const source = mood.value === null ? null : mood.value.source;
  left.set({ id, source, removed: [...removed] });
}

function readLeft(json: unknown): Left | undefined {
  const { id, source, removed } = (json ?? {}) as Partial<Record<keyof Left, unknown>>;
  if (typeof id !== "string" || !Array.isArray(removed)) return undefined;
  if (source !== null && source !== "face" && source !== "chosen") return undefined;
  return { id, source, removed: removed.filter(Number.isInteger) };
}

/** Goes on with the session of before the tab was loaded again, if the server still knows it. */
async function resume({ id: old, source, removed: out }: Left): Promise<void> {
  standing.set("working");
  removed = new Set(out);
  try {
    latest = await change(old, {}); // asks for as many songs as are to be shown
  } catch (error) {
    if (error instanceof ApiError && error.obstacle !== null) throw error;
    earlier = null;
    removed = new Set();
    left.set(null);
    standing.set("silent");
    return;
  }
  earlier = null;
  id = old;
  const { ordering } = latest;
  sent = {
    mood: [...numbersOf(latest.mood ?? {})],
    source: source ?? "chosen",
    policy: ordering.policy,
    strength: ordering.strength,
    ...(ordering.goal === null ? {} : { goal: ordering.goal, length: ordering.length }),
  };
  strength.set(ordering.strength);
  if (source === null) anything.set(true);
  else {
    policy.set(ordering.policy);
    if (ordering.goal !== null) {
      goal.set(strongest(ordering.goal));
      length.set(ordering.length);
    }
    // A face is not remembered: who it was, and whether it still looks so, nobody knows.
    if (source === "chosen" && mood.value === null) resumeMood(sent.mood); // else one was quicker
  }
  await take();
}

/** Makes sure that there is a session with the mood and the settings of now. */
async function ready(): Promise<boolean> {
  if (earlier !== null) await resume(earlier);
  const now = wanted();
  if (now === null) return id !== null; // a mood that was taken back leaves the session as it is
  if (id === null) {
    if (queue.value.length === 0) standing.set("working");
    latest = await api.post("/api/v1/sessions", {
      body: { ...now, n: count() } as Schemas["Asked"],
    });
    id = latest.id;
    sent = now;
    await take();
    return true;
  }
  const old = sent ?? now;
  const changes = news(old, now);
  if (changes === null) return true;
  latest = await change(id, changes);
  sent = changes.mood === undefined ? { ...now, mood: old.mood } : now; // small steps add up
  await take();
  return true;
}

/** What is new in what is wanted; null: nothing. A journey that is told again begins again. */
function news(old: Wanted, now: Wanted): Partial<Wanted> | null {
  const moved = old.source !== now.source || distance(old.mood, now.mood) > SAME;
  const turned =
    old.policy !== now.policy || String(old.goal) !== String(now.goal) || old.length !== now.length;
  const changed = {
    ...(moved ? { mood: now.mood, source: now.source } : {}),
    ...(turned ? { policy: now.policy } : {}),
    ...(turned && now.goal !== undefined ? { goal: now.goal, length: now.length } : {}),
    ...(old.strength !== now.strength ? { strength: now.strength } : {}),
  };
  return Object.keys(changed).length ? changed : null;
}

/** Shows the latest answer; when every song was heard, it all begins anew. */
async function take(): Promise<void> {
  remember();
  show();
  standing.set("ready");
  if (queue.value.length > 0 || sent === null || wanted() === null) return;
  const whole = heard.size > 1;
  heard = new Set(current === null ? [] : [current]);
  removed = new Set();
  lost = heard.size;
  latest = await api.post("/api/v1/sessions", {
    body: { ...sent, n: count() } as Schemas["Asked"],
  });
  id = latest.id;
  remember();
  show();
  if (queue.value.length > 0 && whole) tell(words().player.startingOver);
}

let due: ReturnType<typeof setTimeout> | undefined;
let since = 0;

/** Brings the session up to date soon: when the mood rests, or after a while though it moves. */
function soon(afterMs: number): void {
  const now = Date.now();
  if (due === undefined) since = now;
  clearTimeout(due);
  due = setTimeout(
    () => {
      due = undefined;
      if (overview.value?.ok === 0) return; // it is asked when there are songs
      const want = wanted();
      if (want === null || (id !== null && sent !== null && news(sent, want) === null)) return;
      inLine(null);
    },
    Math.max(0, Math.min(afterMs, since + AT_LEAST_MS - now)),
  );
}

mood.subscribe((given) => {
  show();
  // While a song plays, one that was taken back counts from the next on: it may come back before.
  if (given === null && current !== null) return;
  // A face's mood is settled when it is given, and so is a word; sliders may still be on their way.
  const settled = id === null || given?.source === "face" || given?.by === "word";
  soon(settled ? 0 : AFTER_MS);
});
for (const setting of [policy, strength, goal, length, anything] as Store<unknown>[])
  setting.subscribe(() => soon(AFTER_MS / 2));
if (earlier !== null) open();
// A server that was away may have begun anew.
reachable.subscribe((is) => {
  if (is && id !== null) refresh();
});

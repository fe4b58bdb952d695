/** What plays: one song after the other, those that the person asked for before the session's. */

import { address, ApiError, askRaw } from "../api/client";
import { isAudioCode } from "../api/error";
import { reachable } from "../api/service";
import type { Mood } from "../emotions";
import { words } from "../language";
import { mood } from "../mood/mood";
import { tell, tellError } from "../shell/messages";
import { kept, Store } from "../store";
import { Deck, type Sound } from "./deck";
import { gainOf, levelOf } from "./levelling";
import * as session from "./session";
import type { Pick, Policy, Song } from "./session";

/** A song, and why it was chosen; null: the person asked for it. */
export interface Turn {
  readonly song: Song;
  readonly pick: Pick | null;
  /** By which policy it was chosen. */
  readonly policy: Policy | null;
  /** Title of the song whose radio it comes from; absent: from no radio. */
  readonly radioOf?: string;
}

/** What plays, or is paused; null: nothing. */
export const playing = new Store<Turn | null>(null);
export const paused = new Store(true);
/** Whether the sound is on its way. */
export const waiting = new Store(false);
/** Seconds into the song, and its length. */
export const place = new Store<{ readonly at: number; readonly duration: number | null }>({
  at: 0,
  duration: null,
});
/** What comes next, the first one first. */
export const upcoming = new Store<readonly Turn[]>([]);
/** The browser plays nothing before a click. */
export const refused = new Store(false);

export const volume = kept<number>("vibelux.volume", 0.9, (json) =>
  typeof json === "number" && json >= 0 && json <= 1 ? json : undefined,
);
export const muted = new Store(false);

/** Songs in a row that cannot be played, after which something else must be wrong. */
const FAILURES = 5;
/** Seconds of a song after which "previous" begins it anew. */
const BEGINNING = 3;
/** Seconds before the end at which the next song is loaded. */
const AHEAD = 25;
/** Changes whenever a tab begins to play. */
const SOUNDS = "vibelux.sounds";
/** A song of which so much was heard counts as heard, though another one was chosen then. */
const HEARD = 0.7;

const asked = new Store<readonly Turn[]>([]);
const before: Turn[] = [];
let failures = 0;
/** Where the song was begun, in seconds. */
let from = 0;
/** The song was asked for in silence: when it fails, there is silence again. */
let alone = false;
/** The song that was tried a second time. */
let retried: Turn | null = null;
/** Whether a song shall begin as soon as there is one. */
let hungry = false;
/** Where to go on with a song whose sound broke off, or was not yet asked for. */
let halted: { readonly turn: Turn; readonly at: number; readonly byItself: boolean } | null = null;

const deck = new Deck(
  {
    moved: () => {
      place.set({ at: deck.at, duration: deck.duration ?? playing.value?.song.duration ?? null });
      waiting.set(deck.waits);
      if (deck.at > from + 0.5) failures = 0;
      prepare();
    },
    turned: () => paused.set(deck.paused),
    ended: () => {
      const turn = playing.value;
      if (turn !== null) session.feedback(turn.song, { what: "played" });
      advance();
    },
    failed: () => void failed(),
  },
  levelOf,
);

const adjust = (): void => {
  deck.volume = muted.value ? 0 : volume.value;
};
volume.watch(adjust);
muted.subscribe(adjust);

const order = (): void => {
  const first = asked.value;
  const rest = session.queue.value.filter(({ song }) => !first.some((t) => t.song.id === song.id));
  const policy = session.orderedBy();
  upcoming.set([...first, ...rest.map((pick) => turnOf(pick, policy))]);
  if (hungry && upcoming.value.length > 0) advance();
  else prepare();
};
asked.subscribe(order);
session.queue.subscribe(order);

/** The same pick is the same turn, so that lists change only where something changed. */
const turns = new WeakMap<Pick, Turn>();
function turnOf(pick: Pick, policy: Policy): Turn {
  let turn = turns.get(pick);
  if (turn === undefined) turns.set(pick, (turn = { song: pick.song, pick, policy }));
  return turn;
}

/** Plays a song of the library now, or from a second on; after it goes on what was to come. */
export function playSong(song: Song, at = 0): void {
  leave();
  begin({ song, pick: null, policy: null }, at);
}

/** Plays a song of the library next. */
export function enqueue(song: Song): void {
  const turn = { song, pick: null, policy: null };
  asked.update((now) => [...now.filter((other) => other.song.id !== song.id), turn]);
  if (playing.value === null) advance();
}

/** Plays songs one after the other, now; a first one that plays goes on. Then comes what was to come. */
export function playAll(turns: readonly Turn[]): void {
  const [first, ...rest] = turns;
  if (first === undefined) return;
  asked.set(rest);
  if (playing.value?.song.id === first.song.id) return play();
  leave();
  begin(first);
}

/** Forgets turns that were asked for; where there is none of them, nothing is ordered anew. */
function withoutAsked(out: (turn: Turn) => boolean): void {
  if (asked.value.some(out)) asked.update((now) => now.filter((turn) => !out(turn)));
}

/** Ends a radio: what fits the mood comes next; songs that were asked for one by one stay. */
export function endRadio(): void {
  withoutAsked(({ radioOf }) => radioOf !== undefined);
}

// Who says by hand where the music shall go means it to go there.
mood.subscribe((given) => {
  if (given !== null && given.by !== null && given.by !== "camera") endRadio();
});
for (const lead of [session.policy, session.goal] as Store<unknown>[]) lead.subscribe(endRadio);

/** Plays a song of the queue now. */
export function playTurn(turn: Turn): void {
  leave();
  begin(turn);
}

/** Takes a song out of the queue. */
export function removeTurn(turn: Turn): void {
  withoutAsked(({ song }) => song.id === turn.song.id);
  session.remove(turn.song.id);
}

/** Plays or pauses; where there is nothing yet, begins. */
export function toggle(): void {
  if (playing.value === null) return start();
  if (paused.value) play();
  else pause();
}

/** Begins to play: what fits the mood, or, where none was given, anything. */
export function start(): void {
  if (playing.value !== null) return play();
  if (mood.value === null) session.anything.set(true);
  hungry = true;
  // Songs that were chosen for another mood are not what was asked for: those of this one come.
  if (upcoming.value.length > 0 && (asked.value.length > 0 || session.isFresh())) advance();
  else session.open();
}

export function play(): void {
  if (halted !== null) return begin(halted.turn, halted.at, true);
  deck.play().then(started, cannotStart);
}

export function pause(): void {
  deck.pause();
}

/** The next song; the session learns how much was heard of this one. */
export function next(): void {
  const turn = playing.value;
  if (turn === null) return start();
  session.feedback(turn.song, { what: "skipped", after_seconds: Math.max(0, here()) });
  advance();
}

/** Another song: not this one, not now. */
export function notNow(): void {
  const turn = playing.value;
  if (turn === null) return;
  session.feedback(turn.song, { what: "skipped", after_seconds: 0 });
  advance();
}

/** Back to the start of the song, then to the song before. */
export function previous(): void {
  const last = before.at(-1);
  if (playing.value !== null && (here() > BEGINNING || last === undefined)) return seek(0);
  if (last === undefined) return;
  before.pop();
  const turn = playing.value;
  if (turn !== null) asked.update((now) => [turn, ...now]);
  begin(last, 0, true);
}

/** Seconds into the song. */
function here(): number {
  return halted?.at ?? deck.at;
}

export function seek(seconds: number): void {
  if (playing.value === null) return;
  const { duration } = place.value;
  const at = Math.min(Math.max(0, seconds), Math.max(0, (duration ?? Infinity) - 0.5));
  if (halted === null) return deck.seek(at);
  halted = { ...halted, at };
  place.set({ at, duration });
}

/**
 * The person says that a song does not fit the mood; another one comes.
 *
 * @param instead the mood that the song has; null: only this moment was wrong for it.
 */
export function wrongMood(song: Song, instead: Mood | null = null): void {
  session.feedback(song, {
    what: "wrong_mood",
    ...(instead === null ? {} : { mood: [...instead] }),
  });
  if (playing.value?.song.id === song.id) advance();
}

/** Plays what comes next; without anything there is silence until something comes. */
function advance(): void {
  const [first] = upcoming.value;
  if (first !== undefined) return begin(first);
  hungry = true;
  keep();
  playing.set(null);
  paused.set(true);
  deck.stop();
  session.finished();
}

function begin(turn: Turn, at = 0, back = false): void {
  alone = alone ? turn === playing.value : playing.value === null && turn.pick === null;
  hungry = false;
  halted = null;
  from = at;
  if (!back) keep();
  playing.set(turn);
  place.set({ at, duration: turn.song.duration });
  waiting.set(true);
  withoutAsked(({ song }) => song.id === turn.song.id);
  deck.start(soundOf(turn.song), at).then(started, cannotStart);
  session.begun(turn.song);
}

/** Keeps what plays for "previous". */
function keep(): void {
  const turn = playing.value;
  if (turn === null || before.at(-1)?.song.id === turn.song.id) return;
  before.push(turn);
  if (before.length > 100) before.shift();
}

/** Another song was chosen while one plays: that is no skip. */
function leave(): void {
  const turn = playing.value;
  const { at, duration } = place.value;
  if (turn !== null && duration !== null && at > HEARD * duration)
    session.feedback(turn.song, { what: "played" });
}

function started(): void {
  refused.set(false);
  try {
    localStorage.setItem(SOUNDS, `${Date.now()} ${Math.random()}`);
  } catch {
    // Where nothing is kept, tabs do not know of each other.
  }
}

// Another tab plays now: one at a time.
addEventListener("storage", ({ key }) => {
  if (key === SOUNDS && !paused.value) pause();
});

function cannotStart(error: unknown): void {
  if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return; // told as error
  waiting.set(false);
  paused.set(true);
  if (!refused.value) tell(words().player.refused);
  refused.set(true);
}

function soundOf(song: Song): Sound {
  return { song: song.id, url: urlOf(song), gain: gainOf(song) };
}

function urlOf(song: Song): string {
  return address("/api/v1/audio/{song_id}", { song_id: song.id });
}

/** Loads the next song when this one comes to its end. */
function prepare(): void {
  const { at, duration } = place.value;
  const [first] = upcoming.value;
  const close = playing.value !== null && duration !== null && duration - at < AHEAD;
  deck.prepare(close && first !== undefined ? soundOf(first.song) : null);
}

/**
 * A sound broke off: waits for a server that is away and for something to play it on, and passes
 * over a song that is broken.
 */
async function failed(): Promise<void> {
  const turn = playing.value;
  if (turn === null) return;
  const at = place.value.at;
  if (deck.lacksOutput) {
    halted = { turn, at, byItself: false };
    waiting.set(false);
    paused.set(true);
    tell(words().player.noOutput, { hint: words().player.noOutputHint, bad: true });
    return;
  }
  halted = { turn, at, byItself: true };
  waiting.set(true);
  let code = "undecodable";
  try {
    const answer = await askRaw("GET", urlOf(turn.song));
    await answer.body?.cancel();
  } catch (error) {
    if (!(error instanceof ApiError)) return tellError(error);
    if (error.obstacle !== null) return; // it goes on when the service is back
    code = error.code;
    if (error.status === 429 || (error.status >= 500 && !isAudioCode(code))) tellError(error);
  }
  if (playing.value !== turn) return; // another one was chosen meanwhile
  if (code === "undecodable" && retried !== turn) {
    retried = turn; // a connection may have broken
    return begin(turn, at, true);
  }
  waiting.set(false);
  if (code === "too_many_requests") return paused.set(true);
  failures += 1;
  session.cannotPlay(turn.song.id);
  const t = words().player;
  const reasons: Readonly<Record<string, string>> = t.failed;
  const { title } = turn.song;
  if (failures >= FAILURES) {
    tell(t.allFail(failures), { hint: t.allFailHint, bad: true });
    paused.set(true);
    return;
  }
  tell(t.passedOver(title), { hint: reasons[code] ?? t.failed.undecodable, bad: alone });
  halted = null;
  if (alone) silence();
  else advance();
}

function silence(): void {
  playing.set(null);
  paused.set(true);
  deck.stop();
}

// A song that broke off with the server goes on with it.
reachable.subscribe((is) => {
  if (is && halted?.byItself && halted.turn === playing.value) play();
});

/** What this tab remembers of what plays, for when it is loaded again. */
interface Left {
  readonly turn: Turn | null;
  readonly at: number;
  readonly asked: readonly Turn[];
}

const left = kept<Left | null>("vibelux.playing", null, readLeft, () => sessionStorage);

function readLeft(json: unknown): Left | undefined {
  const { turn, at, asked: next } = (json ?? {}) as Partial<Record<keyof Left, unknown>>;
  if (typeof at !== "number" || !Array.isArray(next)) return undefined;
  if (turn !== null && !isTurn(turn)) return undefined;
  return { turn, at, asked: next.filter(isTurn) };
}

function isTurn(json: unknown): json is Turn {
  const { song, pick, policy } = (json ?? {}) as Partial<Turn>;
  const known = typeof song?.id === "number" && typeof song.title === "string";
  return known && pick !== undefined && policy !== undefined;
}

/** Remembers what plays and what was asked for, for when the tab is loaded again. */
export function remember(): void {
  left.set({ turn: playing.value, at: place.value.at, asked: asked.value });
}

/** Shows what played before the tab was loaded again; it goes on when the person says so. */
function restore({ turn, at, asked: next }: Left): void {
  asked.set(next);
  if (turn === null) return;
  halted = { turn, at, byItself: false };
  playing.set(turn);
  place.set({ at, duration: turn.song.duration });
}

if (left.value !== null) restore(left.value);

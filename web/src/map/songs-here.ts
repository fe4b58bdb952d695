import { api } from "../api/client";
import { fill, h, say } from "../dom";
import { asMood, distance, numbersOf, type Mood } from "../emotions";
import { words } from "../language";
import { sentence } from "../language/table";
import { mood as given, setMood } from "../mood/mood";
import { untilDone } from "../shell/messages";
import { songOf } from "../song/known-songs";
import { songItem } from "../song/song-parts";
import type { Place } from "./frame";

/** Moods that differ by less are the same. */
const SAME = 0.01;

/** The mood that a place of the map stands for. */
export async function moodAt({ valence, arousal }: Place, signal?: AbortSignal): Promise<Mood> {
  const within = (x: number): number => Math.min(1, Math.max(-1, x));
  const answer = await api.post("/api/v1/moods", {
    body: { valence: within(valence), arousal: within(arousal) },
    signal,
  });
  return asMood(answer.numbers) ?? numbersOf(answer.mood);
}

export interface SongsHere {
  readonly element: HTMLElement;
  /** Shows what is around a place: its mood in words, and the songs nearest to it. */
  readonly show: (place: Place, ids: readonly number[]) => void;
}

/** The text beside the map: a place in words, its songs, and the mood that one can take from it. */
export function songsHere(signal: AbortSignal): SongsHere {
  const t = words().map;
  const place = h("p", { class: "numbers", role: "status" }, t.hereNothing);
  const list = h("ol", { class: "songs-here narrow" });
  let mood: Mood | null = null;
  const take = h(
    "button",
    {
      class: "button",
      type: "button",
      disabled: true,
      onclick: () => {
        if (mood !== null) setMood(mood, "map");
      },
    },
    t.take,
  );
  const showTaken = (): void => {
    const taken = mood !== null && given.value !== null && distance(mood, given.value.mood) < SAME;
    take.disabled = mood === null || taken;
    say(take, taken ? t.taken : t.take);
  };
  given.subscribe(showTaken, signal);
  let asked = 0;
  let shown = new AbortController();
  signal.addEventListener("abort", () => shown.abort());

  const show = async (at: Place, ids: readonly number[]): Promise<void> => {
    const turn = ++asked;
    const [here, ...songs] = await Promise.all([
      moodAt(at, signal),
      ...ids.map((id) => songOf(id, signal)),
    ]);
    if (turn !== asked) return;
    mood = here;
    showTaken();
    say(place, sentence(placeInWords(at), ""));
    shown.abort();
    shown = new AbortController();
    fill(
      list,
      songs.map((song) => songItem(song, shown.signal)),
    );
  };
  return {
    element: h(
      "section",
      { class: "here", "aria-label": t.here },
      h("h2", {}, t.here),
      place,
      take,
      list,
    ),
    show: (at, ids) => untilDone(() => show(at, ids), signal),
  };
}

/** A place in words, such as "very pleasant, calm". */
export function placeInWords({ valence, arousal }: Place): string {
  const t = words().map;
  const axis = (x: number, low: string, high: string): string =>
    Math.abs(x) < 0.12 ? "" : t.degree(x < 0 ? low : high, Math.abs(x) > 0.6);
  const parts = [
    axis(valence, t.unpleasant, t.pleasant),
    axis(arousal, t.calm, t.energetic),
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : t.middle;
}

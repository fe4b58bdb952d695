import { api, type Schemas } from "../api/client";
import { fill, h, say, uniqueId } from "../dom";
import { EMOTIONS, type Emotion, type Mood } from "../emotions";
import { icon, type IconName } from "../icons";
import { words } from "../language";
import { sentence } from "../language/table";
import { runs, scan } from "../library/scan";
import { live } from "../mood/live";
import { mood, setMood } from "../mood/mood";
import { playing } from "../player/player";
import { go, hashOf } from "../route";
import { background, untilDone } from "../shell/messages";
import type { View } from "../shell/view";
import { songOf } from "../song/known-songs";
import { soundOf } from "../song/sound";
import { playOrPause } from "../song/song-parts";
import { Store } from "../store";
import { theme } from "../theme";
import { MOST as MOST_PLAYED, areaCard, rectangle } from "./area";
import { Frame, type Pixel, type Place } from "./frame";
import { gestures } from "./gestures";
import { MapCanvas } from "./map-canvas";
import { Points, WHOLE, type Shown } from "./points";
import { shapeIcon } from "./shapes";
import { moodAt, placeInWords, songsHere } from "./songs-here";

/** Songs named beside the map. */
const NAMED = 8;
const KEY_STEP = 24;
const HOVER_MS = 50;
const SETTLE_MS = 220;

/** After a movement of the map, until the songs of what is seen are loaded. */
const REST_MS = 200;

/** How near the map of many songs comes to one of them. */
const MANY_ZOOM = 20;

/** What lasts while one is elsewhere on the page. */
const points = new Store<Points | null>(null);
const shown = new Store<Shown>(EMOTIONS.map(() => true));
let lastFrame = new Frame(1, 1);
let affect: Schemas["EmotionOut"][] | null = null;

/** The song that the map shall show when it is opened next. */
let sought: number | null = null;

/** Lets the map begin at a song. */
export function showOnMap(id: number): void {
  sought = id;
  go({ place: "map" });
}

/** All songs on the plane of valence and arousal. */
export const mapView: View = (signal) => {
  const t = words();
  const summaryId = uniqueId("summary");
  const summary = h("p", { id: summaryId, class: "muted map-summary" }, "\u00a0");
  const picture = new MapCanvas(signal);
  const here = songsHere(signal);
  const label = h("div", { class: "map-label", hidden: true });
  const empty = h("div", { class: "empty map-empty", hidden: true });
  const surface = h(
    "div",
    {
      class: "map-surface",
      tabindex: 0,
      role: "application",
      "aria-label": t.map.surface,
      "aria-describedby": summaryId,
    },
    picture.element,
    (["energetic", "calm", "unpleasant", "pleasant"] as const).map((name) =>
      h("span", { class: `map-word map-${name}`, "aria-hidden": "true" }, t.map[name]),
    ),
    label,
  );
  let cross: Place | null = null;
  let chosen: Place | null = null;

  const near = (at: Pixel): number | null => {
    const frame = picture.frame;
    const { valence, arousal } = frame.place(at);
    const [row] =
      points.value?.nearest(valence, arousal, {
        within: picture.radius + 3.5,
        scaleX: frame.scaleX,
        scaleY: frame.scaleY,
        shown: shown.value,
      }) ?? [];
    return row ?? null;
  };
  const placeOf = (row: number): Place => ({
    valence: points.value!.valence[row]!,
    arousal: points.value!.arousal[row]!,
  });
  const choose = (place: Place): void => {
    chosen = place;
    const all = points.value;
    if (all === null) return;
    if (!all.complete) {
      untilDone(async () => {
        const ids = await nearestTo(place, signal);
        if (chosen === place) here.show(place, ids);
      }, signal);
      return;
    }
    const { scaleX, scaleY } = picture.frame;
    const rows = all.nearest(place.valence, place.arousal, {
      most: NAMED,
      scaleX,
      scaleY,
      shown: shown.value,
    });
    here.show(
      place,
      rows.map((row) => all.ids[row]!),
    );
  };
  let resting: ReturnType<typeof setTimeout> | undefined;
  const setFrame = (frame: Frame): void => {
    lastFrame = frame;
    picture.frame = frame;
    label.hidden = true;
    clearTimeout(resting);
    if (points.value?.tells(frame.seen()) === false)
      resting = setTimeout(() => untilDone(load, signal), REST_MS);
  };
  /** What a press does: a song plays, empty ground becomes the mood. */
  const act = async (at: Pixel): Promise<void> => {
    const row = near(at);
    if (row !== null) {
      const id = points.value!.ids[row]!;
      choose(placeOf(row));
      playOrPause(await songOf(id, signal));
      return;
    }
    const place = picture.frame.place(at);
    if (Math.abs(place.valence) > 1.02 || Math.abs(place.arousal) > 1.02) return;
    choose(place);
    // A camera goes on until the person says otherwise: a press beside a song is no such word.
    if (live.value === null) setMood(await moodAt(place, signal), "map");
  };

  let drawing = false;
  /** Where the keyboard began a rectangle. */
  let corner: Place | null = null;
  let area: readonly Place[] = [];
  const pen = tool("area", t.map.draw, () => draw(!drawing));
  pen.setAttribute("aria-pressed", "false");
  const draw = (on: boolean): void => {
    drawing = on;
    pen.setAttribute("aria-pressed", String(on));
    surface.classList.toggle("is-drawn-on", on);
  };
  const within = areaCard(() => setArea([]));
  const setArea = (line: readonly Place[], done = true): void => {
    area = line;
    picture.mark({ area });
    if (!done) return;
    draw(false);
    corner = null;
    showArea();
  };
  const showArea = (): void => {
    const all = points.value;
    if (all === null || area.length < 3) return within.show(null);
    if (all.complete) return within.show(all.inside(area, shown.value).map((row) => all.ids[row]!));
    const line = area;
    untilDone(async () => {
      const found = await areaOf(line, signal);
      if (area === line) within.show(found.ids, found.total);
    }, signal);
  };

  let hoverTimer: ReturnType<typeof setTimeout> | undefined;
  const hover = (row: number | null): void => {
    clearTimeout(hoverTimer);
    picture.mark({ hovered: row });
    surface.classList.toggle("is-over", row !== null);
    if (row === null) {
      label.hidden = true;
      return;
    }
    hoverTimer = setTimeout(() => background(name(row)), HOVER_MS);
  };
  let named: number | null = null;
  const name = async (row: number): Promise<void> => {
    named = row;
    const song = await songOf(points.value!.ids[row]!, signal);
    if (named !== row || !surface.classList.contains("is-over")) return;
    fill(
      label,
      h("b", { class: "one-line" }, song.title),
      h("span", { class: "one-line" }, song.artist ?? ""),
      h("span", { class: "muted" }, sentence(soundOf(song, t), "")),
    );
    label.hidden = false;
    const { x, y } = picture.frame.pixel(placeOf(row));
    const { width, height } = picture.frame;
    const left = Math.min(width - label.offsetWidth - 8, Math.max(8, x - label.offsetWidth / 2));
    const above = y - label.offsetHeight - 16;
    label.style.transform = `translate(${left}px, ${above > 8 ? above : Math.min(y + 18, height)}px)`;
  };
  let touched: number | null = null;

  gestures(surface, {
    frame: () => picture.frame,
    moved: setFrame,
    hovered: (at) => hover(at === null ? null : near(at)),
    draws: (event) => drawing || (event.shiftKey && event.pointerType === "mouse"),
    drawn: (line, done) =>
      setArea(
        line.map((at) => picture.frame.place(at)),
        done || line.length === 0,
      ),
    pressed: (at, touch) => {
      cross = null;
      picture.mark({ cross });
      const row = near(at);
      // A finger does not hover: it first asks for the name, then plays.
      if (touch && row !== null && row !== touched) {
        touched = row;
        hover(row);
        choose(placeOf(row));
        return;
      }
      touched = null;
      if (row === null) hover(null);
      background(act(at));
    },
  });

  let settle: ReturnType<typeof setTimeout> | undefined;
  const moveCross = (dx: number, dy: number): void => {
    const { centre } = picture.frame;
    const from = picture.frame.pixel(cross ?? chosen ?? centre);
    const to = picture.frame.place({ x: from.x + dx, y: from.y + dy });
    cross = {
      valence: Math.min(1, Math.max(-1, to.valence)),
      arousal: Math.min(1, Math.max(-1, to.arousal)),
    };
    setFrame(picture.frame.showing(cross));
    picture.mark({ cross });
    if (corner !== null) setArea(rectangle(corner, cross), false);
    hover(near(picture.frame.pixel(cross)));
    clearTimeout(settle);
    settle = setTimeout(() => cross && choose(cross), SETTLE_MS);
  };
  surface.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== surface) return;
    const step = event.shiftKey ? 4 * KEY_STEP : KEY_STEP;
    const middle = cross === null ? undefined : picture.frame.pixel(cross);
    const keys: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => moveCross(-step, 0),
      ArrowRight: () => moveCross(step, 0),
      ArrowUp: () => moveCross(0, -step),
      ArrowDown: () => moveCross(0, step),
      "+": () => setFrame(picture.frame.zoomed(1.5, middle)),
      "=": () => setFrame(picture.frame.zoomed(1.5, middle)),
      "-": () => setFrame(picture.frame.zoomed(1 / 1.5, middle)),
      "0": () => setFrame(picture.frame.whole()),
      a: () => {
        if (cross === null) moveCross(0, 0);
        if (corner === null) corner = cross;
        else setArea(area);
      },
      Escape: () => setArea([]),
      Enter: () => {
        if (cross === null) moveCross(0, 0);
        else if (corner !== null) setArea(area);
        else background(act(picture.frame.pixel(cross)));
      },
    };
    const key = keys[event.key];
    if (key === undefined) return;
    event.preventDefault();
    key();
  });
  surface.addEventListener("blur", () => {
    cross = null;
    picture.mark({ cross });
    if (corner !== null) setArea([]);
    hover(null);
  });

  const legend = legendOf(signal);
  const binned = h("p", { class: "muted small", hidden: true }, t.map.binned);
  const showMood = (): void => {
    const given = mood.value;
    picture.mark({ mood: given === null || affect === null ? null : placeOfMood(given.mood) });
  };
  const mark = (): void => {
    const id = playing.value?.song.id;
    const row = id === undefined ? undefined : points.value?.rowOf(id);
    picture.mark({ playing: row ?? null });
  };
  /** Shows a song that is not among the points, near enough to see single ones. */
  const goTo = async (id: number): Promise<void> => {
    const { valence, arousal } = await songOf(id, signal);
    if (valence === null || arousal === null) return;
    choose({ valence, arousal });
    setFrame(new Frame(lastFrame.width, lastFrame.height, MANY_ZOOM, { valence, arousal }));
  };
  points.watch((all) => {
    picture.points = all;
    if (all === null) return;
    empty.hidden = all.total > 0;
    say(summary, summaryOf(all));
    binned.hidden = all.bins === null;
    mark();
    const row = sought === null ? undefined : all.rowOf(sought);
    const elsewhere = row === undefined && !all.complete ? sought : null;
    sought = null;
    if (elsewhere !== null) {
      background(goTo(elsewhere));
    } else if (row !== undefined) {
      choose(placeOf(row));
      setFrame(new Frame(lastFrame.width, lastFrame.height, 3, placeOf(row)).showing(placeOf(row)));
      hover(row);
    } else if (chosen === null && mood.value !== null && affect !== null)
      choose(placeOfMood(mood.value.mood));
  }, signal);
  shown.watch((now) => {
    picture.shown = now;
    if (chosen !== null) choose(chosen);
    showArea();
  }, signal);
  playing.watch(mark, signal);
  mood.watch(showMood, signal);
  theme.subscribe(() => picture.repaint(), signal);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => picture.repaint(), {
    signal,
  });
  scan.subscribe((status) => {
    if (!runs(status)) background(load());
  }, signal);
  untilDone(load, signal);
  untilDone(async () => {
    await learnAffect();
    showMood();
    if (chosen === null && mood.value !== null) choose(placeOfMood(mood.value.mood));
  }, signal);

  const sizes = new ResizeObserver(() => {
    const { clientWidth, clientHeight } = surface;
    if (clientWidth > 0) setFrame(lastFrame.sized(clientWidth, clientHeight));
  });
  sizes.observe(surface);
  signal.addEventListener("abort", () => {
    sizes.disconnect();
    clearTimeout(hoverTimer);
    clearTimeout(settle);
    clearTimeout(resting);
  });
  fill(
    empty,
    icon("map"),
    h("h2", {}, t.map.empty),
    h("p", {}, t.map.emptyText),
    h("a", { class: "button button-main", href: hashOf({ place: "library" }) }, t.map.emptyAction),
  );
  return h(
    "div",
    { class: "map" },
    h(
      "div",
      { class: "map-head" },
      h("h1", {}, t.map.title),
      summary,
      h(
        "div",
        { class: "map-buttons" },
        tool("plus", t.map.nearer, () => setFrame(picture.frame.zoomed(1.6))),
        tool("minus", t.map.farther, () => setFrame(picture.frame.zoomed(1 / 1.6))),
        tool("whole", t.map.whole, () => setFrame(picture.frame.whole())),
        pen,
      ),
    ),
    h("div", { class: "map-main" }, surface, empty),
    h(
      "div",
      { class: "map-side column" },
      legend,
      binned,
      h(
        "p",
        { class: "muted small" },
        t.map.help,
        h("span", { class: "for-keys" }, ` ${t.map.helpArea}`),
      ),
      within.element,
      here.element,
    ),
  );
};

let loading = 0;

/** Loads the songs of the part that is seen; of few songs all. */
async function load(): Promise<void> {
  const turn = ++loading;
  const before = points.value;
  const part = before === null || before.complete ? WHOLE : lastFrame.seen();
  const query = {
    min_valence: part.valence[0],
    max_valence: part.valence[1],
    min_arousal: part.arousal[0],
    max_arousal: part.arousal[1],
  };
  const found = new Points(await api.get("/api/v1/songs/map", { query }), part);
  if (turn === loading) points.set(found);
}

/** The emotions that are shown; null for all. */
function shownNames(): Emotion[] | null {
  const names = EMOTIONS.filter((_, index) => shown.value[index]);
  return names.length < EMOTIONS.length ? names : null;
}

/** The ids of the songs nearest to a place, where not all are points. */
async function nearestTo({ valence, arousal }: Place, signal: AbortSignal): Promise<number[]> {
  const emotions = shownNames();
  if (emotions?.length === 0) return [];
  const query = { valence: inPlane(valence), arousal: inPlane(arousal), n: NAMED, emotions };
  return api.get("/api/v1/songs/map/nearest", { query, signal });
}

/** The number of songs inside a line and some of them, where not all are points. */
async function areaOf(line: readonly Place[], signal: AbortSignal): Promise<Schemas["AreaOut"]> {
  const emotions = shownNames();
  if (emotions?.length === 0) return { total: 0, ids: [] };
  const corners = line.map(({ valence, arousal }): [number, number] => [
    inPlane(valence),
    inPlane(arousal),
  ]);
  const body = { line: corners, emotions: emotions ?? [], most: MOST_PLAYED };
  return api.post("/api/v1/songs/map/area", { body, signal });
}

function inPlane(x: number): number {
  return Math.min(1, Math.max(-1, x));
}

async function learnAffect(): Promise<void> {
  affect ??= (await api.get("/api/v1/moods")).emotions;
}

/** Where a mood lies: between its emotions. */
function placeOfMood(given: Mood): Place {
  let [valence, arousal] = [0, 0];
  for (const [index, { valence: v, arousal: a }] of (affect ?? []).entries()) {
    valence += (given[index] ?? 0) * v;
    arousal += (given[index] ?? 0) * a;
  }
  return { valence, arousal };
}

/** The seven with their shapes, colours and counts; pressing one hides it, or shows it again. */
function legendOf(signal: AbortSignal): HTMLElement {
  const t = words();
  const entries = EMOTIONS.map((emotion, index) => {
    const count = h("span", { class: "chip-count numbers" });
    const chip = h(
      "button",
      {
        class: "chip legend-chip",
        type: "button",
        onclick: () => shown.update((now) => now.map((is, i) => (i === index ? !is : is))),
      },
      shapeIcon(emotion),
      t.table.adjectives[emotion],
      count,
    );
    return { chip, count };
  });
  shown.watch((now) => {
    entries.forEach(({ chip }, i) => chip.setAttribute("aria-pressed", String(now[i] ?? true)));
  }, signal);
  points.watch((all) => {
    entries.forEach(({ count }, i) => say(count, all ? t.library.number(all.counts[i] ?? 0) : ""));
  }, signal);
  return h(
    "div",
    { class: "chips", role: "group", "aria-label": t.map.legend },
    entries.map(({ chip }) => chip),
  );
}

/** Of which on a quarter of the map counts as where most songs are. */
const MOST = 0.5;

/** The map in words: how many songs, and where most of them are. */
function summaryOf(points: Points): string {
  const t = words();
  if (points.total === 0) return "\u00a0";
  const { quarters } = points;
  const most = quarters.indexOf(Math.max(...quarters));
  const songs = t.songs(points.total);
  if (quarters[most]! < MOST * points.total) return t.map.spread(songs);
  return t.map.summary(
    songs,
    placeInWords({ valence: most % 2 ? 0.4 : -0.4, arousal: most >= 2 ? 0.4 : -0.4 }),
  );
}

function tool(name: IconName, label: string, onclick: () => void): HTMLButtonElement {
  const button = h("button", {
    class: "button button-icon",
    type: "button",
    title: label,
    "aria-label": label,
    onclick,
  });
  button.append(icon(name));
  return button;
}

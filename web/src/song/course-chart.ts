import { h, say, uniqueId } from "../dom";
import { clock } from "../duration";
import { colourOf, EMOTIONS } from "../emotions";
import { words } from "../language";
import { place, playing, playSong, seek } from "../player/player";
import { areas, HEIGHT, line, momentAt, WIDTH, type Moment } from "./course";
import { courseInWords, type OverTime } from "./course-words";
import { soundInWords } from "./sound";
import type { Song } from "./song-parts";

const SVG = "http://www.w3.org/2000/svg";
const KEY_SECONDS = 5;

/** A song's mood over time; pressing a place plays the song from there. */
export function courseChart(
  song: Song,
  moments: readonly Moment[],
  overTime: OverTime,
  signal: AbortSignal,
): HTMLElement {
  const t = words().song;
  const end = moments.at(-1)?.end ?? 0;
  const cursor = h("div", { class: "course-cursor", hidden: true });
  const head = h("div", { class: "course-head", hidden: true });
  const label = h("div", { class: "course-label numbers", "aria-hidden": "true" }, "\u00a0");
  const describedBy = uniqueId("course");
  const chart = h(
    "div",
    {
      class: "course",
      role: "slider",
      tabindex: 0,
      "aria-label": t.courseLabel,
      "aria-describedby": describedBy,
      "aria-valuemin": "0",
      "aria-valuemax": String(Math.round(end)),
      "aria-orientation": "horizontal",
    },
    stacked(moments),
    lines(moments),
    turns(overTime, end),
    cursor,
    head,
  );
  let at = 0;
  const point = (seconds: number | null): void => {
    cursor.hidden = seconds === null;
    if (seconds === null) {
      say(label, "\u00a0");
      return;
    }
    at = Math.min(end, Math.max(0, seconds));
    cursor.style.left = `${(100 * at) / end}%`;
    const moment = momentAt(moments, at);
    const text = moment ? `${clock(at)} · ${soundInWords(moment.sound, words())}` : clock(at);
    say(label, text);
    chart.setAttribute("aria-valuenow", String(Math.round(at)));
    chart.setAttribute("aria-valuetext", text);
  };
  const play = (seconds: number): void => {
    if (playing.value?.song.id === song.id) seek(seconds);
    else playSong(song, seconds);
  };
  const secondsAt = (event: PointerEvent | MouseEvent): number => {
    const box = chart.getBoundingClientRect();
    return (end * (event.clientX - box.left)) / Math.max(1, box.width);
  };
  chart.addEventListener("pointermove", (event) => point(secondsAt(event)));
  chart.addEventListener("pointerleave", () => point(null));
  chart.addEventListener("click", (event) => play(secondsAt(event)));
  chart.addEventListener("focus", () => {
    if (chart.matches(":focus-visible")) point(at);
  });
  chart.addEventListener("blur", () => point(null));
  chart.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: at - KEY_SECONDS,
      ArrowDown: at - KEY_SECONDS,
      ArrowRight: at + KEY_SECONDS,
      ArrowUp: at + KEY_SECONDS,
      Home: 0,
      End: end,
    };
    const to = steps[event.key];
    if (to !== undefined) point(to);
    else if (event.key === "Enter" || event.key === " ") play(at);
    else return;
    event.preventDefault();
  });
  place.watch(({ at: now }) => {
    const here = playing.value?.song.id === song.id;
    head.hidden = !here;
    if (here) head.style.left = `${Math.min(100, (100 * now) / end)}%`;
  }, signal);
  playing.subscribe((turn) => {
    if (turn?.song.id !== song.id) head.hidden = true;
  }, signal);
  chart.setAttribute("aria-valuenow", "0");
  chart.setAttribute("aria-valuetext", clock(0));
  return h(
    "div",
    { class: "course-box" },
    h("p", { id: describedBy }, courseInWords(overTime, words())),
    chart,
    h(
      "div",
      { class: "course-times muted small numbers", "aria-hidden": "true" },
      [0, 0.25, 0.5, 0.75, 1].map((share) => h("span", {}, clock(share * end))),
    ),
    label,
    legend(moments),
  );
}

/** Where the sentence says that the song turns. */
function turns({ stretches }: OverTime, end: number): HTMLElement[] {
  return stretches
    .slice(1)
    .map(({ start }) =>
      h("div", { class: "course-turn", style: { left: `${(100 * start) / end}%` } }),
    );
}

function stacked(moments: readonly Moment[]): SVGSVGElement {
  const svg = picture("course-areas");
  areas(moments).forEach((d, index) => {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    path.style.fill = colourOf(EMOTIONS[index] ?? "neutral");
    svg.append(path);
  });
  return svg;
}

function lines(moments: readonly Moment[]): SVGSVGElement {
  const svg = picture("course-lines");
  const add = (name: string, d: string): void => {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    path.setAttribute("class", name);
    path.setAttribute("vector-effect", "non-scaling-stroke");
    svg.append(path);
  };
  add("course-zero", `M0 ${HEIGHT / 2}H${WIDTH}`);
  add(
    "course-valence",
    line(moments, ({ valence }) => valence),
  );
  add(
    "course-arousal",
    line(moments, ({ arousal }) => arousal),
  );
  return svg;
}

function picture(name: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", name);
  return svg;
}

/** The emotions that occur, from the top of the picture down, and the two lines. */
function legend(moments: readonly Moment[]): HTMLElement {
  const t = words();
  const seen = EMOTIONS.filter((_, i) => moments.some(({ mood }) => (mood[i] ?? 0) > 0.1));
  return h(
    "ul",
    { class: "course-legend small", "aria-hidden": "true" },
    seen
      .reverse()
      .map((emotion) =>
        h(
          "li",
          {},
          h("span", { class: "chip-dot", style: { background: colourOf(emotion) } }),
          t.table.adjectives[emotion],
        ),
      ),
    h("li", {}, h("span", { class: "line-valence" }), t.library.sorts.valence),
    h("li", {}, h("span", { class: "line-arousal" }), t.library.sorts.arousal),
  );
}

/** The way of a journey, drawn on a small mood map, and how far it has gone in words. */

import { h, say } from "../dom";
import { colourOf, type Emotion } from "../emotions";
import { words } from "../language";
import { filled, figures } from "../language/table";
import type { Way } from "../player/session";

const SVG = "http://www.w3.org/2000/svg";

/** How large a unit of valence and of arousal is drawn; the map spans two of each. */
const UNIT = 50;

export interface WayMap {
  readonly element: HTMLElement;
  /** Show a way to an emotion; null: none is under way. */
  show(way: Way | null, goal: Emotion): void;
}

export function wayMap(): WayMap {
  const t = words();
  const svg = drawn("svg", {
    viewBox: `${-1.1 * UNIT} ${-1.1 * UNIT} ${2.2 * UNIT} ${2.2 * UNIT}`,
    "aria-hidden": "true", // the sentence beside it says the same
  });
  const sentence = h("p", { class: "small", role: "status" });
  const shorter = h("p", { class: "muted small" });
  const element = h("div", { class: "way" }, h("div", {}, sentence, shorter));
  element.prepend(svg);

  function show(way: Way | null, goal: Emotion): void {
    element.hidden = way === null;
    if (way === null) return;
    const points = way.places.map(({ valence, arousal }) => [UNIT * valence, -UNIT * arousal]);
    const axes = drawn("path", {
      class: "way-axes",
      d: `M${-UNIT} 0H${UNIT}M0 ${-UNIT}V${UNIT}`,
    });
    const line = drawn("polyline", { class: "way-line", points: points.join(" ") });
    const songs = points.map(([x, y], i) => {
      const last = i === points.length - 1;
      const name = ["way-song", i <= way.at && "way-gone", last && "way-goal"];
      const dot = drawn("circle", {
        class: name.filter(Boolean).join(" "),
        cx: `${x}`,
        cy: `${y}`,
        r: last ? "4.5" : "2.5",
      });
      if (last) dot.style.fill = colourOf(goal);
      return dot;
    });
    const [x, y] = points[way.at]!;
    const here = drawn("circle", { class: "way-here", cx: `${x}`, cy: `${y}`, r: "7" });
    svg.replaceChildren(axes, line, ...songs, here);
    const arrived = way.at === points.length - 1;
    say(sentence, arrived ? t.listen.wayEnds : t.listen.way(way.at + 1, points.length));
    const fewer = figures(points.length, t.table);
    say(
      shorter,
      points.length < way.asked ? filled(t.table.journey_shorter, { songs: fewer }) : "",
    );
  }

  return { element, show };
}

function drawn<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Record<string, string>,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

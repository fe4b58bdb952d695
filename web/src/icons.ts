const SVG = "http://www.w3.org/2000/svg";

/** Paths on a grid of 24×24, drawn with a line of 2; those in `SOLID` are filled. */
const PATHS = {
  listen:
    "M4 14v-2a8 8 0 0 1 16 0v2M4 14a2 2 0 0 1 4 0v4a2 2 0 0 1-4 0zM16 14a2 2 0 0 1 4 0v4a2 2 0 0 1-4 0z",
  library: "M5 4v16M10 4v16M15 4.5l4.5 15",
  map: "M12 3v18M3 12h18M7.5 7.5h.01M16 6.5h.01M17.5 15.5h.01M8 17h.01",
  history: "M3 12a9 9 0 1 0 3-6.7L3 8M3 3v5h5M12 7v5l3.5 2",
  settings: "M4 7h10M18 7h2M4 17h2M10 17h10M14 4.5v5M6 14.5v5",
  camera:
    "M4 8h3l2-3h6l2 3h3a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
  photo: "M4 5h16v14H4zM4 16l4.5-5 4 4.5 2.5-2.5 5 5M15.5 9h.01",
  sliders: "M6 4v8M6 16v4M12 4v3M12 11v9M18 4v10M18 18v2M4 12h4M10 7h4M16 14h4",
  numbers: "M5 20v-7M12 20V5M19 20v-10",
  stop: "M7 7h10v10H7z",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  next: "M5 5l9 7-9 7zM18 5v14",
  previous: "M19 5l-9 7 9 7zM6 5v14",
  like: "M12 20s-8-5-8-10.5A4.5 4.5 0 0 1 12 6.7a4.5 4.5 0 0 1 8 2.8C20 15 12 20 12 20z",
  notNow: "M5 12h14M13 6l6 6-6 6M5 5v14",
  wrong: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9 9h.01M15 9h.01M8.5 16.5a4.5 4.5 0 0 1 7 0",
  volume: "M4 9v6h4l5 4V5L8 9zM16.5 8.5a5 5 0 0 1 0 7",
  muted: "M4 9v6h4l5 4V5L8 9zM17 9.5l5 5M22 9.5l-5 5",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L21 21",
  folder: "M3 6h6l2 2.5h10V19H3z",
  save: "M12 4v11M7 10.5l5 5 5-5M4 20h16",
  close: "M6 6l12 12M18 6L6 18",
  back: "M15 5l-7 7 7 7",
  more: "M9 5l7 7-7 7",
  down: "M5 9l7 7 7-7",
  up: "M5 15l7-7 7 7",
  check: "M5 12.5l4.5 4.5L19 7",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.01",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8h.01",
  light:
    "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6l1.4 1.4M17 17l1.4 1.4M18.4 5.6L17 7M7 17l-1.4 1.4",
  dark: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  system: "M3 5h18v11H3zM9 20h6M12 16v4",
  language:
    "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c3 3 3.5 15 0 18M12 3c-3 3-3.5 15 0 18",
  keyboard: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M17 14H7",
  rename: "M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19zM14 6.5l3.5 3.5",
  playlist: "M4 6h12M4 11h12M4 16h7M15 14l6 3.5-6 3.5z",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
  similar: "M4 12h2M8 8v8M12 5v14M16 8v8M20 12h.01",
  queue: "M4 6h16M4 12h9M4 18h7M17 12v8M13 16h8",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  area: "M12 4c5 0 8.5 2.5 8.5 6.5S17 17 12 17s-8.5-2.5-8.5-6.5S7 4 12 4zM9 16.5c-1 3-3 4-5 3.5",
  whole: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  refresh: "M20 11a8 8 0 1 0-1.5 6M20 5v6h-6",
} as const;

const SOLID: ReadonlySet<string> = new Set(["play", "stop", "next", "previous"]);

export type IconName = keyof typeof PATHS;

/** Draws an icon; it means nothing to screen readers, so the button around it needs a name. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", SOLID.has(name) ? "icon icon-solid" : "icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

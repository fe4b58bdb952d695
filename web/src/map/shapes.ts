import { EMOTIONS, type Emotion } from "../emotions";

/**
 * A shape for each emotion, so that colour is not all that tells them apart: the corners of a
 * polygon around 0 with a radius of 1, or null for a circle.
 */
const CORNERS: Readonly<Record<Emotion, readonly (readonly [number, number])[] | null>> = {
  angry: square(0.85),
  disgust: regular(6, 1.02, Math.PI / 6),
  fear: cross(1, 0.36),
  happy: regular(3, 1.2, -Math.PI / 2),
  neutral: null,
  sad: regular(3, 1.2, Math.PI / 2),
  surprise: regular(4, 1.15, 0),
};

/** Draws the outline of an emotion's point around a place. */
export function outline(
  path: CanvasRenderingContext2D | Path2D,
  emotion: Emotion,
  x: number,
  y: number,
  radius: number,
): void {
  const corners = CORNERS[emotion];
  if (corners === null) {
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  corners.forEach(([cx, cy], index) => {
    if (index === 0) path.moveTo(x + cx * radius, y + cy * radius);
    else path.lineTo(x + cx * radius, y + cy * radius);
  });
  path.closePath();
}

/** The shape of an emotion as a small picture, for the legend. */
export function shapeIcon(emotion: Emotion): SVGSVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "-1.3 -1.3 2.6 2.6");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "shape");
  const corners = CORNERS[emotion];
  const shape = document.createElementNS(namespace, corners === null ? "circle" : "polygon");
  if (corners === null) shape.setAttribute("r", "1");
  else shape.setAttribute("points", corners.map((corner) => corner.join(",")).join(" "));
  shape.style.fill = `var(--${emotion})`;
  svg.append(shape);
  return svg;
}

/** The points of each emotion as pictures to be stamped, in the order of the seven. */
export function stamps(radius: number, ratio: number, edge: string): HTMLCanvasElement[] {
  const style = getComputedStyle(document.documentElement);
  const size = Math.ceil((2.6 * radius + 2) * ratio);
  return EMOTIONS.map((emotion) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = size;
    const pen = canvas.getContext("2d");
    if (pen === null) return canvas;
    pen.beginPath();
    outline(pen, emotion, size / 2, size / 2, radius * ratio);
    pen.globalAlpha = 0.85;
    pen.fillStyle = style.getPropertyValue(`--${emotion}`);
    pen.fill();
    if (radius >= 3.5) {
      pen.globalAlpha = 1;
      pen.strokeStyle = edge;
      pen.lineWidth = ratio;
      pen.stroke();
    }
    return canvas;
  });
}

function regular(corners: number, radius: number, turn: number): [number, number][] {
  return Array.from({ length: corners }, (_, i) => {
    const angle = turn + (2 * Math.PI * i) / corners;
    return [round(radius * Math.cos(angle)), round(radius * Math.sin(angle))];
  });
}

function square(half: number): [number, number][] {
  return [
    [-half, -half],
    [half, -half],
    [half, half],
    [-half, half],
  ];
}

function cross(r: number, w: number): [number, number][] {
  return [
    [-w, -r],
    [w, -r],
    [w, -w],
    [r, -w],
    [r, w],
    [w, w],
    [w, r],
    [-w, r],
    [-w, w],
    [-r, w],
    [-r, -w],
    [-w, -w],
  ];
}

function round(x: number): number {
  return Math.round(1000 * x) / 1000;
}

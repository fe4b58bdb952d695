import type { Frame, Pixel } from "./frame";

/** What fingers, mouse and keys do with a map. */
export interface Gestures {
  readonly frame: () => Frame;
  readonly moved: (frame: Frame) => void;
  /** A place was pressed without moving on; `touch`: by a finger, which sees no hovering. */
  readonly pressed: (at: Pixel, touch: boolean) => void;
  /** The mouse is over a place; null: it has left. */
  readonly hovered: (at: Pixel | null) => void;
  /** Whether a drag draws a line instead of moving the map. */
  readonly draws: (event: PointerEvent) => boolean;
  /** The line that is drawn; `done`: it is complete. An empty one was given up. */
  readonly drawn: (line: readonly Pixel[], done: boolean) => void;
}

/** Pixels between two points of a line that is drawn. */
const STEP = 4;

/** Pixels that a press may tremble. */
const TREMBLE = 5;

/** Pans by dragging, or draws; zooms by wheel and by two fingers. */
export function gestures(element: HTMLElement, on: Gestures): void {
  const down = new Map<number, Pixel>();
  /** Where a press began; null when it has become a movement. */
  let press: Pixel | null = null;
  /** The line that is being drawn. */
  let line: Pixel[] | null = null;

  const at = (event: MouseEvent): Pixel => {
    const box = element.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    if (line !== null) on.drawn((line = null) ?? [], false); // a second finger zooms
    press = down.size === 0 ? at(event) : null;
    if (press !== null && on.draws(event)) line = [press];
    down.set(event.pointerId, at(event));
  });
  element.addEventListener("pointermove", (event) => {
    const here = at(event);
    const before = down.get(event.pointerId);
    if (before === undefined) {
      if (event.pointerType !== "touch") on.hovered(here);
      return;
    }
    if (press !== null && Math.hypot(here.x - press.x, here.y - press.y) < TREMBLE) return;
    if (press !== null) on.hovered(null);
    press = null;
    if (line !== null) {
      down.set(event.pointerId, here);
      const last = line.at(-1)!;
      if (Math.hypot(here.x - last.x, here.y - last.y) < STEP) return;
      line.push(here);
      return on.drawn(line, false);
    }
    element.classList.add("is-dragged");
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    down.set(event.pointerId, here);
    const frame = on.frame();
    if (other === undefined) return on.moved(frame.moved(here.x - before.x, here.y - before.y));
    const wide = (p: Pixel): number => Math.max(1, Math.hypot(p.x - other.x, p.y - other.y));
    const [was, is] = [middle(before, other), middle(here, other)];
    on.moved(frame.moved(is.x - was.x, is.y - was.y).zoomed(wide(here) / wide(before), is));
  });
  const up = (event: PointerEvent): void => {
    if (!down.delete(event.pointerId)) return;
    if (down.size === 0) element.classList.remove("is-dragged");
    if (line !== null && press === null)
      on.drawn(event.type === "pointerup" ? line : [], event.type === "pointerup");
    line = null;
    if (press !== null && event.type === "pointerup")
      on.pressed(at(event), event.pointerType === "touch");
    press = null;
  };
  element.addEventListener("pointerup", up);
  element.addEventListener("pointercancel", up);
  element.addEventListener("pointerleave", (event) => {
    if (event.pointerType !== "touch") on.hovered(null); // a lifted finger leaves what it asked for
  });
  element.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 18 : 1;
      // A pinch on a touchpad comes as a wheel with Ctrl, in small steps.
      const speed = event.ctrlKey ? 0.01 : 0.0018;
      on.moved(on.frame().zoomed(Math.exp(-event.deltaY * lines * speed), at(event)));
    },
    { passive: false },
  );
}

function middle(a: Pixel, b: Pixel): Pixel {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

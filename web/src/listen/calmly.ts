const MS = 420;

/** Milliseconds after which a pointer that lies still over a list is not about to click. */
const IDLE_MS = 2000;

/**
 * Puts elements into a list in a new order, without anything flying about.
 *
 * Where the first ones went, or one was taken out, the others close the gap together. Whatever else
 * changes its place or is new fades in where it belongs. Elements that stay keep their focus. Where
 * less motion is wished, everything is at its place at once.
 */
export function calmly(list: HTMLElement, order: readonly HTMLElement[]): void {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const shown = list.isConnected && !still && document.visibilityState === "visible";
  const old = [...list.children] as HTMLElement[];
  const before = new Map<Element, number>();
  if (shown) for (const child of old) before.set(child, child.offsetTop);
  const focused = document.activeElement;
  const stay = new Set<Element>(order);
  const kept = old.filter((child) => stay.has(child));
  const inOrder = order.filter((element) => before.has(element));
  const closesGap = kept.every((child, i) => child === inOrder[i]) && isFirst(inOrder, order);
  for (const child of old) if (!stay.has(child)) child.remove();
  order.forEach((element, i) => {
    const there = list.children[i];
    if (there !== element) list.insertBefore(element, there ?? null);
  });
  if (focused instanceof HTMLElement && list.contains(focused))
    focused.focus({ preventScroll: true });
  if (!shown) return;
  for (const element of order) {
    const was = before.get(element);
    const moved = was === undefined ? 0 : was - element.offsetTop;
    if (was !== undefined && moved === 0) continue;
    if (was !== undefined && closesGap)
      element.animate([{ transform: `translateY(${moved}px)` }, { transform: "none" }], {
        duration: MS,
        easing: "cubic-bezier(0.2, 0.7, 0.2, 1)",
      });
    else element.animate([{ opacity: 0 }, { opacity: 1 }], { duration: MS, easing: "ease-out" });
  }
}

/** Whether some elements come first in a list, so that nothing was put before any of them. */
function isFirst(some: readonly Element[], all: readonly Element[]): boolean {
  return some.every((element, i) => element === all[i]);
}

/**
 * Returns a function that runs `change` at once, or, while a pointer moves over an element, when
 * that has left it or lies still: nothing is to move away from under a pointer.
 *
 * @param now runs it at once, whatever the pointer does: the person asked for the change.
 */
export function notUnderPointer(
  element: HTMLElement,
  change: () => void,
  signal: AbortSignal,
): (now?: boolean) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waits = false;
  const run = (): void => {
    waits = false;
    change();
  };
  const leave = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waits) run();
  };
  const move = ({ pointerType }: PointerEvent): void => {
    if (pointerType !== "mouse") return; // a finger that scrolls is about to click nothing
    clearTimeout(timer);
    timer = setTimeout(leave, IDLE_MS);
  };
  element.addEventListener("pointermove", move, { signal });
  element.addEventListener("pointerleave", leave, { signal });
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  return (now = false) => {
    if (now || timer === undefined) run();
    else waits = true;
  };
}

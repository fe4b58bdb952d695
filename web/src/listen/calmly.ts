const MS = 420;

/**
 * Puts elements into a list in a new order, and lets them glide to their places.
 *
 * Elements that stay keep their focus; those that come fade in. Where less motion is wished,
 * everything is at its place at once.
 */
export function calmly(list: HTMLElement, order: readonly HTMLElement[]): void {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const shown = list.isConnected && !still && document.visibilityState === "visible";
  const before = new Map<Element, number>();
  if (shown) for (const child of list.children) before.set(child, topOf(child));
  const focused = document.activeElement;
  const stay = new Set<Element>(order);
  for (const child of [...list.children]) if (!stay.has(child)) child.remove();
  order.forEach((element, i) => {
    const there = list.children[i];
    if (there !== element) list.insertBefore(element, there ?? null);
  });
  if (focused instanceof HTMLElement && list.contains(focused))
    focused.focus({ preventScroll: true });
  if (!shown) return;
  for (const element of order) {
    const was = before.get(element);
    const now = topOf(element);
    if (was === undefined)
      element.animate([{ opacity: 0 }, { opacity: 1 }], { duration: MS, easing: "ease-out" });
    else if (was !== now)
      element.animate([{ transform: `translateY(${was - now}px)` }, { transform: "none" }], {
        duration: MS,
        easing: "cubic-bezier(0.2, 0.7, 0.2, 1)",
      });
  }
}

function topOf(element: Element): number {
  return (element as HTMLElement).offsetTop;
}

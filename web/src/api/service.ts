/** Whether the service answers this page; where it does not, it is asked until it does. */

import { Store } from "../store";
import { errorOf, type Obstacle } from "./error";

/** Why the service cannot be used; null: it answers. */
export const obstacle = new Store<Obstacle | null>(null);

/** Whether the service answers. */
export const reachable = new Store(true);
obstacle.subscribe((now) => reachable.set(now === null));

/** Whether the service has a newer page than this one. */
export const outdated = new Store(false);

const RETRY_MS = 1500;

/** Milliseconds without an answer after which the service is asked whether it is there at all. */
export const PATIENCE_MS = 5000;

let asking: ReturnType<typeof setTimeout> | undefined;

/** Says that the service cannot be used, and asks until it can. */
export function hindered(why: Obstacle): void {
  obstacle.set(why);
  asking ??= setTimeout(() => void look(), RETRY_MS);
}

/** Says that the service answers. */
export function answered(): void {
  clearTimeout(asking);
  asking = undefined;
  obstacle.set(null);
}

/** Asks now whether the service answers. */
export async function look(): Promise<void> {
  clearTimeout(asking);
  asking = undefined;
  const why = await obstacleNow();
  if (why === null) answered();
  else hindered(why);
}

/** Comes when the service answers. */
export function back(): Promise<void> {
  return new Promise((resolve) => {
    const once = new AbortController();
    reachable.watch((is) => {
      if (!is) return;
      once.abort();
      resolve();
    }, once.signal);
  });
}

async function obstacleNow(): Promise<Obstacle | null> {
  try {
    const response = await fetch("api/v1/health", {
      cache: "no-store",
      signal: AbortSignal.timeout(2 * PATIENCE_MS), // a busy machine is slow, too
    });
    if (!response.ok) return (await errorOf(response)).obstacle ?? "away";
    await response.json(); // what is no JSON is not the service
    return null;
  } catch {
    return "away";
  }
}

/** Opens the service with a link or a token that the person gave; tells whether it fitted. */
export async function signIn(given: string): Promise<boolean> {
  try {
    // The answer brings the cookie; its page is not needed.
    await fetch(`./?${new URLSearchParams({ token: given })}`, { cache: "no-store" });
  } catch {
    // said by the next look
  }
  await look();
  return obstacle.value !== "locked";
}

/** Tells whether the service has a newer page, whose parts no longer fit this one. */
export async function lookForNewer(): Promise<boolean> {
  const own = document.querySelector("script[type=module]")?.getAttribute("src");
  try {
    const response = await fetch("./", { cache: "no-cache" });
    if (own && response.ok && !(await response.text()).includes(own)) outdated.set(true);
  } catch {
    // away: looked for again when it is back
  }
  return outdated.value;
}

/** Watches for what changes while nothing is asked; for the page's whole life. */
export function watchService(): void {
  const again = (): void => {
    if (!reachable.value && !document.hidden) void look();
  };
  window.addEventListener("online", again);
  document.addEventListener("visibilitychange", again);
  reachable.subscribe((is) => {
    if (is) void lookForNewer(); // it may have been updated meanwhile
  });
}

import { Store } from "./store";

export const PLACES = ["listen", "library", "map", "history", "settings"] as const;

/** A place of the page, or a song. */
export type Route =
  { readonly place: (typeof PLACES)[number] } | { readonly place: "song"; readonly id: number };

/** Reads what follows the # of the address; what is unknown leads to listening. */
function routeOf(hash: string): Route {
  const [name = "", rest = ""] = hash.replace(/^#\/?/, "").split("/");
  if (name === "song" && /^\d{1,15}$/.test(rest)) return { place: "song", id: Number(rest) };
  const place = PLACES.find((known) => known === name);
  return { place: place ?? "listen" };
}

export function hashOf(route: Route): string {
  return route.place === "song" ? `#/song/${route.id}` : `#/${route.place}`;
}

export const route = new Store<Route>(routeOf(location.hash));

window.addEventListener("hashchange", () => {
  const next = routeOf(location.hash);
  if (hashOf(next) !== hashOf(route.value)) route.set(next);
});

export function go(to: Route): void {
  location.hash = hashOf(to);
}

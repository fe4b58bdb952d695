import { api, type Schemas } from "../api/client";
import { Store } from "../store";

export type Overview = Schemas["LibraryOut"];

/** How much there is; null until the server has said so. */
export const overview = new Store<Overview | null>(null);

export async function refreshOverview(): Promise<void> {
  overview.set(await api.get("/api/v1/library"));
}

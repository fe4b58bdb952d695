import { overview } from "../library/overview";
import { runs, scan } from "../library/scan";
import { Store } from "../store";
import { playing } from "./player";

/** Songs of a scan that must be analysed before music begins, so that there is a choice. */
export const ENOUGH = 5;

/** Whether there is something to play; as long as nobody knows, there may be. */
export const playable = new Store(true);

const look = (): void => {
  const songs = overview.value?.ok ?? ENOUGH;
  playable.set(playing.value !== null || songs >= ENOUGH || (songs > 0 && !runs(scan.value)));
};
for (const store of [overview, scan, playing] as Store<unknown>[]) store.watch(look);

import { Store } from "../store";

/** The running camera; null: it is off. The header shows it wherever the person is. */
export const live = new Store<{ readonly stop: () => void } | null>(null);

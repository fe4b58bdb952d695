/** The scan of the server: watched as long as it runs, wherever the person is. */

import { address, api, ApiError, type Schemas } from "../api/client";
import { reachable } from "../api/service";
import { tellError } from "../shell/messages";
import { kept, Store } from "../store";

export type Scan = Schemas["ScanOut"];

const RUNNING: ReadonlySet<Scan["state"]> = new Set(["rendering", "looking", "analysing"]);
const ASK_EVERY_MS = 1000;

/** How far the scan is; null until the server has said so. */
export const scan = new Store<Scan | null>(null);

/** What was scanned last, to scan it again; its folder is null for the samples. */
export const lastScanned = kept<{ readonly folder: string | null } | null>(
  "vibelux.folder",
  null,
  (json) => {
    const folder = (json as { folder?: unknown } | null)?.folder;
    return folder === null || typeof folder === "string" ? { folder } : undefined;
  },
);

/** The same before the scan that was started last. */
let scannedBefore = lastScanned.value;

export function runs(status: Scan | null): boolean {
  return status !== null && RUNNING.has(status.state);
}

/** Starts a scan, or goes on with one that was stopped; null: the sample songs. */
export async function startScan(folder: string | null, { retry = false } = {}): Promise<void> {
  const body = { folder, retry, only_failed: false };
  const begun = await api.post("/api/v1/scan", { body });
  scannedBefore = lastScanned.value;
  lastScanned.set({ folder: folder === null ? null : (begun.folders[0] ?? folder) });
  follow(begun);
}

/** Whether a scan looked into its folders to the end and found no music there. */
export function foundNothing({ state, report, only_failed }: Scan): boolean {
  if (state !== "done" || report === null || only_failed) return false;
  const { analysed, moved, copied, returned, unchanged, failed, unread } = report;
  return analysed + moved + copied + returned + unchanged + failed + unread === 0;
}

/** Forgets a folder in which there was nothing: another one is scanned again. */
export function forgetLastScanned(): void {
  lastScanned.set(scannedBefore);
}

/** Starts to try the failed files again, and no others. */
export async function retryFailed(): Promise<void> {
  const body = { folder: null, retry: true, only_failed: true };
  follow(await api.post("/api/v1/scan", { body }));
}

export async function stopScan(): Promise<void> {
  follow(await api.delete("/api/v1/scan"));
}

/** Whether anybody wants to know. */
let sought = false;

/** Asks once whether a scan runs, and then follows it. */
export async function lookForScan(): Promise<void> {
  if (sought) return;
  sought = true;
  try {
    follow(await api.get("/api/v1/scan"));
  } catch (error) {
    sought = error instanceof ApiError && error.obstacle !== null; // asked again when it is back
    throw error;
  }
}

let events: EventSource | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

function follow(status: Scan): void {
  scan.set(status);
  if (!runs(status)) return leave();
  if (events !== null || timer !== undefined) return;
  events = new EventSource(address("/api/v1/scan/events"));
  events.addEventListener("progress", (event) => {
    follow(JSON.parse((event as MessageEvent<string>).data) as Scan);
  });
  // A stream may break on its way, through a proxy for one: asking works wherever pages do.
  events.addEventListener("error", () => {
    leave();
    ask();
  });
}

function leave(): void {
  events?.close();
  events = null;
  clearTimeout(timer);
  timer = undefined;
}

function ask(): void {
  timer = setTimeout(() => {
    api.get("/api/v1/scan").then(
      (status) => {
        scan.set(status);
        if (runs(status)) ask();
        else leave();
      },
      (error: unknown) => {
        leave();
        tellError(error);
      },
    );
  }, ASK_EVERY_MS);
}

// A server that comes back has stopped its scan, or was never asked.
reachable.subscribe((is) => {
  if (is && (sought || scan.value !== null)) api.get("/api/v1/scan").then(follow, tellError);
});

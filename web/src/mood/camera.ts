/** The life of the camera: asked for, running, paused while nobody looks, released. */
import { Store } from "../store";

/** Why there is no camera; every one has its own help. */
export type Trouble =
  | "insecure" /** The page came over plain HTTP from another machine: browsers offer no camera. */
  | "denied"
  | "none" /** No camera is connected. */
  | "busy" /** Another program has it, or the system does not let go of it. */
  | "gone" /** Unplugged, or taken away, while it ran. */
  | "models" /** What reads the frames cannot be loaded. */
  | "broken";

export type CameraState =
  | { readonly is: "off" }
  /** The browser asks the person, or opens the device. */
  | { readonly is: "asking" }
  | { readonly is: "live"; readonly stream: MediaStream }
  /** The tab is hidden: the device is released, and asked for again when the tab returns. */
  | { readonly is: "paused" }
  | { readonly is: "failed"; readonly why: Trouble };

/** What surrounds the page. */
export interface Surroundings {
  /** `navigator.mediaDevices`; browsers leave it out where the origin is not secure. */
  readonly devices: Pick<MediaDevices, "getUserMedia"> | undefined;
  readonly secure: boolean;
  /** Tells when the tab is hidden and when it returns. */
  readonly page: Pick<Document, "hidden" | "addEventListener">;
}

const WANTED: MediaStreamConstraints = {
  audio: false,
  video: { facingMode: "user", width: { ideal: 640 }, height: { ideal: 480 } },
};

/** One camera. It is opened by `start` alone, and nothing of it stays open after `stop`. */
export class Camera {
  readonly state = new Store<CameraState>({ is: "off" });
  readonly #surroundings: Surroundings;
  /** Counts what was begun and ended, so that a late answer of the browser finds itself late. */
  #turn = 0;

  constructor(surroundings: Surroundings = thisPage()) {
    this.#surroundings = surroundings;
    surroundings.page.addEventListener("visibilitychange", () => {
      if (surroundings.page.hidden) this.#pause();
      else if (this.state.value.is === "paused") void this.start();
    });
  }

  /** Ask for the camera; the state tells what comes of it. */
  async start(): Promise<void> {
    if (this.state.value.is === "asking" || this.state.value.is === "live") return;
    const { devices, secure } = this.#surroundings;
    if (!secure || devices === undefined) return this.fail("insecure");
    const turn = this.#begin({ is: "asking" });
    try {
      const stream = await devices.getUserMedia(WANTED);
      if (turn !== this.#turn) return release(stream); // stopped or hidden meanwhile
      for (const track of stream.getTracks()) {
        track.addEventListener("ended", () => turn === this.#turn && this.fail("gone"));
      }
      this.state.set({ is: "live", stream });
    } catch (error) {
      if (turn === this.#turn) this.fail(troubleOf(error));
    }
  }

  /** Release the device; its light goes out. */
  stop(): void {
    this.#begin({ is: "off" });
  }

  /** Release the device, and say why. */
  fail(why: Trouble): void {
    this.#begin({ is: "failed", why });
  }

  #pause(): void {
    const { is } = this.state.value;
    if (is === "live" || is === "asking") this.#begin({ is: "paused" });
  }

  /** Release what runs, enter a state, and return its turn. */
  #begin(next: CameraState): number {
    this.#turn++;
    const before = this.state.value;
    if (before.is === "live") release(before.stream);
    this.state.set(next);
    return this.#turn;
  }
}

/** Return what an error of `getUserMedia` means. */
export function troubleOf(error: unknown): Trouble {
  switch (error instanceof Error ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "none";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "broken";
  }
}

function release(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function thisPage(): Surroundings {
  return {
    // Typed as always there, but absent on insecure origins.
    devices: navigator.mediaDevices as MediaDevices | undefined,
    secure: isSecureContext,
    page: document,
  };
}

/** The life of the camera: asked for, running, paused while nobody looks, released. */
import { kept, Store } from "../store";

/** Why there is no camera; every one has its own help. */
export type Trouble =
  | "insecure" /** The page came over plain HTTP from another machine: browsers offer no camera. */
  | "denied"
  | "none" /** No camera is connected. */
  | "busy" /** Another program has it, or the system does not let go of it. */
  | "gone" /** Unplugged, or taken away, while it ran. */
  | "models" /** What reads the frames cannot be loaded. */
  | "unsupported" /** This browser cannot run what reads them. */
  | "broken";

export type CameraState =
  | { readonly is: "off" }
  /** The browser asks the person, or opens the device. */
  | { readonly is: "asking" }
  | { readonly is: "live"; readonly stream: MediaStream }
  /** The tab is hidden: the device is released, and asked for again when the tab returns. */
  | { readonly is: "paused" }
  | { readonly is: "failed"; readonly why: Trouble };

type Devices = Pick<MediaDevices, "getUserMedia" | "enumerateDevices" | "addEventListener">;

/** What surrounds the page. */
export interface Surroundings {
  /** `navigator.mediaDevices`; browsers leave it out where the origin is not secure. */
  readonly devices: Devices | undefined;
  readonly secure: boolean;
  /** Tells when the tab is hidden and when it returns. */
  readonly page: Pick<Document, "hidden" | "addEventListener">;
}

/** One of the cameras that are connected. */
export interface Device {
  readonly id: string;
  /** Its maker's name for it, or a number. */
  readonly name: string;
}

/** The device that the person chose; null: the browser chooses, and so it does where it is gone. */
const chosen = kept<string | null>("vibelux.camera", null, (json) =>
  typeof json === "string" ? json : undefined,
);

/** One camera. It is opened by `start` alone, and nothing of it stays open after `stop`. */
export class Camera {
  readonly state = new Store<CameraState>({ is: "off" });
  /** What can be chosen; browsers tell it after the person has allowed a camera. */
  readonly devices = new Store<readonly Device[]>([]);
  readonly #surroundings: Surroundings;
  /** Counts what was begun and ended, so that a late answer of the browser finds itself late. */
  #turn = 0;

  constructor(surroundings: Surroundings = thisPage()) {
    this.#surroundings = surroundings;
    surroundings.page.addEventListener("visibilitychange", () => {
      if (surroundings.page.hidden) this.#pause();
      else if (this.state.value.is === "paused") void this.start();
    });
    surroundings.devices?.addEventListener("devicechange", () => void this.#look());
  }

  /** Ask for the camera; the state tells what comes of it. */
  async start(): Promise<void> {
    if (this.state.value.is === "asking" || this.state.value.is === "live") return;
    const { devices, secure } = this.#surroundings;
    if (!secure || devices === undefined) return this.fail("insecure");
    const turn = this.#begin({ is: "asking" });
    try {
      const stream = await opened(devices);
      if (turn !== this.#turn) return release(stream); // stopped or hidden meanwhile
      for (const track of stream.getTracks()) {
        track.addEventListener("ended", () => turn === this.#turn && this.fail("gone"));
      }
      this.state.set({ is: "live", stream });
    } catch (error) {
      if (turn === this.#turn) this.fail(troubleOf(error));
    }
    await this.#look();
  }

  /** The device that runs, or will be asked for; null: the browser will choose. */
  get device(): string | null {
    const state = this.state.value;
    return (state.is === "live" ? settingsOf(state.stream).deviceId : null) ?? chosen.value;
  }

  /** Use another device, now and later. */
  async choose(id: string): Promise<void> {
    chosen.set(id);
    await this.restart();
  }

  /** Release the device and open it again. */
  async restart(): Promise<void> {
    this.stop();
    await this.start();
  }

  /** Release the device; its light goes out. */
  stop(): void {
    this.#begin({ is: "off" });
  }

  /** Release the device, and say why. */
  fail(why: Trouble): void {
    this.#begin({ is: "failed", why });
  }

  /** See which devices there are. */
  async #look(): Promise<void> {
    const found = (await this.#surroundings.devices?.enumerateDevices()) ?? [];
    const known = found.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId !== "");
    this.devices.set(
      known.map(({ deviceId, label }, i) => ({ id: deviceId, name: label || String(i + 1) })),
    );
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

/** Return the stream of the chosen device, or, where it is not connected, of another one. */
async function opened(devices: Devices): Promise<MediaStream> {
  const wanted = (device: MediaTrackConstraints): MediaStreamConstraints => ({
    audio: false,
    video: { ...device, width: { ideal: 640 }, height: { ideal: 480 } },
  });
  if (chosen.value !== null) {
    try {
      return await devices.getUserMedia(wanted({ deviceId: { exact: chosen.value } }));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "OverconstrainedError") throw error;
    }
  }
  return devices.getUserMedia(wanted({ facingMode: "user" }));
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

/** Return what the device of a stream is and does. */
export function settingsOf(stream: MediaStream): MediaTrackSettings {
  return stream.getVideoTracks()[0]?.getSettings() ?? {};
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

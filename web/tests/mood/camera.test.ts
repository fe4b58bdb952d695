import { beforeEach, expect, test, vi } from "vitest";
import { Camera, troubleOf, type CameraState } from "../../src/mood/camera";

/** Stands in for a device: says whether it is open, and can be unplugged. */
class Track extends EventTarget {
  open = true;
  readonly #device: string;

  constructor(device: string) {
    super();
    this.#device = device;
  }

  getSettings(): MediaTrackSettings {
    return { deviceId: this.#device };
  }

  stop(): void {
    this.open = false; // as in browsers, stopping fires no event
  }

  unplug(): void {
    this.open = false;
    this.dispatchEvent(new Event("ended"));
  }
}

class Page extends EventTarget {
  hidden = false;

  show(shown: boolean): void {
    this.hidden = !shown;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

let page: Page;
let tracks: Track[];
let answer: () => Promise<void>;
let camera: Camera;
let states: CameraState["is"][];

let connected: string[];

/** Names cameras as browsers do: once one was allowed. */
class Devices extends EventTarget {
  async getUserMedia({ video }: { video: MediaTrackConstraints }): Promise<MediaStream> {
    await answer();
    const { exact } = (video.deviceId ?? {}) as { exact?: string };
    if (exact !== undefined && !connected.includes(exact))
      throw new DOMException("", "OverconstrainedError");
    const track = new Track(exact ?? connected[0]!);
    tracks.push(track);
    const all = (): Track[] => [track];
    return { getTracks: all, getVideoTracks: all } as unknown as MediaStream;
  }

  async enumerateDevices(): Promise<unknown[]> {
    const allowed = tracks.length > 0;
    const cameras = connected.map((id) => ({
      kind: "videoinput",
      deviceId: allowed ? id : "",
      label: allowed && id !== "nameless" ? `Camera ${id}` : "",
    }));
    return [{ kind: "audioinput", deviceId: "microphone", label: "Microphone" }, ...cameras];
  }
}

let devices: Devices;

function cameraOf(secure = true, present = true): Camera {
  const surroundings = { devices: present ? devices : undefined, secure, page };
  return new Camera(surroundings as unknown as ConstructorParameters<typeof Camera>[0]);
}

beforeEach(() => {
  page = new Page();
  tracks = [];
  connected = ["a"];
  devices = new Devices();
  const kept = new Map<string, string>();
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  });
  states = [];
  answer = async () => {};
  camera = cameraOf();
  camera.state.subscribe(({ is }) => states.push(is));
});

/** An answer of the browser that comes when it is told to. */
function later(): { come: () => void; fail: (name: string) => void } {
  let come!: () => void;
  let fail!: (error: Error) => void;
  const coming = new Promise<void>((resolve, reject) => {
    come = resolve;
    fail = reject;
  });
  answer = () => coming;
  return { come, fail: (name) => fail(new DOMException("", name)) };
}

test("it asks, runs and is released by stop", async () => {
  await camera.start();
  expect(tracks[0]!.open).toBe(true);
  camera.stop();
  expect(tracks[0]!.open).toBe(false);
  expect(states).toEqual(["asking", "live", "off"]);
});

test("a second start while it runs opens nothing", async () => {
  const browser = later();
  const both = [camera.start(), camera.start()];
  browser.come();
  await Promise.all(both);
  await camera.start();
  expect(tracks).toHaveLength(1);
});

test("what arrives after stop is released at once", async () => {
  const browser = later();
  const starting = camera.start();
  camera.stop();
  browser.come();
  await starting;
  expect(tracks.map(({ open }) => open)).toEqual([false]);
  expect(camera.state.value).toEqual({ is: "off" });
});

test("a refusal after stop is not shown", async () => {
  const browser = later();
  const starting = camera.start();
  camera.stop();
  browser.fail("NotAllowedError");
  await starting;
  expect(camera.state.value).toEqual({ is: "off" });
});

test("a hidden tab releases the device, and returning asks for it again", async () => {
  await camera.start();
  page.show(false);
  expect(camera.state.value).toEqual({ is: "paused" });
  expect(tracks[0]!.open).toBe(false);
  page.show(true);
  await Promise.resolve();
  await expect.poll(() => camera.state.value.is).toBe("live");
  expect(tracks.map(({ open }) => open)).toEqual([false, true]);
});

test("a tab that was hidden with the camera off or stopped stays off", async () => {
  page.show(false);
  page.show(true);
  expect(states).toEqual([]);
  await camera.start();
  page.show(false);
  camera.stop();
  page.show(true);
  expect(camera.state.value).toEqual({ is: "off" });
  expect(tracks).toHaveLength(1);
});

test("an unplugged device is told, an old one's end is not", async () => {
  await camera.start();
  camera.stop();
  await camera.start();
  tracks[0]!.unplug();
  expect(camera.state.value.is).toBe("live");
  tracks[1]!.unplug();
  expect(camera.state.value).toEqual({ is: "failed", why: "gone" });
});

test.each([
  ["NotAllowedError", "denied"],
  ["NotFoundError", "none"],
  ["OverconstrainedError", "none"],
  ["NotReadableError", "busy"],
  ["AbortError", "busy"],
  ["UnknownError", "broken"],
] as const)("%s means %s", async (name, why) => {
  answer = () => Promise.reject(new DOMException("", name));
  await camera.start();
  expect(camera.state.value).toEqual({ is: "failed", why });
  answer = async () => {};
  await camera.start(); // once more
  expect(camera.state.value.is).toBe("live");
});

test("what is no error of the browser is broken", () => {
  expect(troubleOf("?")).toBe("broken");
});

test.each([
  [false, true],
  [true, false],
])("secure %s, devices %s: there is no camera on such an origin", async (secure, present) => {
  camera = cameraOf(secure, present);
  await camera.start();
  expect(camera.state.value).toEqual({ is: "failed", why: "insecure" });
  expect(tracks).toEqual([]);
});

test("a failure from outside releases the device", async () => {
  await camera.start();
  camera.fail("models");
  expect(tracks[0]!.open).toBe(false);
  expect(camera.state.value).toEqual({ is: "failed", why: "models" });
});

test("cameras are known by their names once one is allowed", async () => {
  connected = ["a", "nameless"];
  answer = () => Promise.reject(new DOMException("", "NotAllowedError"));
  await camera.start();
  expect(camera.devices.value).toEqual([]);
  answer = async () => {};
  await camera.start();
  expect(camera.devices.value).toEqual([
    { id: "a", name: "Camera a" },
    { id: "nameless", name: "2" },
  ]);
});

test("another camera can be chosen, and is asked for again later", async () => {
  connected = ["a", "b"];
  await camera.start();
  expect(camera.device).toBe("a");
  await camera.choose("b");
  expect(camera.device).toBe("b");
  expect(tracks.map(({ open }) => open)).toEqual([false, true]);
  camera.stop();
  expect(camera.device).toBe("b");
  await camera.start();
  expect(camera.device).toBe("b");
});

test("a chosen camera that is gone gives way to another one", async () => {
  connected = ["a", "b"];
  await camera.start();
  await camera.choose("b");
  connected = ["a"];
  devices.dispatchEvent(new Event("devicechange"));
  await expect.poll(() => camera.devices.value).toHaveLength(1);
  tracks[1]!.unplug();
  await camera.start();
  expect(camera.device).toBe("a");
});

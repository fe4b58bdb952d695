/**
 * Reads the camera's frames as long as it runs, wherever in the page the person is.
 *
 * Frames go to the worker that reads them and nowhere else; each is forgotten with its reading.
 */
import { look, lookForNewer } from "../api/service";
import { Store } from "../store";
import { FaceReader, VisionError } from "../vision/face-reader";
import type { Failing } from "../vision/messages";
import { FaceTracker, type Moment } from "../vision/tracker";
import { Camera } from "./camera";
import { live } from "./live";
import { mood, setMood, withdrawMood } from "./mood";
import { countFrames, StandstillWatch, type Standstill } from "./standstill";
import { SteadyMood } from "./steady-mood";

/** Frames read a second at most: more would show nothing new and warm the machine. */
const RATE = 15;

/** Milliseconds between two looks at whether new frames come. */
const LOOK_MS = 250;

/** The camera of this page. */
export const camera = new Camera();

/** What the camera sees now; null while it is off or getting ready. */
export const sight = new Store<Moment | null>(null);

/** Why a camera that runs shows nothing new; null: it does, or is off. */
export const standstill = new Store<Standstill | null>(null);

/** Reads frames and photos; it is loaded when the first of them is there. */
export const reader = new FaceReader();

let watching = new AbortController();
let wasLive = false;

camera.state.subscribe((state) => {
  watching.abort();
  watching = new AbortController();
  sight.set(null);
  standstill.set(null);
  live.set(state.is === "live" ? camera : null);
  if (state.is === "failed" && wasLive) withdrawMood("camera");
  wasLive = state.is === "live";
  if (state.is === "off") reader.giveUp();
  if (state.is === "asking") load(watching.signal); // while the person is being asked
  if (state.is === "live") watch(state.stream, watching.signal).catch(failed);
});

// What was seen last says nothing of now; songs that are next stay until one of them begins.
standstill.subscribe((now) => {
  if (now === null) return;
  sight.set(null);
  withdrawMood("camera");
});

// Whoever chooses a mood by hand wants that one: the camera lets go.
mood.subscribe((given) => {
  if (given?.by && given.by !== "camera" && camera.state.value.is !== "off") camera.stop();
});

function load(signal: AbortSignal): void {
  reader.load().catch((error: unknown) => {
    if (!signal.aborted) failed(error); // else it was given up, or the first frame tells
  });
}

function failed(error: unknown): void {
  const { is } = camera.state.value;
  if (is === "off" || is === "failed") return;
  const why = whyOf(error);
  camera.fail(why === "photo" ? "broken" : why);
}

/** Return why nothing could be read; what cannot be loaded may have its reason at the service. */
export function whyOf(error: unknown): Failing {
  const why = error instanceof VisionError ? error.why : "broken";
  if (why === "models") {
    void look();
    void lookForNewer();
  }
  return why;
}

async function watch(stream: MediaStream, signal: AbortSignal): Promise<void> {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  signal.addEventListener("abort", () => (video.srcObject = null), { once: true });
  const [track] = stream.getVideoTracks();
  const still = new StandstillWatch(performance.now(), track?.muted ?? false);
  const frames = countFrames(video);
  let tracker = new FaceTracker();
  let steady = new SteadyMood();
  const judge = (): void => {
    standstill.set(still.look(frames(), performance.now()));
    if (standstill.value === null) return;
    // The mood has been taken back, so the same one is news again.
    tracker = new FaceTracker();
    steady = new SteadyMood();
  };
  for (const event of ["mute", "unmute"] as const) {
    const heard = (): void => {
      still.muted = event === "mute";
      judge();
    };
    track?.addEventListener(event, heard, { signal });
  }
  const looking = setInterval(judge, LOOK_MS);
  signal.addEventListener("abort", () => clearInterval(looking), { once: true });
  let seen = -1;
  try {
    await video.play();
    while (!signal.aborted) {
      const begun = performance.now();
      if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && frames() !== seen) {
        seen = frames();
        const time = begun / 1000;
        const reading = await reader.read(
          await createImageBitmap(video),
          tracker.known(time),
          time,
        );
        if (signal.aborted) return;
        still.read(reading, performance.now());
        judge();
        if (standstill.value === null) {
          const moment = tracker.follow(reading, time);
          sight.set(moment);
          const steadied = moment.reading.mood && steady.next(moment.reading.mood, time);
          if (steadied) setMood(steadied, "camera");
        }
      }
      await rest(1000 / RATE - (performance.now() - begun));
    }
  } catch (error) {
    if (!signal.aborted) throw error; // a stream that was released on the way is no failure
  }
}

function rest(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)));
}

/**
 * Reads the camera's frames as long as it runs, wherever in the page the person is.
 *
 * Frames go to the worker that reads them and nowhere else; each is forgotten with its reading.
 */
import { Store } from "../store";
import { FaceReader, VisionError } from "../vision/face-reader";
import { FaceTracker, type Moment } from "../vision/tracker";
import { Camera } from "./camera";
import { live } from "./live";
import { mood, setMood } from "./mood";
import { SteadyMood } from "./steady-mood";

/** Frames read a second at most: more would show nothing new and warm the machine. */
const RATE = 15;

/** The camera of this page. */
export const camera = new Camera();

/** What the camera sees now; null while it is off or getting ready. */
export const sight = new Store<Moment | null>(null);

/** Reads frames and photos; it is loaded when the first of them is there. */
export const reader = new FaceReader();

let watching = new AbortController();

camera.state.subscribe((state) => {
  watching.abort();
  watching = new AbortController();
  sight.set(null);
  live.set(state.is === "live" ? camera : null);
  if (state.is === "asking") reader.load().catch(failed); // while the person is being asked
  if (state.is === "live") watch(state.stream, watching.signal).catch(failed);
});

// Whoever chooses a mood by hand wants that one: the camera lets go.
mood.subscribe((given) => {
  if (given?.by && given.by !== "camera" && camera.state.value.is !== "off") camera.stop();
});

function failed(error: unknown): void {
  const { is } = camera.state.value;
  if (is === "off" || is === "failed") return;
  camera.fail(error instanceof VisionError && error.why === "models" ? "models" : "broken");
}

async function watch(stream: MediaStream, signal: AbortSignal): Promise<void> {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  signal.addEventListener("abort", () => (video.srcObject = null), { once: true });
  const tracker = new FaceTracker();
  const steady = new SteadyMood();
  try {
    await video.play();
    while (!signal.aborted) {
      const begun = performance.now();
      if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) {
        const time = begun / 1000;
        const reading = await reader.read(await createImageBitmap(video), tracker.near(time));
        if (signal.aborted) return;
        const moment = tracker.follow(reading, time);
        sight.set(moment);
        const steadied = moment.reading.mood && steady.next(moment.reading.mood, time);
        if (steadied) setMood(steadied, "camera");
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

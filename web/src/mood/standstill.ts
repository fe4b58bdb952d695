/** When a camera that runs shows nothing new, by the pictures' own clock and by what is read. */
import type { FaceReading } from "../vision/reading";

/** No pictures come, or each is exactly the one before. */
export type Standstill = "no_frames" | "same_frame";

/** Milliseconds without a picture after which there is no telling what the camera sees. */
export const NO_FRAMES_MS = 2000;

/** Milliseconds of readings that are alike to the last bit: noise alone tells pictures apart. */
export const SAME_FRAME_MS = 5000;

/** Milliseconds between two looks, after which it was the page that stood still, not the camera. */
const ASLEEP_MS = 1000;

/** Judges whether a camera shows something new; all times are milliseconds of one clock. */
export class StandstillWatch {
  /** The camera says itself that it has no pictures. */
  muted: boolean;
  #frames = -1;
  #newAt: number;
  #lookedAt: number;
  #read = "";
  #readSince = 0;
  #same = false;

  constructor(now: number, muted: boolean) {
    this.muted = muted;
    this.#newAt = this.#lookedAt = now;
  }

  /** Take in how many pictures there were so far; return whether the camera stands still. */
  look(frames: number, now: number): Standstill | null {
    const since = now - this.#lookedAt;
    this.#lookedAt = now;
    // A machine that sleeps and a tab that is throttled get no pictures either.
    if (since > ASLEEP_MS) this.#newAt += since;
    if (frames !== this.#frames) {
      this.#frames = frames;
      this.#newAt = now;
    }
    if (this.muted || now - this.#newAt >= NO_FRAMES_MS) return "no_frames";
    return this.#same ? "same_frame" : null;
  }

  /** Take in what was read from a picture. */
  read({ mood, faces }: FaceReading, now: number): void {
    // How sure the detector is of a face depends on every pixel. Places and moods do not tell: they
    // are smoothed, so they still move when the picture no longer does.
    // Without a face there is nothing to go stale, and a dark picture may well be always the same.
    const numbers =
      mood === null
        ? ""
        : faces
            .map(({ box }) => box.score)
            .sort()
            .join();
    if (numbers === "" || numbers !== this.#read) {
      this.#read = numbers;
      this.#readSince = now;
    }
    this.#same = now - this.#readSince >= SAME_FRAME_MS;
  }
}

/** Return a function that tells how many pictures a video has shown, or anything that moves on. */
export function countFrames(video: HTMLVideoElement): () => number {
  // Typed as always there; older browsers lack it.
  if (!("requestVideoFrameCallback" in video)) {
    const other = video as HTMLVideoElement;
    return () => other.currentTime;
  }
  let frames = 0;
  const next = (): void => {
    frames++;
    video.requestVideoFrameCallback(next);
  };
  video.requestVideoFrameCallback(next);
  return () => frames;
}

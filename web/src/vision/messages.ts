/** What the page and its vision worker say to each other. Pictures go to the worker only. */
import type { Followed } from "./followed";
import type { FaceReading } from "./reading";

/** What the page asks; every question has one `Answer` with its `id`. */
export type Question = { readonly id: number } & (
  | { readonly ask: "load" }
  /** A frame of the camera, which the worker closes; `known`, `time`: as of `Look`. */
  | {
      readonly ask: "frame";
      readonly frame: ImageBitmap;
      readonly known: Followed | null;
      readonly time: number;
    }
  /** An image file. */
  | { readonly ask: "photo"; readonly photo: Blob }
);

export type Answer = { readonly id: number } & (
  | { readonly say: "loaded" }
  | { readonly say: "reading"; readonly reading: FaceReading }
  | { readonly say: "failed"; readonly why: Failing; readonly message: string }
);

/**
 * The worker or its models cannot be loaded, this browser cannot run them, a photo cannot be
 * decoded, or something else broke.
 */
export type Failing = "models" | "unsupported" | "photo" | "broken";

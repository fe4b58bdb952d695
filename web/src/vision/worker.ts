/** Reads faces away from the page's thread. Nothing that is seen leaves it but the readings. */
import { turned } from "./grey";
import type { Answer, Failing, Question } from "./messages";
import { loadNetworks } from "./models";
import { PixelReader } from "./pixels";
import { plainPicture } from "./plain-picture";
import { PHOTO_LOOKS, readFaces, type FaceReading, type Networks } from "./reading";

const pixels = new PixelReader();
let networks: Promise<Networks> | null = null;

/** A question that cannot be answered, and why. */
class Failed extends Error {
  constructor(
    readonly why: Failing,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function loaded(): Promise<Networks> {
  networks ??= loadNetworks();
  try {
    return await networks;
  } catch (error) {
    throw new Failed("models", error); // the page ends this worker, and may start another
  }
}

async function readFrame(question: Extract<Question, { ask: "frame" }>): Promise<FaceReading> {
  const { frame, known, time } = question;
  try {
    return await readFaces(pixels.read(frame), await loaded(), { known, time });
  } finally {
    frame.close();
  }
}

async function readPhoto(photo: Blob): Promise<FaceReading> {
  const ready = await loaded();
  const { picture, orientation } = await decoded(photo);
  try {
    const stored = pixels.read(picture);
    pixels.forget();
    return await readFaces(turned(stored, orientation), ready, { looks: PHOTO_LOOKS });
  } finally {
    picture.close();
  }
}

/** Decode an image file, its numbers as they are in it; return how it has to be turned. */
async function decoded(photo: Blob): Promise<{ picture: ImageBitmap; orientation: number }> {
  try {
    const { data, orientation } = plainPicture(await photo.arrayBuffer());
    const picture = await createImageBitmap(new Blob([data], { type: photo.type }), {
      imageOrientation: "from-image", // of AVIF and HEIC; the others say nothing any more
      colorSpaceConversion: "none",
    });
    return { picture, orientation };
  } catch (error) {
    throw new Failed("photo", error);
  }
}

async function answer(question: Question): Promise<Answer> {
  const { id } = question;
  try {
    switch (question.ask) {
      case "load":
        await loaded();
        return { id, say: "loaded" };
      case "frame":
        return { id, say: "reading", reading: await readFrame(question) };
      case "photo":
        return { id, say: "reading", reading: await readPhoto(question.photo) };
    }
  } catch (error) {
    const why = error instanceof Failed ? error.why : "broken";
    return { id, say: "failed", why, message: error instanceof Error ? error.message : "" };
  }
}

// One after the other: the canvas and the networks' memory serve one picture at a time.
let last: Promise<void> = Promise.resolve();

self.addEventListener("message", ({ data }: MessageEvent<Question>) => {
  last = last.then(async () => self.postMessage(await answer(data)));
});

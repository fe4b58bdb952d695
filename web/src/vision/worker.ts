/** Reads faces away from the page's thread. Nothing that is seen leaves it but the readings. */
import { scaled } from "./box";
import type { Answer, Failing, Question } from "./messages";
import { loadNetworks } from "./models";
import { PixelReader } from "./pixels";
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
  const { frame, near } = question;
  try {
    const { grey } = pixels.read(frame);
    return await readFaces(grey, await loaded(), { near });
  } finally {
    frame.close();
  }
}

async function readPhoto(photo: Blob): Promise<FaceReading> {
  const ready = await loaded();
  const picture = await decoded(photo);
  try {
    const { grey, reduction } = pixels.read(picture);
    pixels.forget();
    const reading = await readFaces(grey, ready, { looks: PHOTO_LOOKS });
    return enlarged(reading, reduction, picture);
  } finally {
    picture.close();
  }
}

/** Decode an image file upright, its numbers as they are in the file. */
async function decoded(photo: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(photo, {
      imageOrientation: "from-image",
      colorSpaceConversion: "none", // as the Python package: its profile does not count
    });
  } catch (error) {
    throw new Failed("photo", error);
  }
}

function enlarged(
  reading: FaceReading,
  factor: number,
  { width, height }: { width: number; height: number },
): FaceReading {
  return {
    ...reading,
    face: reading.face && scaled(reading.face, factor),
    faces: reading.faces.map(({ box, mood }) => ({ box: scaled(box, factor), mood })),
    width,
    height,
  };
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

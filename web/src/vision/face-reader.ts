/** Reads faces in this browser, in a worker of its own. */
import type { Box } from "./box";
import type { Answer, Failing, Question } from "./messages";
import type { FaceReading } from "./reading";

/** Largest image file that is read, as by the Python package; what is larger is hardly a photo. */
const MOST_BYTES = 100 * 2 ** 20;

/** What `FaceReader` can fail with. */
export class VisionError extends Error {
  override readonly name = "VisionError";

  constructor(
    readonly why: Failing,
    message: string,
  ) {
    super(message);
  }
}

type Asked = Question extends infer Q ? (Q extends Question ? Omit<Q, "id"> : never) : never;

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: VisionError) => void;
}

/** The worker as promises. It is started with the first question, not before. */
export class FaceReader {
  #worker: Worker | null = null;
  #asked = 0;
  readonly #pending = new Map<number, Pending>();

  /** `start`: makes the worker. */
  constructor(private readonly start: () => Worker = startWorker) {}

  /** Fetch the models and make them ready; reading does it too. */
  async load(): Promise<void> {
    await this.#ask({ ask: "load" });
  }

  /** Read a frame of the camera, which is used up; `near`: where the main face was last. */
  async read(frame: ImageBitmap, near: Box | null = null): Promise<FaceReading> {
    return readingOf(await this.#ask({ ask: "frame", frame, near }, [frame]));
  }

  /** Read an image file; small faces are looked for too. Boxes are in its upright pixels. */
  async readPhoto(photo: Blob): Promise<FaceReading> {
    if (photo.size > MOST_BYTES) throw new VisionError("photo", `it has ${photo.size} bytes`);
    return readingOf(await this.#ask({ ask: "photo", photo }));
  }

  /** End the worker; what is being read is given up. */
  close(): void {
    this.#end("the reader was closed");
  }

  #ask(question: Asked, transfer: Transferable[] = []): Promise<Answer> {
    const worker = (this.#worker ??= this.#started());
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      worker.postMessage({ ...question, id }, transfer);
    });
  }

  #started(): Worker {
    const worker = this.start();
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      const pending = this.#pending.get(data.id);
      this.#pending.delete(data.id);
      if (data.say === "failed") pending?.reject(new VisionError(data.why, data.message));
      else pending?.resolve(data);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#end(event.message || "the worker could not be started");
    });
    return worker;
  }

  /** Stop; the next question starts afresh. */
  #end(message: string): void {
    this.#worker?.terminate();
    this.#worker = null;
    for (const { reject } of this.#pending.values()) reject(new VisionError("broken", message));
    this.#pending.clear();
  }
}

function readingOf(answer: Answer): FaceReading {
  if (answer.say === "reading") return answer.reading;
  throw new VisionError("broken", `the worker answered ${answer.say}`);
}

function startWorker(): Worker {
  return new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "vision" });
}

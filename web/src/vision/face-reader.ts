/** Reads faces in this browser, in a worker of its own. */
import type { Followed } from "./followed";
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
  /** Whether the worker has answered anything yet. */
  #answered = false;
  readonly #pending = new Map<number, Pending>();

  /** `start`: makes the worker. */
  constructor(private readonly start: () => Worker = startWorker) {}

  /** Fetch the models and make them ready; reading does it too. */
  async load(): Promise<void> {
    await this.#ask({ ask: "load" });
  }

  /** Read a frame of the camera, which is used up; `known`, `time`: as of `Look`. */
  async read(frame: ImageBitmap, known: Followed | null = null, time = 0): Promise<FaceReading> {
    return readingOf(await this.#ask({ ask: "frame", frame, known, time }, [frame]));
  }

  /** Read an image file; small faces are looked for too. Boxes are in its upright pixels. */
  async readPhoto(photo: Blob): Promise<FaceReading> {
    if (photo.size > MOST_BYTES) throw new VisionError("photo", `it has ${photo.size} bytes`);
    return readingOf(await this.#ask({ ask: "photo", photo }));
  }

  /** End a worker that has not answered yet: what it waits for may never come. */
  giveUp(): void {
    if (!this.#answered) this.#end("given up while it was loading", "models");
  }

  /** End the worker; what is being read is given up. */
  close(): void {
    this.#end("the reader was closed");
  }

  #ask(question: Asked, transfer: Transferable[] = []): Promise<Answer> {
    if (!runsNetworks()) return Promise.reject(new VisionError("unsupported", "no WebAssembly"));
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
      this.#answered = true;
      const pending = this.#pending.get(data.id);
      this.#pending.delete(data.id);
      if (data.say !== "failed") return pending?.resolve(data);
      pending?.reject(new VisionError(data.why, data.message));
      // ONNX Runtime keeps its failure to start: only another worker can try once more.
      if (data.why === "models") this.#end(data.message, "models");
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      const why = this.#answered ? "broken" : "models";
      this.#end(event.message || "the worker could not be started", why);
    });
    return worker;
  }

  /** Stop; the next question starts afresh. */
  #end(message: string, why: Failing = "broken"): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#answered = false;
    for (const { reject } of this.#pending.values()) reject(new VisionError(why, message));
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

/** A module of one function that uses a vector (v128.const, i8x16.popcnt). */
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15,
  253, 98, 11,
]);

/** Whether this browser runs what the networks need; a lockdown mode switches it off. */
function runsNetworks(): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(SIMD);
}

import { expect, test, vi } from "vitest";
import { FaceReader, VisionError } from "../../src/vision/face-reader";
import type { Answer, Question } from "../../src/vision/messages";
import type { FaceReading } from "../../src/vision/reading";

const READING: FaceReading = {
  state: "no_face",
  mood: null,
  face: null,
  faces: [],
  width: 4,
  height: 3,
};

/** Stands in for the worker: keeps what was asked until it is told to answer. */
class Scripted extends EventTarget {
  readonly asked: { question: Question; transfer: Transferable[] }[] = [];
  ended = false;

  postMessage(question: Question, transfer: Transferable[]): void {
    this.asked.push({ question, transfer });
  }

  terminate(): void {
    this.ended = true;
  }

  say(answer: Answer): void {
    this.dispatchEvent(new MessageEvent("message", { data: answer }));
  }
}

function scripted(): { reader: FaceReader; workers: Scripted[] } {
  const workers: Scripted[] = [];
  const reader = new FaceReader(() => {
    workers.push(new Scripted());
    return workers.at(-1) as unknown as Worker;
  });
  return { reader, workers };
}

test("nothing is started before the first question", async () => {
  const { reader, workers } = scripted();
  expect(workers).toHaveLength(0);
  const loading = reader.load();
  workers[0]!.say({ id: 1, say: "loaded" });
  await loading;
  expect(workers).toHaveLength(1);
});

test("a frame is handed over, not copied; answers find their questions in any order", async () => {
  const { reader, workers } = scripted();
  const frame = { width: 4 } as ImageBitmap;
  const first = reader.read(frame);
  const second = reader.readPhoto(new Blob());
  expect(workers[0]!.asked[0]).toEqual({
    question: { id: 1, ask: "frame", frame, known: null, time: 0 },
    transfer: [frame],
  });
  workers[0]!.say({ id: 2, say: "reading", reading: { ...READING, width: 8 } });
  workers[0]!.say({ id: 1, say: "reading", reading: READING });
  expect((await first).width).toBe(4);
  expect((await second).width).toBe(8);
});

test("what is too large for a photo is not read at all", async () => {
  const { reader, workers } = scripted();
  const video = { size: 2 ** 31 } as Blob;
  await expect(reader.readPhoto(video)).rejects.toMatchObject({ why: "photo" });
  expect(workers).toHaveLength(0);
});

test("a failure says why, and the worker goes on", async () => {
  const { reader, workers } = scripted();
  const photo = reader.readPhoto(new Blob());
  workers[0]!.say({ id: 1, say: "failed", why: "photo", message: "cannot be decoded" });
  await expect(photo).rejects.toEqual(new VisionError("photo", "cannot be decoded"));
  await expect(photo).rejects.toMatchObject({ why: "photo" });
  expect(workers[0]!.ended).toBe(false);
});

test("a worker that breaks answers all questions, and the next one starts another", async () => {
  const { reader, workers } = scripted();
  const both = [reader.load(), reader.readPhoto(new Blob())];
  workers[0]!.dispatchEvent(Object.assign(new Event("error"), { message: "out of memory" }));
  for (const one of both) await expect(one).rejects.toMatchObject({ why: "models" }); // not loaded
  expect(workers[0]!.ended).toBe(true);
  const loading = reader.load();
  expect(workers).toHaveLength(2);
  workers[1]!.say({ id: 3, say: "loaded" });
  await loading;
  const photo = reader.readPhoto(new Blob());
  workers[1]!.dispatchEvent(new Event("error"));
  await expect(photo).rejects.toMatchObject({ why: "broken" });
  expect(workers[1]!.ended).toBe(true);
});

test("models that cannot be loaded are tried again in another worker", async () => {
  const { reader, workers } = scripted();
  const both = [reader.load(), reader.readPhoto(new Blob())];
  workers[0]!.say({ id: 1, say: "failed", why: "models", message: "503" });
  for (const one of both) await expect(one).rejects.toEqual(new VisionError("models", "503"));
  expect(workers[0]!.ended).toBe(true);
  const again = reader.load();
  expect(workers).toHaveLength(2);
  workers[1]!.say({ id: 3, say: "loaded" });
  await again;
});

test.each([
  ["no WebAssembly", undefined],
  ["none with vectors", { validate: () => false }],
])("%s: no worker is started", async (_, without) => {
  vi.stubGlobal("WebAssembly", without);
  const { reader, workers } = scripted();
  await expect(reader.load()).rejects.toMatchObject({ why: "unsupported" });
  expect(workers).toHaveLength(0);
  vi.unstubAllGlobals();
});

test("a worker that never answers can be given up, one that has answered goes on", async () => {
  const { reader, workers } = scripted();
  const loading = reader.load();
  reader.giveUp();
  await expect(loading).rejects.toMatchObject({ why: "models" });
  expect(workers[0]!.ended).toBe(true);
  const again = reader.load();
  workers[1]!.say({ id: 2, say: "loaded" });
  await again;
  reader.giveUp();
  expect(workers[1]!.ended).toBe(false);
});

test("closing ends the worker and gives up what it reads", async () => {
  const { reader, workers } = scripted();
  const loading = reader.load();
  reader.close();
  await expect(loading).rejects.toThrow("closed");
  expect(workers[0]!.ended).toBe(true);
  reader.close(); // once more does nothing
});

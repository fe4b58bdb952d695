/** The two networks: ONNX files and their cards, checked against each other, run with WebAssembly. */
import { env, InferenceSession, Tensor } from "onnxruntime-web/wasm";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import { EMOTIONS, type Mood } from "../emotions";
import type { Grey } from "./grey";
import type { Networks } from "./reading";

/** Where the service keeps the models, seen from the folder of the page's scripts. */
const MODELS = import.meta.env.DEV ? "/api/v1/models/" : "../api/v1/models/";

/** A model that is missing, damaged or not the one that its card describes. */
export class ModelError extends Error {
  override readonly name = "ModelError";
}

interface Card {
  readonly name: string;
  readonly sha256: string;
  readonly labels: readonly string[];
  readonly input: { readonly name: string };
  readonly preprocessing: Readonly<Record<string, unknown>>;
  readonly statistics: Readonly<Record<string, unknown>>;
}

/** Load the detector and the face model; bytes come from `fetched`, by the files' names. */
export async function loadNetworks(
  fetched: (name: string) => Promise<ArrayBuffer> = fromService,
): Promise<Networks> {
  env.wasm.numThreads = 1;
  env.wasm.wasmPaths = { wasm };
  env.logLevel = "error";
  const [detector, face] = await Promise.all([
    loadModel("detector", ["face"], fetched),
    loadModel("face", EMOTIONS, fetched),
  ]);
  const size = constant(face.card, "size");
  return {
    detector: {
      longerSide: constant(detector.card, "longer_side"),
      multiple: constant(detector.card, "multiple"),
      scoreThreshold: constant(detector.card, "score_threshold"),
    },
    face: {
      size,
      cropScale: constant(face.card, "box_crop_scale"),
      doubt: statistic(face.card, "doubt", EMOTIONS.length + 1),
      unsure: statistic(face.card, "unsure", 1)[0]!,
    },
    async find(input) {
      const outputs = await run(detector, input.pixels, [1, input.height, input.width]);
      return {
        boxes: floats(outputs, "boxes"),
        scores: floats(outputs, "scores"),
        points: "points" in outputs ? floats(outputs, "points") : undefined,
      };
    },
    async classify(crops) {
      const pixels = joined(crops, size * size);
      const outputs = await run(face, pixels, [crops.length, size, size]);
      const shares = floats(outputs, "mood");
      return crops.map((_, i): Mood => [...shares.subarray(7 * i, 7 * i + 7)]);
    },
  };
}

interface Model {
  readonly card: Card;
  readonly session: InferenceSession;
}

async function loadModel(
  name: string,
  labels: readonly string[],
  fetched: (name: string) => Promise<ArrayBuffer>,
): Promise<Model> {
  const [text, graph] = await Promise.all([fetched(`${name}.json`), fetched(`${name}.onnx`)]);
  const card = JSON.parse(new TextDecoder().decode(text)) as Card;
  if (String(card.labels) !== String(labels)) {
    throw new ModelError(`${name} tells apart ${card.labels}; this page needs ${labels}`);
  }
  // Where the page came over plain HTTP from another machine, browsers offer no SHA-256.
  if (globalThis.crypto?.subtle && (await sha256(graph)) !== card.sha256) {
    throw new ModelError(`${name}.onnx is damaged, or does not belong to its card`);
  }
  const session = await InferenceSession.create(new Uint8Array(graph), {
    executionProviders: ["wasm"],
    logSeverityLevel: 3,
  });
  return { card, session };
}

async function fromService(name: string): Promise<ArrayBuffer> {
  const answer = await fetch(new URL(MODELS + name, self.location.href));
  if (!answer.ok) throw new ModelError(`${name} cannot be loaded: ${answer.status}`);
  return answer.arrayBuffer();
}

async function run(
  { card, session }: Model,
  pixels: Uint8Array,
  shape: readonly number[],
): Promise<InferenceSession.ReturnType> {
  return session.run({ [card.input.name]: new Tensor("uint8", pixels, shape) });
}

function floats(outputs: InferenceSession.ReturnType, name: string): Float32Array {
  const data = outputs[name]?.data;
  if (!(data instanceof Float32Array)) throw new ModelError(`a model has no output ${name}`);
  return data;
}

function constant(card: Card, name: string): number {
  const value = card.preprocessing[name];
  if (typeof value !== "number" || !(value > 0)) {
    throw new ModelError(`the card of ${card.name} gives ${name}=${String(value)}`);
  }
  return value;
}

/** Return so many numbers of a card's statistics. */
function statistic({ name: model, statistics }: Card, name: string, count: number): number[] {
  const value: unknown = statistics[name];
  const numbers: unknown[] = Array.isArray(value) ? value : [value];
  if (numbers.length === count && numbers.every((number) => Number.isFinite(number))) {
    return numbers as number[];
  }
  throw new ModelError(`the card of ${model} gives ${name}=${String(value)} in its statistics`);
}

function joined(crops: readonly Grey[], length: number): Uint8Array {
  const pixels = new Uint8Array(crops.length * length);
  crops.forEach((crop, i) => pixels.set(crop.pixels, i * length));
  return pixels;
}

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The one way to the server: typed by its OpenAPI description. */

import { Store } from "../store";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

type Method = "get" | "post" | "put" | "patch" | "delete";

/** The addresses that know a method. */
type PathOf<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];

type Operation<P extends keyof paths, M extends Method> =
  paths[P] extends Record<M, infer O> ? O : never;

type Json<R> = R extends { content: { "application/json": infer T } } ? T : undefined;

/** What an address answers when all is well. */
export type Answer<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer R }
    ? Json<R[Extract<keyof R, 200 | 201 | 202 | 204>]>
    : never;

type Parameters<O> = O extends { parameters: infer G } ? G : never;
type Query<O> = Parameters<O> extends { query?: infer Q } ? Q : undefined;
type Path<O> = Parameters<O> extends { path: infer X } ? X : undefined;
type Body<O> = O extends { requestBody?: { content: { "application/json": infer B } } }
  ? B
  : undefined;

export interface Asked<O> {
  query?: Query<O>;
  path?: Path<O>;
  body?: Body<O>;
  signal?: AbortSignal | undefined;
}

/** What went wrong, in the one shape that the server has for it. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** Whether the server answers. */
export const reachable = new Store(true);

export const api = {
  get: <P extends PathOf<"get">>(path: P, asked: Asked<Operation<P, "get">> = {}) =>
    ask<Answer<P, "get">>("GET", path, asked),
  post: <P extends PathOf<"post">>(path: P, asked: Asked<Operation<P, "post">> = {}) =>
    ask<Answer<P, "post">>("POST", path, asked),
  put: <P extends PathOf<"put">>(path: P, asked: Asked<Operation<P, "put">> = {}) =>
    ask<Answer<P, "put">>("PUT", path, asked),
  patch: <P extends PathOf<"patch">>(path: P, asked: Asked<Operation<P, "patch">> = {}) =>
    ask<Answer<P, "patch">>("PATCH", path, asked),
  delete: <P extends PathOf<"delete">>(path: P, asked: Asked<Operation<P, "delete">> = {}) =>
    ask<Answer<P, "delete">>("DELETE", path, asked),
};

/** The address of a path whose parts in braces are filled in. */
export function address(path: string, parts: object = {}, query: object = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String((parts as Record<string, unknown>)[name])),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === "") continue;
    search.append(name, String(value));
  }
  const text = search.toString();
  return text ? `${filled}?${text}` : filled;
}

/** Asks for something that is no JSON, such as a playlist, and returns the answer itself. */
export async function askRaw(method: string, url: string, body?: unknown): Promise<Response> {
  const response = await reach(url, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
  });
  if (!response.ok) throw await failure(response);
  return response;
}

async function ask<T>(
  method: string,
  path: string,
  { query, path: parts, body, signal }: Asked<unknown>,
): Promise<T> {
  const url = address(path, parts ?? {}, query ?? {});
  const response = await reach(url, {
    method,
    ...(signal === undefined ? {} : { signal }),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
  });
  if (!response.ok) throw await failure(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    const response = await fetch(url, init);
    reachable.set(true);
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    lost();
    throw new ApiError(0, "unreachable", "the service does not answer", null);
  }
}

async function failure(response: Response): Promise<ApiError> {
  try {
    const { error } = (await response.json()) as {
      error: { code: string; message: string; hint: string | null };
    };
    return new ApiError(response.status, error.code, error.message, error.hint);
  } catch {
    return new ApiError(response.status, "unknown", response.statusText, null);
  }
}

const RETRY_MS = 1500;
let asking = false;

/** Says that the server is away, and asks until it is back. */
function lost(): void {
  reachable.set(false);
  if (asking) return;
  asking = true;
  const again = async (): Promise<void> => {
    try {
      const response = await fetch("/api/v1/health", { cache: "no-store" });
      if (response.ok) {
        asking = false;
        reachable.set(true);
        return;
      }
    } catch {
      // still away
    }
    setTimeout(() => void again(), RETRY_MS);
  };
  setTimeout(() => void again(), RETRY_MS);
}

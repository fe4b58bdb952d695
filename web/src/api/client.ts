/** The one way to the server: typed by its OpenAPI description. */

import { ApiError, errorOf, unreachable } from "./error";
import type { components, paths } from "./schema";
import { answered, hindered, look, PATIENCE_MS } from "./service";

export { ApiError };

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

/**
 * The address of a path whose parts in braces are filled in.
 *
 * It is relative to the page: a proxy may show that under a path of its own.
 */
export function address(path: string, parts: object = {}, query: object = {}): string {
  const filled = path
    .slice(1)
    .replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String((parts as Record<string, unknown>)[name])),
    );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  const text = search.toString();
  return text ? `${filled}?${text}` : filled;
}

/** Asks for something that is no JSON, such as a playlist, and returns the answer itself. */
export function askRaw(method: string, url: string, body?: unknown): Promise<Response> {
  return reach(url, initOf(method, body));
}

async function ask<T>(
  method: string,
  path: string,
  { query, path: parts, body, signal }: Asked<unknown>,
): Promise<T> {
  const url = address(path, parts ?? {}, query ?? {});
  const response = await reach(url, {
    ...initOf(method, body),
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.status === 204) return undefined as T;
  return whole(response.json() as Promise<T>);
}

function initOf(method: string, body: unknown): RequestInit {
  if (body === undefined) return { method };
  return {
    method,
    body: JSON.stringify(body),
    headers: { "Content-Type": "application/json" },
  };
}

/** Return an answer that is a success. */
async function reach(url: string, init: RequestInit): Promise<Response> {
  const waiting = setTimeout(() => void look(), PATIENCE_MS); // slow, or hung?
  const response = await whole(fetch(url, init)).finally(() => clearTimeout(waiting));
  const error = response.ok ? null : await errorOf(response);
  const why = error?.obstacle ?? null;
  if (why === null) answered();
  else hindered(why);
  if (error !== null) throw error;
  return response;
}

/** What breaks off on its way, before its first byte or after, is an outage. */
async function whole<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    hindered("away");
    throw unreachable();
  }
}

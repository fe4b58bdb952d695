/** What goes wrong at the service, in the one shape that it has for it. */

import type { components } from "./schema";

export type ErrorCode = components["schemas"]["ErrorBody"]["code"];

/** Codes that say what stands between this page and the service. */
type ObstacleCode =
  | "host_not_allowed"
  | "service_stops"
  | "token_needed"
  | "too_many_connections"
  | "too_many_tokens";

/** Codes that only a mistake in this page can cause. */
type MistakeCode =
  | "bad_request"
  | "body_too_large"
  | "headers_too_large"
  | "invalid_mood"
  | "invalid_request"
  | "method_not_allowed"
  | "model_missing"
  | "not_found"
  | "range_not_satisfiable";

/** Codes of a song's file, for which the player has words. */
export type AudioCode = Extract<ErrorCode, `audio_${string}`>;

export function isAudioCode(code: string): code is AudioCode {
  return code.startsWith("audio_");
}

/** All others: every language says in a sentence what happened, and what to do. */
export type ToldCode = Exclude<ErrorCode, ObstacleCode | MistakeCode | AudioCode>;

/** Why the service cannot be used for now; what was asked waits until it can. */
export type Obstacle =
  | "away" /** It does not answer, or a proxy says so in its place. */
  | "locked" /** It was started anew: it wants the token of its new link. */
  | "refused"; /** It does not answer to the name in this page's address. */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: ErrorCode | "unreachable" | "unknown",
    /** For whoever looks for the reason; people read the words of their language. */
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }

  /** What stands between this page and the service; null: it answered, and that is its answer. */
  get obstacle(): Obstacle | null {
    switch (this.code) {
      case "unreachable":
      case "service_stops":
      case "too_many_connections":
        return "away";
      case "token_needed":
      case "too_many_tokens":
        return "locked";
      case "host_not_allowed":
        return "refused";
      case "unknown": // not in the service's words: a proxy before it
        return this.status >= 500 ? "away" : null;
      default:
        return null;
    }
  }
}

/** The service could not be asked. */
export function unreachable(): ApiError {
  return new ApiError(0, "unreachable", "the service does not answer");
}

/** Return what an answer that is no success says. */
export async function errorOf(response: Response): Promise<ApiError> {
  try {
    const { error } = (await response.json()) as {
      error: components["schemas"]["ErrorBody"];
    };
    return new ApiError(response.status, error.code, error.message);
  } catch {
    return new ApiError(response.status, "unknown", response.statusText);
  }
}

/** What goes wrong at the service, in the one shape that it has for it. */

/** Why the service cannot be used for now; what was asked waits until it can. */
export type Obstacle =
  | "away" /** It does not answer, or a proxy says so in its place. */
  | "locked" /** It was started anew: it wants the token of its new link. */
  | "refused"; /** It does not answer to the name in this page's address. */

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
  return new ApiError(0, "unreachable", "the service does not answer", null);
}

/** Return what an answer that is no success says. */
export async function errorOf(response: Response): Promise<ApiError> {
  try {
    const { error } = (await response.json()) as {
      error: { code: string; message: string; hint: string | null };
    };
    return new ApiError(response.status, error.code, error.message, error.hint);
  } catch {
    return new ApiError(response.status, "unknown", response.statusText, null);
  }
}

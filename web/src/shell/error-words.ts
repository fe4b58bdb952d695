import { words } from "../language";

/** What happened, and what to do. */
export interface ErrorWords {
  readonly text: string;
  readonly hint: string;
}

/** The words for a code of the service; null: it is a mistake of this page, or a newer code. */
export function errorWords(code: string): ErrorWords | null {
  const told: Readonly<Record<string, ErrorWords>> = words().errors;
  return Object.hasOwn(told, code) ? (told[code] ?? null) : null;
}

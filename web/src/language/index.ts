import { kept, oneOf } from "../store";
import { de } from "./de";
import { en, type Language } from "./en";

export type { Language } from "./en";

export const LANGUAGES = { en, de } as const;
export type Code = keyof typeof LANGUAGES;

const CODES = Object.keys(LANGUAGES) as Code[];

/** The first language of the browser that the page has, else another one. */
function preferred<T>(wished: readonly string[], otherwise: T): Code | T {
  for (const tag of wished) {
    const code = CODES.find((known) => tag.toLowerCase().split("-")[0] === known);
    if (code !== undefined) return code;
  }
  return otherwise;
}

/** The chosen language; when it changes the page is built anew, and the music plays on. */
export const language = kept<Code>(
  "vibelux.language",
  preferred<Code>(navigator.languages, "en"),
  oneOf(...CODES),
);

/** The browser's own form of the chosen language, such as `en-GB`: how dates and times are written. */
export function locale(): string {
  const own = navigator.languages.find((tag) => preferred([tag], null) === language.value);
  return own ?? language.value;
}

/** The words of the chosen language. */
export function words(): Language {
  return LANGUAGES[language.value];
}

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { freshPage } from "../player/fakes";

beforeEach(() => void freshPage());
afterEach(() => vi.unstubAllGlobals());

test.each([
  [["fr-CH", "en-GB", "en"], "en-GB"],
  [["de-AT", "en-US"], "de-AT"],
  [["en-US"], "en-US"],
  [["fr"], "en"],
])("dates are written as in the browser's own form of the language: %j", async (wished, is) => {
  vi.stubGlobal("navigator", { languages: wished });
  vi.resetModules();
  const { locale } = await import("../../src/language");
  expect(locale()).toBe(is);
});

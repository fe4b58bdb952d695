import { expect, test } from "vitest";
import { de } from "../../src/language/de";
import { en } from "../../src/language/en";

test("what a code means is said in every language, in whole sentences", () => {
  expect(Object.keys(de.errors).sort()).toEqual(Object.keys(en.errors).sort());
  for (const [code, english] of Object.entries(en.errors)) {
    const german = de.errors[code as keyof typeof de.errors];
    expect(german.text).not.toBe(english.text);
    for (const { text, hint } of [english, german])
      for (const said of [text, hint]) expect(said, code).toMatch(/^\p{Lu}.*[.]$/u);
  }
});

test("what was learnt is told as a person would", () => {
  expect(en.settings.learntCount(12, 0, 0, 0)).toBe(
    "You have played 12 songs. It stays on your machine.",
  );
  expect(en.settings.learntCount(0, 1, 2, 1)).toBe(
    "You have skipped 1 song, liked 2 and corrected 1 mood. It stays on your machine.",
  );
  expect(de.settings.learntCount(12, 3, 2, 1)).toBe(
    "Du hast 12 Lieder gehört, 3 übersprungen, 2 mit „Gefällt mir“ markiert und 1 Stimmung berichtigt. Das bleibt auf deinem Rechner.",
  );
});

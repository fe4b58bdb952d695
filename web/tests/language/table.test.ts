import { describe, expect, test } from "vitest";
import { de } from "../../src/language/de";
import { en } from "../../src/language/en";
import { both, counted, figures, filled, formOf, sentence } from "../../src/language/table";

describe("the words that the package has too", () => {
  test("values come into texts", () => {
    expect(filled("{a} als {b}", { a: "{b}", b: "$&" })).toBe("{b} als $&");
    expect(() => filled("{a}", {})).toThrow("needs a value for a");
    expect(both("warm", "sanft", de.table)).toBe("warm und sanft");
  });

  test("a number chooses the form, and is said in words up to twelve", () => {
    const forms = { one: "one", other: "other" };
    expect([0, 1, 2].map((n) => formOf(forms, n))).toEqual(["other", "one", "other"]);
    expect(formOf({ zero: "none", other: "other" }, 0)).toBe("none");
    expect([2, 12, 13].map((n) => counted(n, de.table))).toEqual(["zwei", "zwölf", "13"]);
    expect(figures(1234567, en.table)).toBe("1,234,567");
    expect(figures(999, de.table)).toBe("999");
    expect(figures(1000, de.table)).toBe("1.000");
  });

  test("sentences begin large and end with a full stop", () => {
    expect(sentence("überrascht")).toBe("Überrascht.");
    expect(sentence("")).toBe("");
  });
});

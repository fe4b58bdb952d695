/** The words that the page shares with the package, and how values come into them: as in Python's
 * `vibelux.language`. */

import type en from "../../../src/vibelux/language/en.json";

export type Table = typeof en;

/** A text's forms, where a number decides. */
export interface Forms {
  readonly zero?: string;
  readonly one?: string;
  readonly other: string;
}

/** A text, `{name}` in it replaced by a value. */
export function filled(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`“${text}” needs a value for ${name}`);
    return value;
  });
}

/** The form that fits a number. */
export function formOf(forms: Forms, number: number): string {
  if (number === 0) return forms.zero ?? forms.other;
  return number === 1 ? (forms.one ?? forms.other) : forms.other;
}

/** A number in words up to twelve, in figures beyond. */
export function counted(number: number, table: Table): string {
  return table.numbers[number] ?? figures(number, table);
}

/** A number in figures, its thousands apart. */
export function figures(number: number, table: Table): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, table.thousands);
}

/** Two words as one phrase: "warm and gentle". */
export function both(first: string, second: string, table: Table): string {
  return filled(table.and, { first, second });
}

/** A phrase as a sentence: its first letter large, a full stop at its end. */
export function sentence(text: string, end = "."): string {
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`;
}

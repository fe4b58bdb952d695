/** What an element can be given: attributes, properties, listeners (`onclick`), classes, data. */
type Given<E extends Element> = {
  class?: string;
  data?: Record<string, string>;
  style?: Record<string, string>;
} & Partial<Omit<E, "style" | "children" | "classList" | "dataset">> &
  Record<`aria-${string}`, string | boolean | null | undefined> & {
    role?: string;
    for?: string;
    tabindex?: number;
  };

export type Child = Node | string | number | null | undefined | false | readonly Child[];

/**
 * Makes an element.
 *
 * Keys that are properties of the element are set as such, the others as attributes (null,
 * undefined and false leave an attribute out). Text is always text, never markup.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  given: Given<HTMLElementTagNameMap[K]> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name === "class") element.className = String(value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "style") {
      for (const [property, text] of Object.entries(value as Record<string, string>))
        element.style.setProperty(property, text);
    } else if (name in element && !name.startsWith("aria-") && name !== "role")
      (element as unknown as Record<string, unknown>)[name] = value;
    else if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "true" : String(value));
  }
  append(element, children);
  return element;
}

/** Adds children; null, undefined and false are left out. */
export function append(parent: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(parent, child as readonly Child[]);
    else parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Replaces everything inside an element. */
export function fill(parent: Element, ...children: Child[]): void {
  const fragment = document.createDocumentFragment();
  append(fragment, children);
  parent.replaceChildren(fragment);
}

let last = 0;

/** An id that no other element has, to tie labels and descriptions to what they describe. */
export function uniqueId(stem: string): string {
  last += 1;
  return `${stem}-${last}`;
}

/** Sets a text only when it differs, so that screen readers are not told twice. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Runs something on a click, but not on the second of a double one, which means the same. */
export function firstClick(run: () => void): (event: MouseEvent) => void {
  return (event) => {
    if (event.detail < 2) run();
  };
}

import { kept, oneOf } from "./store";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** Light, dark, or what the system says. */
export const theme = kept<Theme>("vibelux.theme", "system", oneOf(...THEMES));

theme.watch((chosen) => {
  if (chosen === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
});

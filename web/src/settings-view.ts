import { api } from "./api/client";
import { fill, h } from "./dom";
import { language, LANGUAGES, words, type Code } from "./language";
import { recall } from "./player/likes";
import { toldOf } from "./player/session";
import { choice } from "./shell/choice";
import { background, tell, untilDone } from "./shell/messages";
import { sure } from "./shell/sure";
import type { View } from "./shell/view";
import { theme, THEMES } from "./theme";

/** Appearance, language, and what was learnt from the listener. */
export const settingsView: View = (signal) => {
  const t = words();
  const learnt = h("p", { class: "muted numbers" }, "\u00a0");
  const clear = h(
    "button",
    { class: "button button-bad", type: "button", onclick: () => background(forget()) },
    t.settings.forget,
  );
  clear.disabled = true;
  const version = h("p", { class: "muted small" }, "\u00a0");
  const show = async (): Promise<void> => {
    const known = await api.get("/api/v1/profile", { signal });
    const counts = [known.played, known.skipped, known.liked, known.wrong_mood] as const;
    const some = counts.some((count) => count > 0);
    clear.disabled = !some;
    fill(learnt, some ? t.settings.learntCount(...counts) : t.settings.learntNothing);
  };
  toldOf.watch(() => untilDone(show, signal), signal);
  untilDone(async () => {
    const health = await api.get("/api/v1/health", { signal });
    fill(version, t.settings.version(health.version));
  }, signal);
  const phone = h("div", { class: "settings-phone" }, h("p", { class: "muted" }, "\u00a0"));
  untilDone(async () => {
    const { link, picture, trust } = await api.get("/api/v1/phone", { signal });
    if (link === null || picture === null || trust === null) {
      fill(phone, h("p", { class: "muted" }, t.settings.phoneOff));
      return;
    }
    fill(
      phone,
      h("img", { class: "settings-code", src: picture, alt: t.settings.phonePicture }),
      h("p", {}, t.settings.phoneText),
      h("p", { class: "small" }, h("a", { href: link }, link)),
      h("p", { class: "small" }, h("a", { href: trust }, t.settings.phoneTrust)),
    );
  }, signal);
  const forget = async (): Promise<void> => {
    if (!(await sure(t.settings.forgetSure, t.settings.forget))) return;
    await api.delete("/api/v1/profile");
    await recall();
    tell(t.settings.forgotten);
    await show();
  };
  return h(
    "div",
    { class: "column settings" },
    h("h1", {}, t.settings.title),
    h(
      "section",
      { class: "card" },
      h("h2", {}, t.settings.appearance),
      choice(
        t.settings.appearance,
        THEMES.map((name) => [name, t.settings.theme[name]]),
        theme,
        signal,
      ),
    ),
    h(
      "section",
      { class: "card" },
      h("h2", {}, t.settings.language),
      choice(
        t.settings.language,
        (Object.keys(LANGUAGES) as Code[]).map((code) => [code, LANGUAGES[code].name]),
        language,
        signal,
      ),
    ),
    h("section", { class: "card" }, h("h2", {}, t.settings.phone), phone),
    h(
      "section",
      { class: "card" },
      h("h2", {}, t.settings.privacy),
      h("p", {}, t.settings.privacyText),
      h("h3", {}, t.settings.learnt),
      learnt,
      h("div", {}, clear),
    ),
    version,
  );
};

/** What stands between this page and its service, said until it is out of the way. */
import { obstacle, outdated, signIn } from "../api/service";
import type { Obstacle } from "../api/error";
import { fill, h, say, uniqueId } from "../dom";
import { words } from "../language";
import { background, tell } from "./messages";

/** Addresses of this machine, which a device without a network still reaches. */
const OWN = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export function obstacles(signal: AbortSignal): HTMLElement {
  const t = words().shell;
  const text = h("div", { class: "gone-text", role: "alert" });
  const form = h("div", {});
  const banner = h("section", { class: "gone", "aria-label": t.title }, text, form);
  const newer = h(
    "section",
    { class: "gone", "aria-label": t.title },
    h("span", { role: "alert" }, t.updated),
    h("button", { class: "button", type: "button", onclick: () => location.reload() }, t.reload),
  );
  let before = obstacle.value;
  const show = (): void => {
    const now = obstacle.value;
    banner.hidden = now === null;
    if (now === null) {
      fill(text);
      if (before !== null) tell(t.back);
    } else {
      const { title, help } = t.obstacles[kindOf(now)];
      fill(text, h("span", {}, title), h("span", { class: "small" }, help));
    }
    if (now !== "locked") fill(form);
    else if (before !== "locked" || form.childElementCount === 0) fill(form, signInForm());
    before = now;
  };
  obstacle.watch(show, signal);
  window.addEventListener("online", show, { signal });
  window.addEventListener("offline", show, { signal });
  outdated.watch((is) => (newer.hidden = !is), signal);
  return h("div", {}, banner, newer);
}

function kindOf(now: Obstacle): Obstacle | "offline" {
  return now === "away" && !navigator.onLine && !OWN.test(location.hostname) ? "offline" : now;
}

/** Takes the new link, or the token at its end. */
function signInForm(): HTMLElement {
  const t = words().shell;
  const wrong = h("p", { class: "small", id: uniqueId("wrong"), role: "status" });
  const input = h("input", {
    class: "input",
    required: true,
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: false,
    placeholder: t.link,
    "aria-label": t.link,
    "aria-describedby": wrong.id,
    oninput: () => {
      input.removeAttribute("aria-invalid");
      say(wrong, "");
    },
  });
  const open = async (): Promise<void> => {
    if (await signIn(input.value)) return;
    input.setAttribute("aria-invalid", "true");
    say(wrong, t.wrongLink);
    input.select();
  };
  return h(
    "form",
    {
      class: "gone-form",
      onsubmit: (event: SubmitEvent) => {
        event.preventDefault();
        background(open());
      },
    },
    input,
    h("button", { class: "button button-main", type: "submit" }, t.openLink),
    wrong,
  );
}

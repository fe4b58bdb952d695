/** The mood: a small mirror, one phrase, and the ways to say it without a camera. */
import { h, say } from "../dom";
import { icon, type IconName } from "../icons";
import { words } from "../language";
import { go } from "../route";
import { disclosure } from "../shell/disclosure";
import { shortcut } from "../shell/shortcuts";
import type { View } from "../shell/view";
import { cameraView } from "./camera-view";
import { camera } from "./face-watch";
import { inWords } from "./everyday";
import { mood, type Given } from "./mood";
import { moodBars } from "./mood-bars";
import { facePhrase } from "./mood-phrase";
import { photoView } from "./photo-view";
import { slidersView } from "./sliders-view";
import { wordChips } from "./word-chips";

shortcut(["c"], "camera", () => {
  if (camera.state.value.is === "live") return camera.stop();
  go({ place: "listen" });
  void camera.start();
});

export const moodPanel: View = (signal) => {
  const t = words().moodPanel;
  const phrase = h("p", { class: "mood-phrase" });
  const seen = cameraView(signal);
  const photo = photoView(() => showPhoto(true), signal);
  const mirror = h("div", { class: "mirror" }, seen.picture, photo.picture);

  const showPhoto = (is: boolean): void => {
    photo.picture.hidden = photo.says.hidden = !is;
    seen.picture.hidden = seen.says.hidden = is;
  };
  showPhoto(mood.value?.by === "photo");
  camera.state.subscribe((state) => {
    if (state.is === "asking") showPhoto(false);
  }, signal);
  photo.drop(mirror);

  const bars = moodBars();
  const show = (given: Given | null): void => {
    say(phrase, phraseOf(given));
    bars.show(given?.mood ?? null);
    if (given !== null && given.by !== null && given.by !== "photo") showPhoto(false);
  };
  mood.watch(show, signal);
  camera.state.subscribe(() => say(phrase, phraseOf(mood.value)), signal);

  const sliders = h("div", { class: "mood-more" }, slidersView(signal));
  const numbers = h("div", { class: "mood-more" }, bars.element);
  return h(
    "section",
    { class: "card mood-panel", "aria-label": t.title },
    h(
      "div",
      { class: "mood-top" },
      mirror,
      h("div", { class: "mood-says" }, phrase, seen.says, photo.says, seen.actions),
    ),
    seen.trouble,
    wordChips(signal),
    h(
      "div",
      { class: "mood-ways" },
      h(
        "div",
        { class: "row mood-folds" },
        photo.actions,
        fold(sliders, "sliders", t.fineTune),
        fold(numbers, "numbers", t.numbers),
      ),
      sliders,
      numbers,
    ),
    h("p", { class: "muted small" }, t.promise),
  );
};

function fold(body: HTMLElement, sign: IconName, text: string): HTMLElement {
  return disclosure("button button-quiet mood-fold", body, [icon(sign), text]);
}

/** How the mood is said; while there is none, what one is asked. */
function phraseOf(given: Given | null): string {
  const t = words();
  const { noExpression, noMood, chosen, photoLooks } = t.moodPanel;
  if (given === null) return camera.state.value.is === "live" ? noExpression : noMood;
  const said = inWords(given, t);
  if (given.by === "word") return chosen(said);
  if (given.by === "photo") return photoLooks(said);
  return given.source === "face" ? facePhrase(given.mood, t) : said;
}

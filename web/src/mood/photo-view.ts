/** A photo: chosen or dropped, read in this browser, shown as long as the view is open. */
import { h, say } from "../dom";
import { icon } from "../icons";
import { words } from "../language";
import type { View } from "../shell/view";
import { VisionError } from "../vision/face-reader";
import type { FaceReading } from "../vision/reading";
import { faceBoxes } from "./face-boxes";
import { reader, whyOf } from "./face-watch";
import { mood, setMood } from "./mood";
import { moodBars } from "./mood-bars";

/** Bytes of the largest photo that is read. */
const LARGEST = 100 * 2 ** 20;

export const photoView: View = (signal) => {
  const t = words().moodPanel;
  const input = h("input", {
    type: "file",
    accept: "image/*",
    class: "aside",
    "aria-label": t.choosePhoto,
    onchange: () => {
      const [file] = input.files ?? [];
      input.value = ""; // so that the same photo can be chosen again
      if (file) void show(file);
    },
  });
  const picture = h("img", { class: "stage-picture stage-photo", alt: t.photoAlt, hidden: true });
  const boxes = faceBoxes("contain");
  const choose = (className: string): HTMLElement =>
    h(
      "label",
      { class: `button ${className} file-button` },
      icon("photo"),
      h("span", {}, t.choosePhoto),
    );
  const first = choose("button-main");
  const cover = h(
    "div",
    { class: "stage-cover" },
    icon("photo"),
    h("p", {}, t.photoReason),
    first,
    h("p", { class: "muted small drop-hint" }, t.dropHint),
  );
  first.append(input);
  const again = choose("stage-action");
  again.hidden = true;
  const status = h("p", { class: "stage-status", role: "status" });
  const bars = moodBars();
  if (mood.value?.by === "photo") {
    bars.show(mood.value.mood);
    say(status, t.photoBefore);
  }
  const stage = h("div", { class: "stage" }, picture, boxes.element, cover, again);
  droppable(stage, (file) => void show(file), signal);

  let newest = 0;
  let address = "";
  const forget = (): void => URL.revokeObjectURL(address);
  signal.addEventListener("abort", forget, { once: true });
  let shown: FaceReading | null = null;
  const resized = new ResizeObserver(() => boxes.show(shown));
  resized.observe(stage);
  signal.addEventListener("abort", () => resized.disconnect(), { once: true });

  /** Show a photo and read it; one that cannot be opened leaves the stage empty. */
  async function show(file: File): Promise<void> {
    const turn = ++newest;
    bars.show(null);
    boxes.show((shown = null));
    forget();
    const focused = stage.contains(document.activeElement);
    address = URL.createObjectURL(file);
    picture.src = address;
    look(true);
    if (focused) input.focus();
    say(status, t.readingPhoto);
    try {
      if (file.size > LARGEST) throw new VisionError("photo", "too large");
      const reading = await reader.readPhoto(file);
      if (turn !== newest || signal.aborted) return;
      boxes.show((shown = reading));
      bars.show(reading.mood);
      say(status, t.photoStates[reading.state]);
      if (reading.mood) setMood(reading.mood, "photo");
    } catch (error) {
      if (turn !== newest || signal.aborted) return;
      const why = whyOf(error);
      look(why !== "photo");
      say(status, t.photoTroubles[why]);
    }
  }

  /** Show the picture, or the invitation to choose one. */
  function look(there: boolean): void {
    picture.hidden = !there;
    cover.hidden = there;
    again.hidden = !there;
    (there ? again : first).append(input);
  }

  return h(
    "div",
    { class: "mood-view" },
    h("div", { class: "mood-see" }, stage, status),
    bars.element,
  );
};

/** Let image files be dropped on an element. */
function droppable(element: HTMLElement, take: (file: File) => void, signal: AbortSignal): void {
  const over = (is: boolean) => (event: DragEvent) => {
    event.preventDefault();
    element.classList.toggle("stage-over", is);
  };
  element.addEventListener("dragenter", over(true), { signal });
  element.addEventListener("dragover", over(true), { signal });
  element.addEventListener("dragleave", over(false), { signal });
  element.addEventListener(
    "drop",
    (event) => {
      over(false)(event);
      const [file] = event.dataTransfer?.files ?? [];
      if (file) take(file);
    },
    { signal },
  );
}

/** A photo: chosen or dropped, read in this browser, shown in the mirror until another way is taken. */
import { h, say } from "../dom";
import { icon } from "../icons";
import { words } from "../language";
import { VisionError } from "../vision/face-reader";
import type { Seen } from "./camera-view";
import { camera, reader, whyOf } from "./face-watch";
import { mood, setMood } from "./mood";
import { Portrait } from "./portrait";

/** Bytes of the largest photo that is read. */
const LARGEST = 100 * 2 ** 20;

/**
 * @param taken called when a photo is chosen: it is what the mirror shows from then on.
 */
export function photoView(taken: () => void, signal: AbortSignal): Seen & { drop: Drop } {
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
  const image = h("img", { class: "mirror-picture", alt: t.photoAlt, hidden: true });
  const portrait = new Portrait(image);
  const picture = h("div", { class: "mirror-view" }, image);
  const status = h("p", { class: "mood-status", role: "status" });
  if (mood.value?.by === "photo") say(status, t.photoBefore);

  let newest = 0;
  let address = "";
  const forget = (): void => URL.revokeObjectURL(address);
  signal.addEventListener("abort", forget, { once: true });
  /** Show a photo and read it; one that cannot be opened leaves the mirror empty. */
  async function show(file: File): Promise<void> {
    const turn = ++newest;
    camera.stop();
    taken();
    portrait.show(null, false);
    forget();
    address = URL.createObjectURL(file);
    image.src = address;
    image.hidden = false;
    say(status, t.readingPhoto);
    try {
      if (file.size > LARGEST) throw new VisionError("photo", "too large");
      const reading = await reader.readPhoto(file);
      if (turn !== newest || signal.aborted) return;
      portrait.show(reading, false);
      say(status, t.photoStates[reading.state]);
      if (reading.mood) setMood(reading.mood, "photo");
    } catch (error) {
      if (turn !== newest || signal.aborted) return;
      const why = whyOf(error);
      image.hidden = why === "photo";
      say(status, t.photoTroubles[why]);
    }
  }

  return {
    picture,
    says: status,
    actions: h(
      "label",
      { class: "button button-quiet mood-fold file-button" },
      icon("photo"),
      h("span", {}, t.photo),
      input,
    ),
    drop: (element) => droppable(element, (file) => void show(file), signal),
  };
}

/** Lets photos be dropped on an element. */
type Drop = (element: HTMLElement) => void;

function droppable(element: HTMLElement, take: (file: File) => void, signal: AbortSignal): void {
  const over = (is: boolean) => (event: DragEvent) => {
    event.preventDefault();
    element.classList.toggle("drop-over", is);
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

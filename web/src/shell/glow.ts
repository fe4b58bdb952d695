import { colourOf, ranked } from "../emotions";
import { mood } from "../mood/mood";

/** Lets the light behind the page follow the mood: its two strongest emotions. */
export function glow(): void {
  mood.watch((given) => {
    const style = document.documentElement.style;
    if (given === null) {
      style.removeProperty("--glow-1");
      style.removeProperty("--glow-2");
      return;
    }
    ranked(given.mood)
      .slice(0, 2)
      .forEach(({ emotion, share }, index) => {
        const strength = Math.round(100 * Math.min(1, share * (index ? 1.4 : 1)));
        style.setProperty(
          `--glow-${index + 1}`,
          `color-mix(in srgb, ${colourOf(emotion)} ${strength}%, transparent)`,
        );
      });
  });
}

/** Where the music goes from the mood, and how closely it keeps to it. */

import { h, say, uniqueId } from "../dom";
import { EMOTIONS, type Emotion } from "../emotions";
import { words } from "../language";
import { goal, length, LENGTHS, POLICIES, policy, strength, way } from "../player/session";
import { choice } from "../shell/choice";
import type { View } from "../shell/view";
import { wayMap } from "./way-map";

export const steering: View = (signal) => {
  const t = words();
  const sentence = h("p", { class: "steering-says muted small", role: "status" });

  const goalId = uniqueId("goal");
  const goals = h(
    "select",
    {
      class: "select",
      id: goalId,
      onchange: () => goal.set(goals.value as Emotion),
    },
    EMOTIONS.map((emotion) => h("option", { value: emotion }, t.table.looks[emotion])),
  );
  goal.watch((now) => (goals.value = now), signal);

  const lengthId = uniqueId("length");
  const lengths = h("input", {
    class: "input steering-length",
    id: lengthId,
    type: "number",
    min: String(LENGTHS.least),
    max: String(LENGTHS.most),
    onchange: () => {
      const asked = Math.round(lengths.valueAsNumber) || length.value;
      length.set(Math.min(LENGTHS.most, Math.max(LENGTHS.least, asked)));
      lengths.value = String(length.value);
    },
  });
  length.watch((now) => (lengths.value = String(now)), signal);

  const goalField = h(
    "div",
    { class: "steering-goal" },
    h("label", { class: "label", for: goalId }, t.listen.goal),
    goals,
    h("label", { class: "label", for: lengthId }, t.listen.journeyLength),
    lengths,
  );

  const map = wayMap();
  const drawWay = (): void => map.show(policy.value === "journey" ? way.value : null, goal.value);
  way.watch(drawWay, signal);
  policy.subscribe(drawWay, signal);

  const journey = h("div", { class: "steering-journey" }, goalField, map.element);

  const strengthId = uniqueId("strength");
  const shown = h("output", { class: "small muted numbers", for: strengthId });
  const slider = h("input", {
    class: "slide",
    id: strengthId,
    type: "range",
    min: "0",
    max: "100",
    step: "5",
    oninput: () => strength.set(Number(slider.value) / 100),
  });
  strength.watch((share) => {
    slider.value = String(Math.round(100 * share));
    slider.style.setProperty("--filled", String(share));
    slider.setAttribute("aria-valuetext", t.listen.strengthText(share));
    say(shown, t.listen.strengthText(share));
  }, signal);

  policy.watch((now) => {
    say(sentence, t.listen.policies[now].text);
    journey.hidden = now !== "journey";
    slider.disabled = now === "off";
  }, signal);

  return h(
    "section",
    { class: "card steering", "aria-label": t.listen.steering },
    choice(
      t.listen.steering,
      POLICIES.map((each) => [each, t.listen.policies[each].name]),
      policy,
      signal,
    ),
    sentence,
    h(
      "div",
      { class: "steering-strength" },
      h("label", { class: "label", for: strengthId }, t.listen.strength),
      slider,
      shown,
    ),
    journey,
  );
};

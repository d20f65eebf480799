// @ts-check
/** The form: three ways to name a task, one button. Tells its owner what was asked for; starts nothing itself. */

import { byId, setText } from "./elements.js";

/** @typedef {import("./simulator.js").Scenario} Scenario */
/** @typedef {"scenario" | "prompt" | "task"} Way */
/** @typedef {{ way: Way, text: string }} Wish */

const form = byId("start", HTMLFormElement);
const ways = byId("ways", HTMLFieldSetElement);
const go = byId("go", HTMLButtonElement);
const scenarioHint = byId("scenario-hint", HTMLParagraphElement);
const fields = {
  scenario: byId("scenario", HTMLSelectElement),
  prompt: byId("prompt", HTMLTextAreaElement),
  task: byId("task", HTMLInputElement),
};
const MISSING = { scenario: "Choose a scenario.", prompt: "Say what the picture shows.", task: "Enter a task id." };

/** @param {(wish: Wish) => void} onWish */
export function listen(onWish) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const way = chosenWay();
    const text = fields[way].value.trim();
    complain(way, text === "" ? MISSING[way] : "");
    if (text === "") return;
    // A scenario's id lives once, from its first look: what follows "--" makes this one new.
    onWish({ way, text: way === "scenario" ? `${text}--${crypto.randomUUID().slice(0, 8)}` : text });
  });
  form.addEventListener("change", reveal);
}

/**
 * Says what is wrong with a field and brings the reader there; "" takes it back.
 * @param {Way} way
 * @param {string} text
 */
export function complain(way, text) {
  const message = byId(`${way}-error`, HTMLParagraphElement);
  message.hidden = text === "";
  setText(message, text);
  fields[way].setAttribute("aria-invalid", String(text !== ""));
  if (text !== "") fields[way].focus();
}

/** @param {string} taskId */
export function prefill(taskId) {
  fields.task.value = taskId.trim();
}

/**
 * Opens the ways that only a simulator answers.
 * @param {Scenario[]} scenarios
 */
export function offerSimulator(scenarios) {
  ways.hidden = false;
  const groups = new Map(scenarios.map(({ group }) => [group, document.createElement("optgroup")]));
  for (const [label, group] of groups) group.label = label;
  for (const { id, group, title, expect } of scenarios) {
    const option = new Option(title, id);
    option.dataset["expect"] = expect;
    groups.get(group)?.append(option);
  }
  fields.scenario.replaceChildren(...groups.values());
  const begun = fields.task.value !== "" || form.contains(document.activeElement);
  if (!begun && scenarios.length > 0) choose("scenario");
  reveal();
}

/** @param {Way} way */
function choose(way) {
  for (const radio of form.querySelectorAll("input")) if (radio.name === "way") radio.checked = radio.value === way;
}

/** @returns {Way} */
function chosenWay() {
  const way = new FormData(form).get("way");
  return way === "scenario" || way === "prompt" ? way : "task";
}

function reveal() {
  const way = chosenWay();
  for (const field of form.querySelectorAll(".field")) {
    if (field instanceof HTMLElement) field.hidden = field.dataset["way"] !== way;
  }
  const expect = fields.scenario.selectedOptions[0]?.dataset["expect"];
  setText(scenarioHint, expect ? `What a good client does: ${expect}` : "");
  setText(go, way === "prompt" ? "Make the picture" : "Start waiting");
}

/** What happens while a question is answered: steps, what the model writes, and the time. */

import { button, icon, make } from "./dom.js";

const TICK = 100;
const WRITERS = new Set(["model", "repair"]);

function stepLine({ title, state, detail }) {
  const mark = make("span", "mark", state === "done" ? icon("check") : state === "failed" ? icon("close") : make("span", "spinner"));
  return make("li", `step ${state}`, mark, make("span", "title", title), detail ? make("span", "detail", detail) : "");
}

/** The card that fills as events arrive; call `end` when it is replaced. */
export class Progress {
  #running = new Map();
  #steps = make("ol", "steps");
  #written = make("code");
  #writing = make("pre", { class: "writing", tabindex: "0", "aria-label": "What the model writes", hidden: true }, this.#written);
  #clock = make("span", { class: "clock", "aria-hidden": "true" });
  #from = performance.now();
  #timer = setInterval(() => this.#tick(), TICK);

  constructor(question, stop) {
    this.step({ name: "", title: "Looking for an answer", state: "running" });
    const cancel = button("close", "Stop", stop, { title: "Esc" });
    this.node = make("article", { class: "card result waiting" },
      make("header", {}, make("div", "heading", make("h2", {}, question), make("div", "tools", this.#clock, cancel)),
        this.#steps), this.#writing);
    this.#tick();
  }

  /** Show a step, or what became of it; one that runs again gets a line of its own. */
  step(step) {
    const line = stepLine(step);
    const known = this.#running.get(step.name);
    if (known) known.replaceWith(line);
    else this.#steps.append(line);
    if (step.state === "running") this.#running.set(step.name, line);
    else this.#running.delete(step.name);
    if (step.state === "running" && WRITERS.has(step.name)) this.#written.replaceChildren();
    if (step.name) this.#forgetFirst();
  }

  /** Add a piece of what the model writes. */
  text(piece) {
    this.#writing.hidden = false;
    this.#written.append(piece);
    this.#writing.scrollTop = this.#writing.scrollHeight;
  }

  end() {
    clearInterval(this.#timer);
  }

  #forgetFirst() {
    this.#running.get("")?.remove();
    this.#running.delete("");
  }

  #tick() {
    this.#clock.textContent = `${((performance.now() - this.#from) / 1000).toFixed(1)}\u00a0s`;
  }
}

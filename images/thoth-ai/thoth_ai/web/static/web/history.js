/** The panel of earlier questions: read when it opens, walked with the arrow keys. */

import { forget, questions } from "./api.js";
import { byId, button, icon, iconButton, make, prose } from "./dom.js";
import { announce } from "./live.js";

const DOCKED = matchMedia("(min-width: 75rem)");
const THUMBS = { up: "stored as an example", down: "noted as wrong" };

function when(text) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return "";
  const today = at.toDateString() === new Date().toDateString();
  return at.toLocaleString("en", today ? { timeStyle: "short" } : { dateStyle: "medium" });
}

/** Lists what was asked; `open(entry)` shows one. */
export class History {
  #panel = byId("history");
  #list = byId("history-list");
  #toggle = byId("history-toggle");
  #open;
  #stale = true;

  constructor(open) {
    this.#open = open;
    this.#toggle.addEventListener("click", () => (this.#panel.open ? this.close() : this.show()));
    byId("history-close").addEventListener("click", () => this.close());
    this.#panel.addEventListener("close", () => this.#tell());
    this.#panel.addEventListener("click", (event) => event.target === this.#panel && this.close());
    DOCKED.addEventListener("change", () => this.#moved());
    this.#panel.addEventListener("keydown", (event) => this.#walk(event));
  }

  /** Beside the page where there is room, above it where there is not. */
  async show() {
    if (DOCKED.matches) this.#panel.show();
    else this.#panel.showModal();
    this.#tell();
    byId("history-close").focus();
    if (this.#stale) await this.#load();
    if (document.activeElement === byId("history-close")) this.#entries()[0]?.focus();
  }

  close() {
    this.#panel.close();
    this.#toggle.focus();
  }

  /** Something was asked: what is listed is no longer all. */
  outdated() {
    this.#stale = true;
    if (this.#panel.open) this.#load();
  }

  #moved() {
    if (!this.#panel.open) return;
    this.#panel.close();
    this.show();
  }

  #tell() {
    this.#toggle.setAttribute("aria-expanded", this.#panel.open);
    document.body.classList.toggle("docked", this.#panel.open && DOCKED.matches);
  }

  async #load(before) {
    this.#stale = false;
    try {
      const { questions: listed } = await questions(before);
      if (!before) this.#list.replaceChildren();
      this.#list.append(...listed.map((entry) => this.#item(entry)));
      if (listed.length === 50) this.#list.append(this.#older(listed.at(-1).id));
      if (!this.#list.children.length) this.#list.append(make("li", "soft empty", "Nothing was asked yet."));
    } catch (problem) {
      this.#stale = true;
      this.#list.replaceChildren(make("li", "soft empty", prose(`${problem.message} ${problem.hint ?? ""}`)));
    }
  }

  #item(entry) {
    const facts = [when(entry.asked_at), entry.workspace, entry.answered ? THUMBS[entry.verdict] : "no answer"];
    const name = make("button", { type: "button", class: "entry", click: () => this.#choose(entry) },
      make("span", "asked", entry.question), make("small", {}, entry.verdict && icon(entry.verdict), facts.filter(Boolean).join(" · ")));
    const item = make("li", {}, name, iconButton("trash", "Delete", () => this.#drop(entry, item)));
    return item;
  }

  #choose(entry) {
    if (!DOCKED.matches) this.close();
    this.#open(entry);
  }

  async #drop(entry, item) {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    try {
      await forget(entry.id);
      item.remove();
      announce("Deleted.");
      (next?.querySelector("button") ?? byId("history-close")).focus();
    } catch (problem) {
      item.append(make("small", { class: "trouble", role: "alert" }, prose(`${problem.message} ${problem.hint ?? ""}`)));
    }
  }

  #older(before) {
    const item = make("li", "older", button("", "Older", () => { item.remove(); this.#load(before); }));
    return item;
  }

  #entries() {
    return [...this.#list.querySelectorAll(".entry")];
  }

  #walk(event) {
    if (event.key === "Escape" && DOCKED.matches) {
      event.stopPropagation();
      this.close();
    }
    const entries = this.#entries();
    const at = entries.indexOf(document.activeElement.closest("li")?.querySelector(".entry"));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    entries[Math.min(Math.max(to, 0), entries.length - 1)].focus();
  }
}

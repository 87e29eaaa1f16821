/** SQL to read and to edit: coloured text below, a plain field of the same shape on top. */

import { copyButton } from "./clipboard.js";
import { button, make, prose } from "./dom.js";

const TOKENS = new RegExp([
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/,
  /('(?:[^']|'')*'?)/,
  /("(?:[^"]|"")*"?|`[^`]*`?|\[[^\]\n]*\]?)/,
  /\b(\d+(?:\.\d+)?)\b/,
  /\b(SELECT|DISTINCT|FROM|WHERE|AND|OR|NOT|IN|IS|NULL|LIKE|GLOB|BETWEEN|GROUP|ORDER|BY|HAVING|LIMIT|OFFSET|INNER|LEFT|RIGHT|FULL|OUTER|CROSS|NATURAL|JOIN|ON|USING|AS|WITH|RECURSIVE|UNION|INTERSECT|EXCEPT|ALL|CASE|WHEN|THEN|ELSE|END|CAST|COUNT|SUM|AVG|MIN|MAX|ROUND|COALESCE|IIF|OVER|PARTITION|DESC|ASC|NULLS|FIRST|LAST|EXISTS|VALUES)\b/,
].map((part) => part.source).join("|"), "gi");
const KINDS = ["remark", "text", "", "figure", "word"];

/** The text in coloured pieces. */
export function highlighted(sql) {
  const pieces = [];
  let last = 0;
  for (const found of sql.matchAll(TOKENS)) {
    const kind = KINDS[found.slice(1).findIndex((part) => part !== undefined)];
    pieces.push(sql.slice(last, found.index), kind ? make("span", kind, found[0]) : found[0]);
    last = found.index + found[0].length;
  }
  return [...pieces, sql.slice(last)];
}

/** SQL that is only read. */
export const sqlText = (sql) => make("pre", "sql-text", make("code", {}, highlighted(sql)));

function isRunKey(event) {
  return event.key === "Enter" && (event.ctrlKey || event.metaKey);
}

/** Editable SQL; `run(text)` is awaited, and what it throws is shown below. */
export class SqlEditor {
  #original;
  #run;
  #paint = make("code");
  #field = make("textarea", { "aria-label": "SQL", spellcheck: "false", autocapitalize: "off", autocomplete: "off", rows: "1" });
  #trouble = make("div", { class: "trouble", role: "alert", hidden: true });
  #reset = button("undo", "Undo edits", () => this.#restore(), { hidden: true });
  #start = button("play", "Run", () => this.run(), { title: "Ctrl+Enter", class: "quiet run" });

  constructor(sql, run) {
    [this.#original, this.#run] = [sql, run];
    this.#field.value = sql;
    this.#field.addEventListener("input", () => this.#repaint());
    this.#field.addEventListener("keydown", (event) => {
      if (!isRunKey(event)) return;
      event.preventDefault();
      this.run();
    });
    this.#repaint();
    const tools = make("div", "tools", this.#reset, copyButton(() => this.#field.value, "Copy the SQL"), this.#start);
    const head = make("div", "sql-head", make("h3", "label", "SQL"), make("span", { class: "keys", "aria-hidden": "true" },
      make("kbd", {}, "Ctrl"), make("kbd", {}, "Enter"), " runs it"), tools);
    this.node = make("section", { class: "sql", "aria-label": "SQL of the answer" }, head,
      make("div", "editor", make("pre", { "aria-hidden": "true" }, this.#paint), this.#field), this.#trouble);
  }

  /** Run what the field holds. */
  async run() {
    this.#trouble.hidden = true;
    this.node.setAttribute("aria-busy", "true");
    try {
      await this.#run(this.#field.value);
    } catch (problem) {
      if (problem.name !== "AbortError") this.#tell(problem);
    } finally {
      this.node.removeAttribute("aria-busy");
    }
  }

  /** Put the caret where editing goes on. */
  focus() {
    this.#field.focus({ preventScroll: true });
  }

  #repaint() {
    this.#paint.replaceChildren(...highlighted(this.#field.value), "\n");
    this.#reset.hidden = this.#field.value === this.#original;
  }

  #restore() {
    this.#field.value = this.#original;
    this.#repaint();
    this.focus();
  }

  #tell({ message, hint }) {
    this.#trouble.replaceChildren(make("strong", {}, prose(message)), hint ? make("span", {}, prose(hint)) : "");
    this.#trouble.hidden = false;
  }
}

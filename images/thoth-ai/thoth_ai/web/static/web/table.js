/** The rows of an answer: sorted by a heading, filtered, a page at a time. */

import { count, iconButton, make, plural } from "./dom.js";
import { announce } from "./live.js";
import { filtered, isNumeric, said, sorted, tabbed } from "./rows.js";

const SIZES = [25, 50, 100];
const LONGEST = 140;
const FEW = 5;

function longCell(text) {
  const start = `${text.slice(0, LONGEST).replace(/[\s.,;:]+$/, "")}…`;
  const shown = make("span", {}, start);
  const more = make("button", {
    type: "button", class: "more", "aria-expanded": "false",
    click: () => {
      const open = more.getAttribute("aria-expanded") === "false";
      shown.textContent = open ? text : start;
      more.textContent = open ? "less" : "more";
      more.setAttribute("aria-expanded", open);
    },
  }, "more");
  return make("td", "long", shown, " ", more);
}

function cell(value, numeric) {
  if (value === null) return make("td", numeric ? "null number" : "null", "null");
  const text = said(value);
  if (text.length > LONGEST) return longCell(text);
  return make("td", numeric ? "number" : text.length > 48 ? "long" : "", text);
}

/** Rows with their tools; `node` is what is shown, `text()` what is copied. */
export class Table {
  #rows;
  #columns;
  #numeric;
  #sort = { column: null, down: false };
  #filter = "";
  #size = SIZES[0];
  #page = 0;
  #shown = [];
  #headings;
  #body = make("tbody");
  #where = make("span", "where");

  constructor({ columns, rows }) {
    [this.#columns, this.#rows] = [columns, rows];
    this.#numeric = columns.map((_, at) => isNumeric(rows, at));
    this.#headings = columns.map((name, at) => this.#heading(name, at));
    this.filter = rows.length > FEW ? this.#filterBox() : null;
    this.node = make("div", "table", this.#scroll(), rows.length > SIZES[0] && this.#pager());
    this.#select();
  }

  /** What is shown, all its pages, tab-separated. */
  text() {
    return tabbed(this.#columns, this.#shown);
  }

  #scroll() {
    const head = make("thead", {}, make("tr", {}, this.#headings));
    return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rows of the answer" },
      make("table", {}, head, this.#body));
  }

  #heading(name, at) {
    return make("th", { scope: "col", class: this.#numeric[at] ? "number" : "", "aria-sort": "none" },
      make("button", { type: "button", click: () => this.#sortBy(at) }, name));
  }

  #filterBox() {
    const box = make("input", { type: "search", class: "filter", placeholder: "Filter rows", "aria-label": "Filter rows" });
    box.addEventListener("input", () => {
      this.#filter = box.value;
      this.#select();
      announce(`${plural(this.#shown.length, "row")} left.`);
    });
    return box;
  }

  #pager() {
    const size = make("select", { change: () => { this.#size = Number(size.value); this.#turn(0); } },
      SIZES.map((rows) => make("option", { value: rows }, String(rows))));
    this.earlier = iconButton("left", "Earlier rows", () => this.#turn(this.#page - 1));
    this.later = iconButton("right", "Later rows", () => this.#turn(this.#page + 1));
    return make("div", "pager", make("label", "size", make("span", {}, "Rows per page"), size), this.#where,
      make("span", "turn", this.earlier, this.later));
  }

  #sortBy(column) {
    const same = this.#sort.column === column;
    this.#sort = same && this.#sort.down ? { column: null, down: false } : { column, down: same };
    this.#headings.forEach((heading, at) => {
      const order = this.#sort.down ? "descending" : "ascending";
      heading.setAttribute("aria-sort", at === this.#sort.column ? order : "none");
    });
    this.#select();
  }

  #select() {
    this.#shown = sorted(filtered(this.#rows, this.#filter), this.#sort);
    this.#turn(0);
  }

  #turn(page) {
    const last = Math.max(0, Math.ceil(this.#shown.length / this.#size) - 1);
    this.#page = Math.min(Math.max(page, 0), last);
    const from = this.#page * this.#size;
    const rows = this.#shown.slice(from, from + this.#size);
    this.#body.replaceChildren(...(rows.length ? rows.map((row) => this.#row(row)) : [this.#noRow()]));
    this.#body.closest(".scroll").scrollTop = 0;
    this.#tellWhere(from, rows.length, last);
  }

  #tellWhere(from, here, last) {
    const all = this.#shown.length;
    this.#where.textContent = here ? `${count(from + 1)}–${count(from + here)} of ${count(all)}` : "0 rows";
    for (const [turn, ends] of [[this.earlier, this.#page === 0], [this.later, this.#page === last]]) {
      turn?.setAttribute("aria-disabled", ends);
    }
  }

  #row(row) {
    return make("tr", {}, row.map((value, at) => cell(value, this.#numeric[at])));
  }

  #noRow() {
    return make("tr", {}, make("td", { class: "none-left", colspan: this.#columns.length }, "No row holds this text."));
  }
}

/** The one value of an answer that has no more. */
export function singleValue({ columns, rows }) {
  const value = rows[0][0];
  const shown = typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 6 }) : value ?? "null";
  return make("div", "single", make("span", "soft", columns[0]), make("b", {}, said(shown)));
}

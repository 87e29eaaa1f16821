/** The page of a workspace: what tables and columns mean, to read, to search and to mend. */

import { describe, workspace } from "./api.js";
import { byId, count, icon, make, plural, prose } from "./dom.js";
import { exampleList } from "./examples.js";
import { announce } from "./live.js";

const place = byId("workspace");
const NAME = place.dataset.name;
const FEW = 40;

/** A description that looks like text until it is touched; leaving it saves, Esc takes the edit back. */
function description(value, label, save, derived = "") {
  const said = make("small", "saved");
  const field = make("textarea", { rows: "1", "aria-label": label, placeholder: derived || "Add a description" });
  const grow = make("span", "grow", field);
  const size = () => { grow.dataset.text = field.value; };
  const store = async () => {
    const text = field.value.trim();
    if (text === value) return;
    try {
      await save(text);
      value = text;
      said.textContent = "Saved";
      announce(`${label} is saved.`);
    } catch (problem) {
      said.replaceChildren(make("span", { class: "trouble", role: "alert" }, prose(`${problem.message} ${problem.hint ?? ""}`)));
    }
  };
  field.value = value;
  size();
  field.addEventListener("input", () => { size(); said.textContent = ""; });
  field.addEventListener("change", store);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { field.value = value; size(); }
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); store(); }
  });
  return make("div", "description", grow, said);
}

function badges(column, keys) {
  return [
    column.primary_key && make("span", { class: "badge", title: "Primary key" }, "key"),
    column.not_null && !column.primary_key && make("span", { class: "badge", title: "Never null" }, "not null"),
    column.personal && make("span", { class: "badge personal", title: "Looks like personal data" }, "personal data"),
    keys.map((key) => make("span", { class: "badge", title: "Foreign key" },
      `→ ${key.table}.${key.references[key.columns.indexOf(column.name)]}`)),
  ];
}

function columnRow(table, column) {
  const keys = (table.foreign_keys ?? []).filter((key) => key.columns.includes(column.name));
  const save = (text) => describe(NAME, { columns: { [table.name]: { [column.name]: text } } });
  return make("div", { class: "column", "data-words": `${column.name} ${column.description}`.toLowerCase() },
    make("div", "column-name", make("b", {}, column.name), make("small", {}, column.type || "any"), badges(column, keys)),
    make("div", {}, description(column.description, `Description of ${table.name}.${column.name}`, save, column.derived),
      column.values && make("p", "values", Array.isArray(column.values) ? column.values.join(" · ") : String(column.values))));
}

function tableSection(table) {
  const save = (text) => describe(NAME, { tables: { [table.name]: text } });
  const described = table.columns.filter((column) => column.description).length;
  const facts = `${plural(table.rows, "row")} · ${plural(table.columns.length, "column")}, ${count(described)} described`;
  const section = make("details", { class: "card table-card", "data-words": `${table.name} ${table.description}`.toLowerCase() },
    make("summary", {}, make("h3", {}, table.name), make("span", "soft", facts)));
  const open = () => {
    if (section.children.length > 1) return;
    section.append(description(table.description, `Description of ${table.name}`, save, table.derived),
      make("div", "columns", table.columns.map((column) => columnRow(table, column))));
  };
  section.addEventListener("toggle", open);
  return { section, open, words: table.columns.map((column) => `${column.name} ${column.description}`.toLowerCase()) };
}

function searchBox(tables) {
  const box = make("input", { type: "search", placeholder: "Find a table or a column", "aria-label": "Find a table or a column" });
  const found = make("p", { class: "soft", hidden: true }, "No table and no column holds this text.");
  box.addEventListener("input", () => {
    const left = narrow(tables, box.value.trim().toLowerCase());
    found.hidden = left > 0;
    announce(`${plural(left, "table")} left.`);
  });
  return make("div", "search", box, found);
}

function narrow(tables, wanted) {
  let left = 0;
  for (const { section, open, words } of tables) {
    const byName = section.dataset.words.includes(wanted);
    const shown = byName || words.some((text) => text.includes(wanted));
    section.hidden = !shown;
    left += shown;
    if (wanted && shown) open();
    section.open = wanted !== "" && shown && tables.length > 0;
    for (const row of section.querySelectorAll(".column")) row.hidden = !byName && !row.dataset.words.includes(wanted);
  }
  return left;
}

function evidence(lines) {
  return make("details", "card table-card", make("summary", {}, make("h3", {}, "Evidence"), make("span", "soft", plural(lines.length, "hint"))),
    make("ul", "evidence", lines.map(({ text }) => make("li", {}, prose(text)))));
}

function joinList(joins) {
  if (joins.length === 0) return "";
  return make("details", "card table-card", make("summary", {}, make("h3", {}, "Likely joins"), make("span", "soft", plural(joins.length, "join"))),
    make("ul", "evidence", joins.map((join) => make("li", {},
      `${join.table}.${join.column} → ${join.referenced_table}.${join.referenced_column} (${join.score.toFixed(2)})`))));
}

/** How the import ended, which stays true: what was imported is never written. */
function verified({ report = {}, created_at: at }) {
  if (!report.verified) return "";
  const { chat, embedding } = report.models ?? {};
  const facts = [at && `imported on ${new Date(at).toLocaleDateString("en", { dateStyle: "long" })}`, chat && `described by ${chat}`, embedding && `embedded by ${embedding}`];
  return make("p", "verified", icon("check"), make("span", {}, make("b", {}, `${report.verified}.`), ` ${sentence(facts.filter(Boolean).join(", "))}`));
}

const sentence = (text) => text && `${text[0].toUpperCase()}${text.slice(1)}.`;

function show({ databases, evidence: hints, examples }) {
  const tables = databases.flatMap((database) => database.tables).map(tableSection);
  if (tables.reduce((sum, { words }) => sum + words.length, 0) <= FEW) for (const { section, open } of tables) { section.open = true; open(); }
  place.replaceChildren(
    ...databases.map(verified).filter(Boolean), make("h2", "label", "Tables"), searchBox(tables), ...tables.map(({ section }) => section),
    make("h2", "label", "What else the answers use"), joinList(databases.flatMap((database) => database.joins ?? [])), evidence(hints), exampleList(NAME, examples));
}

try {
  show(await workspace(NAME));
} catch (problem) {
  place.replaceChildren(make("section", { class: "card", role: "alert" }, make("h2", {}, prose(problem.message)), make("p", "soft", prose(problem.hint ?? ""))));
}
place.setAttribute("aria-busy", "false");

/** The card of an answer, of an honest no, and of an error. */

import { button, count, duration, make, percent, plural, prose } from "./dom.js";
import { result } from "./result.js";
import { SqlEditor } from "./sql.js";
import { verdictButtons } from "./verdict.js";

const ORIGINS = { demo: "stored demo", bird: "imported", user: "stored", generated: "generated" };

const bySource = {
  example: ({ source }) => [`From the ${ORIGINS[source.origin] ?? "stored"} example `, make("q", {}, source.question),
    `, ${percent(source.similarity)} alike`],
  model: ({ source, attempts }) => ["Written by ", make("b", {}, source.model), source.provider && ` (${source.provider})`,
    attempts > 1 && `, at attempt ${attempts}`],
  edited: () => ["Run from SQL edited by you"],
};

function sourceLine(reply) {
  const told = bySource[reply.source.kind] ?? bySource.edited;
  return make("p", "source", told(reply), `, in ${reply.workspace}.`);
}

function notes(title, lines) {
  return lines.length > 0 && [make("dt", {}, title), lines.map((line) => make("dd", {}, prose(line)))];
}

function reasons(reply) {
  const known = notes("Assumed", reply.assumptions) || notes("Known", reply.evidence);
  return known && make("dl", "reasons", notes("Assumed", reply.assumptions), notes("Known", reply.evidence));
}

function figures({ row_count: rows, truncated, elapsed_ms: elapsed, usage, notice }) {
  const parts = [plural(rows, "row") + (truncated ? ", cut off here" : ""), duration(elapsed)];
  if (usage) parts.push(`${plural(usage.input_tokens, "token")} in, ${count(usage.output_tokens)} out`);
  if (usage?.cost_usd != null) parts.push(`$${usage.cost_usd.toFixed(usage.cost_usd < 0.1 ? 4 : 2)}`);
  return [...parts, notice].filter(Boolean).join(" · ");
}

/** An answer; `actions` are run(sql, reply), followUp(reply), ask(question) and earlier(id). */
export function answerCard(reply, actions) {
  const editor = new SqlEditor(reply.sql, (sql) => actions.run(sql, reply));
  const continued = reply.previous && actions.earlier(reply.previous);
  const card = make("article", "card result",
    make("header", {},
      make("div", "heading", make("h2", {}, reply.question), reply.id && verdictButtons(reply)),
      continued && make("p", "source", "Follows up on ", make("q", {}, continued), "."),
      reply.restated && make("p", "source", "Understood as ", make("q", {}, reply.restated), "."),
      sourceLine(reply),
      reply.explanation && make("p", "explanation", prose(reply.explanation)),
      reasons(reply)),
    result(reply), editor.node,
    make("footer", {}, make("span", {}, figures(reply)),
      reply.id && button("follow", "Follow up", () => actions.followUp(reply), { class: "quiet follow" })));
  return { card, editor };
}

function nearestButtons(near, ask) {
  return near.length > 0 && [make("h3", "label", "Nearest stored questions"), make("div", "near", near.map((one) =>
    make("button", { type: "button", class: "chip", click: () => ask(one.question) }, one.question,
      make("small", {}, percent(one.similarity)))))];
}

/** An honest no: why, what would help, and the SQL that failed if there was any. */
export function noAnswerCard(reply, actions) {
  const editor = reply.sql && new SqlEditor(reply.sql, (sql) => actions.run(sql, reply));
  const card = make("article", "card result none",
    make("header", {}, make("h2", {}, "No answer"), make("p", "asked", make("q", {}, reply.question)),
      make("p", {}, prose(reply.message)), reply.hint && make("p", "soft", prose(reply.hint)),
      nearestButtons(reply.nearest, actions.ask)),
    editor && editor.node);
  return { card, editor };
}

/** What went wrong and what to do about it, with one button. */
export function problemCard(problem, { again, signIn }) {
  const act = problem.status === 401
    ? make("button", { type: "button", class: "primary", click: signIn }, "Sign in")
    : button("again", "Try again", again);
  return make("article", { class: "card result problem" }, make("header", {},
    make("h2", {}, prose(problem.message)), problem.hint && make("p", "soft", prose(problem.hint)), act));
}

/** The visitor stopped it. */
export function stoppedCard(question, again) {
  return make("article", "card result problem", make("header", {}, make("h2", {}, "Stopped"),
    make("p", "soft", make("q", {}, question), " was not answered."), button("again", "Ask again", again)));
}

/** What an answer's rows look like, and what one can take away. */

import { csv } from "./api.js";
import { canDraw, chart } from "./chart.js";
import { copyButton } from "./clipboard.js";
import { button, make, prose } from "./dom.js";
import { announce } from "./live.js";
import { singleValue, Table } from "./table.js";

function download(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = make("a", { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function fileName(question) {
  const words = question.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "");
  return `${words.slice(0, 60).replace(/-$/, "") || "answer"}.csv`;
}

function csvButton(reply, trouble) {
  const tell = ({ message, hint }) => {
    trouble.replaceChildren(make("strong", {}, prose(message)), make("span", {}, prose(hint ?? "")));
    trouble.hidden = false;
  };
  const node = button("download", "CSV", async () => {
    trouble.hidden = true;
    node.setAttribute("aria-busy", "true");
    try {
      const body = { workspace: reply.workspace, sql: reply.sql, question: reply.id };
      const { file, truncated } = await csv(body);
      download(file, fileName(reply.question));
      announce("The file is downloaded.");
      if (truncated) tell({ message: "The file holds only the beginning: the result is too large.", hint: "Narrow the SQL down." });
    } catch (problem) {
      tell(problem);
    } finally {
      node.removeAttribute("aria-busy");
    }
  }, { "aria-label": "Download all rows as CSV", title: "All rows, also those not shown" });
  return node;
}

function switcher(views, filter) {
  const holder = make("div", "views");
  const buttons = views.map(({ name, words, node }) => button(name, words, () => show(node), { "aria-pressed": "false", class: "segment" }));
  const show = (wanted) => {
    if (filter) filter.hidden = wanted !== views[0].node;
    holder.replaceChildren(wanted);
    views.forEach(({ node }, at) => buttons[at].setAttribute("aria-pressed", node === wanted));
  };
  show(views[0].node);
  return { holder, buttons: make("div", { class: "segments", role: "group", "aria-label": "View" }, buttons) };
}

function tabular(reply) {
  const table = new Table(reply);
  const trouble = make("div", { class: "trouble", role: "alert", hidden: true });
  const views = [{ name: "table", words: "Table", node: table.node }];
  if (canDraw(reply)) views.push({ name: "chart", words: "Chart", node: chart(reply) });
  const { holder, buttons } = switcher(views, table.filter);
  const tools = make("div", "tools", copyButton(() => table.text(), "Copy the rows"), csvButton(reply, trouble));
  return make("section", { class: "rows", "aria-label": "Result" },
    make("div", "toolbar", views.length > 1 && buttons, table.filter, tools), trouble, holder);
}

/** The rows as a table or chart, one value in large type, or a word that there are none. */
export function result(reply) {
  if (reply.rows.length === 0) return make("div", "single", make("span", "soft", "The query ran and found no rows."));
  return reply.rows.length === 1 && reply.columns.length === 1 ? singleValue(reply) : tabular(reply);
}

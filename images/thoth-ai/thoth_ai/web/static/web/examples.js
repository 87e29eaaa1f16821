/** The stored examples of a workspace, read when their list is opened. */

import { dropExample, examples } from "./api.js";
import { button, iconButton, make, plural, prose } from "./dom.js";
import { announce } from "./live.js";
import { sqlText } from "./sql.js";

const PAGE = 50;

function item(of, example) {
  const drop = async () => {
    try {
      await dropExample(of, example.id);
      const next = node.nextElementSibling ?? node.previousElementSibling;
      node.remove();
      announce("Deleted.");
      next?.querySelector("summary, button")?.focus();
    } catch (problem) {
      node.append(make("p", { class: "trouble", role: "alert" }, prose(`${problem.message} ${problem.hint ?? ""}`)));
    }
  };
  const node = make("li", {},
    make("details", {}, make("summary", {}, example.question), example.evidence && make("p", "soft", prose(example.evidence)), sqlText(example.sql)),
    iconButton("trash", "Delete this example", drop));
  return node;
}

async function fill(list, of, before) {
  try {
    const { examples: found } = await examples(of, before);
    list.append(...found.map((example) => item(of, example)));
    if (found.length < PAGE) return;
    const more = make("li", "older", button("", "More", () => { more.remove(); fill(list, of, found.at(-1).id); }));
    list.append(more);
  } catch (problem) {
    list.append(make("li", { class: "trouble", role: "alert" }, prose(`${problem.message} ${problem.hint ?? ""}`)));
  }
}

/** The closed list with their number; opening it reads them. */
export function exampleList(of, number) {
  const list = make("ul", "examples");
  const node = make("details", "card table-card", make("summary", {}, make("h3", {}, "Stored examples"),
    make("span", "soft", plural(number, "example"))), list);
  node.addEventListener("toggle", () => node.open && !list.children.length && fill(list, of));
  return node;
}

/** Thumbs: a good answer becomes an example, a bad one is remembered as such. */

import { judge } from "./api.js";
import { iconButton, make, prose } from "./dom.js";
import { announce } from "./live.js";

const SAID = { up: "Stored as an example.", down: "Noted as wrong.", "": "Taken back." };

/** The two buttons for an answer that the server knows by its id. */
export function verdictButtons(reply) {
  let { verdict } = reply;
  let note = "";
  const said = make("span", "said");
  const choose = async (wanted) => {
    try {
      ({ verdict, note } = await judge(reply.id, { verdict: wanted === verdict ? "" : wanted, sql: reply.sql }));
      said.textContent = note || SAID[verdict];
    } catch (problem) {
      said.replaceChildren(...prose(`${problem.message} ${problem.hint ?? ""}`));
    }
    announce(said.textContent);
    mark();
  };
  const up = iconButton("up", "Right: store it as an example", () => choose("up"));
  const down = iconButton("down", "Wrong", () => choose("down"));
  const mark = () => {
    up.setAttribute("aria-pressed", verdict === "up");
    down.setAttribute("aria-pressed", verdict === "down");
  };
  mark();
  return make("div", { class: "verdict", role: "group", "aria-label": "Is this right?" }, said, up, down);
}

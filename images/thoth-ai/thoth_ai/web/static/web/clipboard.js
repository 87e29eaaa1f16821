/** Copying, also where the browser hides its clipboard because the server has no certificate. */

import { button, make } from "./dom.js";
import { announce } from "./live.js";

function copyBySelection(text) {
  const back = document.activeElement;
  const field = make("textarea", { class: "visually-hidden", readonly: true, "aria-hidden": "true" });
  field.value = text;
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  back?.focus();
  return done;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** A button that copies what `text()` returns and says whether it could. */
export function copyButton(text, label) {
  const words = { idle: "Copy", true: "Copied", false: "Not allowed" };
  const node = button("copy", words.idle, async () => {
    const said = words[await copy(text())];
    node.lastChild.textContent = said;
    announce(said);
    setTimeout(() => { node.lastChild.textContent = words.idle; }, 1600);
  }, { "aria-label": label });
  return node;
}

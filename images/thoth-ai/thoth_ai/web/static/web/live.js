/** What a screen reader hears: the last word after a moment of quiet, never every step. */

import { byId } from "./dom.js";

let timer = 0;

/** Say something once nothing newer came for a moment. */
export function announce(text) {
  clearTimeout(timer);
  timer = setTimeout(() => { byId("live").textContent = text; }, 250);
}

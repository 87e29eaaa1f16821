/** Elements built by hand, and figures in words. */

const SVG = "http://www.w3.org/2000/svg";
const NOTHING = [null, undefined, false];

function fill(node, attributes, children) {
  const given = typeof attributes === "string" ? { class: attributes } : attributes;
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (!NOTHING.includes(value) && !(name === "class" && !value)) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => !NOTHING.includes(child)));
  return node;
}

/** An element; a function among the attributes listens to the event of that name. */
export const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** The same for drawings. */
export const draw = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/** A symbol of the sprite in base.html. */
export const icon = (name) => draw("svg", { class: "icon", "aria-hidden": "true" }, draw("use", { href: `#i-${name}` }));

/** A button with a symbol and words. */
export const button = (name, words, click, attributes = {}) =>
  make("button", { type: "button", class: "quiet", click, ...attributes }, name && icon(name), make("span", {}, words));

/** A button that shows its symbol only; the words are for everyone who hovers or listens. */
export const iconButton = (name, words, click, attributes = {}) =>
  make("button", { type: "button", class: "icon-button", "aria-label": words, title: words, click, ...attributes }, icon(name));

/** Text in which `commands` are set as code. */
export function prose(text) {
  return String(text).split(/(`[^`]+`)/).filter(Boolean)
    .map((part) => (part.length > 2 && part.startsWith("`") ? make("code", {}, part.slice(1, -1)) : part));
}

export const byId = (id) => document.getElementById(id);
export const count = (number) => number.toLocaleString("en");
export const plural = (number, word) => `${count(number)} ${word}${number === 1 ? "" : "s"}`;
export const percent = (share) => `${(share * 100).toFixed(share < 1 && share > 0.99 ? 1 : 0)}\u00a0%`;
export const duration = (milliseconds) =>
  milliseconds < 1000 ? `${Math.round(milliseconds)}\u00a0ms` : `${(milliseconds / 1000).toFixed(1)}\u00a0s`;

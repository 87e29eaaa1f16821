/** The page to ask: the form, its keys, and who is told what. */

import { Asking, draft } from "./asking.js";
import { byId } from "./dom.js";
import { History } from "./history.js";

const [form, question, workspace] = ["ask", "question", "workspace"].map(byId);
const [following, followed] = ["following", "followed"].map(byId);
let previous = null;

function follow(reply) {
  previous = reply;
  following.hidden = reply === null;
  followed.textContent = reply?.question ?? "";
  question.placeholder = reply ? "And …" : "How many … are there?";
  if (!reply) return;
  workspace.value = reply.workspace;
  question.value = "";
  question.focus();
}

function ask(text) {
  const wanted = text.trim();
  if (!wanted) return;
  question.value = wanted;
  const request = { question: wanted, workspace: workspace.value || null };
  if (previous) request.previous = previous.id;
  follow(null);
  question.value = wanted;
  asking.ask(request);
}

function showWorkspace() {
  const shown = workspace.value || workspace.options[0].value;
  for (const section of document.querySelectorAll(".about")) section.hidden = section.dataset.workspace !== shown;
}

function isTyping({ target }) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

function onKey(event) {
  if (event.key === "Escape" && !document.querySelector("dialog:modal, :popover-open")) asking.stop();
  if (event.key === "/" && !isTyping(event) && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    question.focus();
  }
}

let history = null;
const asking = form && new Asking({ onFollowUp: follow, onChange: () => history.outdated(), onQuestion: ask });

function start() {
  history = new History((entry) => asking.open(entry));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(question.value);
  });
  question.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  document.addEventListener("keydown", onKey);
  byId("unfollow").addEventListener("click", () => { follow(null); question.focus(); });
  workspace.addEventListener("change", () => { follow(null); showWorkspace(); });
  for (const chip of document.querySelectorAll(".about .chip")) chip.addEventListener("click", () => ask(chip.textContent));
  showWorkspace();
  const kept = draft();
  if (kept) resume(kept);
  else askEarly();
}

/** What was sent before this script was there: Enter left a line break, the button a query of ours. */
function askEarly() {
  const query = new URLSearchParams(location.search);
  const sent = query.get("question");
  if (sent !== null) {
    question.value = sent;
    workspace.value = query.get("workspace") ?? workspace.value;
    window.history.replaceState(null, "", location.pathname);
  }
  const ours = sent !== null && document.referrer.startsWith(`${location.origin}/`);
  if (ours || question.value.endsWith("\n")) ask(question.value);
}

function resume({ question: text, workspace: wanted, previous: id }) {
  workspace.value = wanted ?? "";
  showWorkspace();
  question.value = text;
  asking.ask({ question: text, workspace: wanted ?? null, ...(id && { previous: id }) });
}

if (form) start();

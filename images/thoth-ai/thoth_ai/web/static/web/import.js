/** The page that imports: sends a file, then shows how far each phase of the job is. */

import { job, upload } from "./api.js";
import { byId, count, icon, make, plural, prose } from "./dom.js";
import { announce } from "./live.js";
import { Pace } from "./pace.js";

const PAUSE = 500;
const MOST_LOST = 600;
const FINAL = [401, 403, 404];
const MIB = 1024 * 1024;
const TITLES = {
  upload: "Sending the file", queued: "Waiting for a worker", receive: "Receiving", check: "Checking the file", inspect: "Reading the schema",
  load: "Copying and verifying", profile: "Looking at the values", joins: "Finding joins", describe: "Describing with the model",
  index: "Indexing", values: "Indexing the values", register: "Finishing",
};

const form = byId("import");
const place = byId("work");

function amount({ done, total, unit }) {
  if (!total) return "";
  if (unit === "bytes") return `${(done / MIB).toFixed(1)} of ${(total / MIB).toFixed(1)} MiB`;
  return `${count(done)} of ${count(total)} ${unit}`;
}

/** The list of phases; each gets a line when it begins. */
class Phases {
  #lines = new Map();
  #list = make("ol", "phases");
  #running = "";

  constructor(title) {
    this.node = make("section", "card", make("h2", {}, title), this.#list);
  }

  show(news) {
    if (news.phase !== this.#running) this.finish();
    const line = this.#lines.get(news.phase) ?? this.#begin(news.phase);
    const pace = line.pace.told(news);
    line.amount.textContent = [amount(news), pace].filter(Boolean).join(" · ");
    if (news.total) {
      line.bar.max = news.total;
      line.bar.value = news.done;
    }
  }

  /** The running phase is over. */
  finish() {
    const line = this.#lines.get(this.#running);
    if (!line) return;
    line.node.classList.add("done");
    line.mark.replaceChildren(icon("check"));
    line.amount.textContent = line.pace.whole();
  }

  /** The running phase is the one that failed. */
  fail() {
    this.#lines.get(this.#running)?.mark.replaceChildren(icon("close"));
  }

  #begin(phase) {
    const title = TITLES[phase] ?? phase;
    const line = { pace: new Pace(), mark: make("span", "mark", make("span", "spinner")), amount: make("span", "amount"),
      bar: make("progress", { "aria-label": title }) };
    line.node = make("li", "phase", line.mark, make("span", {}, title), line.amount, line.bar);
    this.#list.append(line.node);
    this.#lines.set(phase, line);
    this.#running = phase;
    announce(title);
    return line;
  }
}

function spent({ name, columns, input_tokens: read, output_tokens: written, cost_usd: cost }) {
  const price = cost == null ? "price not known" : `$${cost.toFixed(4)}`;
  return `${name} described ${plural(columns, "column")}: ${count(read)} tokens in, ${count(written)} out, ${price}.`;
}

function outcome({ workspace, verified, tables, examples, model = null, joins = [], warnings = [] }) {
  const address = `/workspaces/${encodeURIComponent(workspace)}/`;
  return make("div", "outcome",
    make("p", {}, make("b", {}, `${verified}.`), ` ${count(tables.length)} tables, ${count(examples)} example questions, ${count(joins.length)} likely joins.`),
    model && make("p", {}, spent(model)),
    make("p", {}, make("a", { href: "/" }, "Ask it"), " · ", make("a", { href: address }, "Tables and descriptions")),
    warnings.length > 0 && make("ul", "warnings", warnings.map((text) => make("li", {}, text))));
}

function trouble({ message, hint = "" }) {
  return make("div", { class: "trouble", role: "alert" }, make("strong", {}, prose(message)), make("span", {}, prose(hint)));
}

const wait = () => new Promise((resume) => setTimeout(resume, PAUSE));

/** How the job is; a connection may be lost, or the server restart, while a worker goes on. */
async function look(key) {
  for (let left = MOST_LOST; ; left -= 1) {
    try {
      return await job(key);
    } catch (problem) {
      if (!left || FINAL.includes(problem.status)) throw problem;
    }
    await wait();
  }
}

async function follow(key, phases) {
  for (;;) {
    const news = await look(key);
    if (news.state === "failed") throw Object.assign(new Error(news.error.message), { hint: news.error.hint });
    if (news.state === "done") return news.result;
    phases.show(news.phase ? news : { ...news, phase: "queued" });
    await wait();
  }
}

async function run(title, begin) {
  const phases = new Phases(title);
  place.replaceChildren(phases.node);
  place.setAttribute("aria-busy", "true");
  form.hidden = true;
  try {
    const key = await begin(phases);
    location.hash = key;
    const result = await follow(key, phases);
    phases.finish();
    phases.node.append(outcome(result));
    announce("The import is done.");
  } catch (problem) {
    phases.fail();
    phases.node.append(trouble(problem));
    form.hidden = false;
  }
  history.replaceState(null, "", location.pathname);
  place.setAttribute("aria-busy", "false");
}

function send(event) {
  event.preventDefault();
  const file = byId("file").files[0];
  const wish = new URLSearchParams({ name: byId("name").value, origin: file.name, create: true, replace: byId("replace").checked });
  if (byId("describe") && !byId("describe").checked) wish.set("describe", false);
  run(file.name, async (phases) => {
    const heard = (done, total) => phases.show({ phase: "upload", done, total, unit: "bytes" });
    return (await upload(wish, file, heard)).id;
  });
}

byId("file").addEventListener("change", () => {
  const stem = (byId("file").files[0]?.name ?? "").replace(/\.[^.]*$/, "");
  byId("name").value ||= stem.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 63);
});
form.addEventListener("submit", send);
form.hidden = false;
if (/^#[0-9a-f-]{36}$/.test(location.hash)) run("Import", async () => location.hash.slice(1));

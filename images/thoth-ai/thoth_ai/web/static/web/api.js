/** The endpoints of the server, and what goes wrong on the way to them. */

import { events } from "./stream.js";

const BASE = "/api/v1";
const JSON_TYPE = "application/json";
const STREAM_TYPE = "text/event-stream";

/** A failure with a next step, as the server's problem documents have it. */
export class Problem extends Error {
  constructor({ detail, title, hint = "", status = 0 }) {
    super(detail || title || "Something went wrong.");
    this.hint = hint;
    this.status = status;
  }
}

export const UNREACHABLE = { detail: "The server did not answer.", hint: "Check that it runs with `thothctl status`, then try again." };
const CUT = { detail: "The connection ended before the answer.", hint: "Ask again; if it happens again, look at `thothctl logs`." };
const SIGNED_OUT = { status: 401, detail: "You are signed out.", hint: "Sign in again, here or in another tab; your question is kept." };

const token = () => /(?:^|; )thoth_csrf=([^;]*)/.exec(document.cookie)?.[1] ?? "";

async function problemOf(response) {
  if (response.status === 401) return new Problem(SIGNED_OUT);
  const wait = Number(response.headers.get("Retry-After"));
  const document = await response.json().catch(() => ({}));
  return new Problem({
    title: `The server answered ${response.status}.`,
    hint: wait ? `Try again in ${wait} s.` : "Try again; if it happens again, look at `thothctl logs`.",
    ...document,
    status: response.status,
  });
}

async function send(method, path, { body, accept = JSON_TYPE, signal } = {}) {
  const headers = { Accept: accept };
  if (method !== "GET") headers["X-CSRFToken"] = token();
  if (body !== undefined) headers["Content-Type"] = JSON_TYPE;
  let response;
  try {
    response = await fetch(BASE + path, { method, headers, signal, body: body && JSON.stringify(body) });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Problem(UNREACHABLE);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

const json = async (...given) => (await send(...given)).json();

async function follow(body, { step, text }) {
  for await (const { event, data } of events(body)) {
    if (event === "step") step(data);
    else if (event === "text") text(data.text);
    else if (event === "reply") return data;
    else if (event === "problem") throw new Problem(data);
  }
  throw new Problem(CUT);
}

/** Every field of a reply, whatever the server left out. */
export const complete = (reply) => ({
  columns: [], rows: [], row_count: 0, evidence: [], assumptions: [], explanation: "", nearest: [], notice: "",
  usage: null, chart: { kind: "none" }, previous: null, verdict: "", ...reply,
});

/** Ask; `heard.step` and `heard.text` get what happens on the way when the server streams. */
export async function ask(body, heard, signal) {
  const response = await send("POST", "/ask", { body, signal, accept: STREAM_TYPE });
  if (!response.headers.get("Content-Type")?.startsWith(STREAM_TYPE)) return complete(await response.json());
  try {
    return complete(await follow(response.body, heard));
  } catch (error) {
    throw error instanceof TypeError ? new Problem(CUT) : error;
  }
}

const name = encodeURIComponent;

export const runSql = async (body, signal) => complete(await json("POST", "/sql", { body, signal }));
/** The whole result as a file, and whether even that was cut. */
export async function csv(body) {
  const response = await send("POST", "/sql", { body, accept: "text/csv" });
  return { file: await response.blob(), truncated: response.headers.get("X-Truncated") === "true" };
}

export const questions = (before) => json("GET", `/questions?limit=50${before ? `&before=${before}` : ""}`);
export const storedReply = async (id, signal) => complete(await json("GET", `/questions/${id}`, { signal }));
export const forget = (id) => send("DELETE", `/questions/${id}`);
export const judge = (id, body) => json("POST", `/questions/${id}/verdict`, { body });
export const workspace = (of) => json("GET", `/workspaces/${name(of)}`);
export const describe = (of, body) => json("PATCH", `/workspaces/${name(of)}/descriptions`, { body });
export const examples = (of, before) =>
  json("GET", `/workspaces/${name(of)}/examples?limit=50${before ? `&before=${before}` : ""}`);
export const dropExample = (of, id) => send("DELETE", `/workspaces/${name(of)}/examples/${id}`);
export const job = (id) => json("GET", `/jobs/${id}`);

/** Send a database; `heard` gets how many bytes are sent, which fetch does not tell. */
export function upload(wish, file, heard) {
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    request.open("POST", `${BASE}/imports?${wish}`);
    request.responseType = "json";
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("Content-Type", "application/vnd.sqlite3");
    request.upload.addEventListener("progress", ({ loaded, total }) => heard(loaded, total));
    request.addEventListener("error", () => reject(new Problem(UNREACHABLE)));
    request.addEventListener("load", () => {
      if (request.status === 202) resolve(request.response);
      else reject(new Problem(request.status === 401 ? SIGNED_OUT : { title: `The server answered ${request.status}.`, ...request.response, status: request.status }));
    });
    request.send(file);
  });
}

/** One thing runs at a time; its end is shown in the same place. */

import * as api from "./api.js";
import { answerCard, noAnswerCard, problemCard, stoppedCard } from "./answer.js";
import { byId, plural } from "./dom.js";
import { announce } from "./live.js";
import { Progress } from "./progress.js";

const DRAFT = "thoth-draft";

/** Asks, reruns and opens stored answers; `onFollowUp(reply)` is called when the next question is to continue one. */
export class Asking {
  #place = byId("answer");
  #running = null;
  #asked = new Map();
  #actions;

  constructor({ onFollowUp, onChange, onQuestion }) {
    this.onChange = onChange;
    this.#actions = {
      run: (sql, reply) => this.#rerun(sql, reply),
      followUp: onFollowUp,
      ask: onQuestion,
      earlier: (id) => this.#asked.get(id),
    };
  }

  /** Ask a question and show what comes of it. */
  async ask(request) {
    if (this.#running?.question === request.question) return;
    const progress = new Progress(request.question, () => this.stop());
    announce("Looking for an answer.");
    const again = () => this.ask(request);
    await this.#exclusively(request.question, async (signal) => {
      this.#show(progress.node);
      const heard = { step: (step) => progress.step(step), text: (piece) => progress.text(piece) };
      this.#showReply(await api.ask(request, heard, signal));
      this.onChange();
    }, { failed: (error) => this.#fail(error, request, again) });
    progress.end();
  }

  /** Show a stored answer, its SQL run again. */
  async open({ id, question }) {
    const progress = new Progress(question, () => this.stop());
    await this.#exclusively(question, async (signal) => {
      this.#show(progress.node);
      const stored = await api.storedReply(id, signal);
      this.#showReply(stored.answered ? await this.#again(stored, signal) : stored);
    }, { failed: (error) => this.#fail(error, { question }, () => this.open({ id, question })) });
    progress.end();
  }

  /** Give up on what runs; whether there was anything. */
  stop() {
    this.#running?.controller.abort();
    return this.#running !== null;
  }

  async #again(stored, signal) {
    const { workspace, sql, id } = stored;
    const fresh = await api.runSql({ workspace, sql, question: id }, signal);
    return fresh.answered ? { ...fresh, ...stored, ...rowsOf(fresh) } : { ...fresh, id };
  }

  async #rerun(sql, { workspace, id, question }) {
    await this.#exclusively(question, async (signal) => {
      const reply = await api.runSql({ workspace, sql, question: id }, signal);
      if (!reply.answered) throw new api.Problem({ detail: reply.message, hint: reply.hint });
      this.#showReply({ ...reply, question: reply.question || question })?.focus();
      this.onChange();
    });
  }

  async #exclusively(question, work, { failed } = {}) {
    if (this.#running) this.#running.replaced = true;
    this.#running?.controller.abort();
    const mine = { question, controller: new AbortController(), replaced: false };
    this.#running = mine;
    this.#place.setAttribute("aria-busy", "true");
    try {
      await work(mine.controller.signal);
    } catch (error) {
      if (mine.replaced) return;
      if (!failed) throw error;
      failed(mine.controller.signal.aborted ? null : error);
    } finally {
      if (this.#running === mine) {
        this.#running = null;
        this.#place.setAttribute("aria-busy", "false");
      }
    }
  }

  #fail(error, request, again) {
    if (error === null) {
      announce("Stopped.");
      this.#show(stoppedCard(request.question, again));
      return;
    }
    if (!(error instanceof api.Problem)) console.error(error);
    announce(`${error.message} ${error.hint ?? ""}`);
    this.#show(problemCard(error, { again, signIn: () => signIn(request) }));
  }

  #showReply(reply) {
    const { card, editor } = (reply.answered ? answerCard : noAnswerCard)(reply, this.#actions);
    if (reply.id) this.#asked.set(reply.id, reply.question);
    announce(reply.answered ? `Answered: ${plural(reply.row_count, "row")}.` : `No answer. ${reply.message}`);
    this.#show(card);
    return editor;
  }

  #show(card) {
    this.#place.replaceChildren(card);
    this.#place.scrollIntoView({ block: "nearest" });
  }
}

const rowsOf = ({ columns, rows, row_count, truncated, chart, elapsed_ms }) =>
  ({ columns, rows, row_count, truncated, chart, elapsed_ms });

function signIn(request) {
  sessionStorage.setItem(DRAFT, JSON.stringify(request));
  location.assign(`/login/?next=${encodeURIComponent(location.pathname)}`);
}

/** The request that signing in interrupted, once. */
export function draft() {
  const kept = sessionStorage.getItem(DRAFT);
  sessionStorage.removeItem(DRAFT);
  return kept && JSON.parse(kept);
}

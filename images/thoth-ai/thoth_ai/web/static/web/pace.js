/** How fast something goes, and when it will be done, from how it went so far. */

import { count } from "./dom.js";

const LEAST = 1000;
const MIB = 1024 * 1024;

const speed = (rate, unit) => (unit === "bytes" ? `${(rate / MIB).toFixed(1)} MiB/s` : `${count(Math.round(rate))} ${unit}/s`);

/** Seconds as people say them. */
export function span(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} m`;
}

/** Remembers when a phase began and how far it was then. */
export class Pace {
  #from = performance.now();
  #first = null;
  #last = null;

  /** Rate and time left, once they can be told. */
  told({ done, total, unit }) {
    this.#first ??= done;
    this.#last = { done, total, unit };
    const passed = performance.now() - this.#from;
    const more = done - this.#first;
    if (passed < LEAST || more <= 0 || done >= total) return "";
    const rate = (more / passed) * 1000;
    return `${speed(rate, unit)} · ${span((total - done) / rate)} left`;
  }

  /** What the whole phase came to. */
  whole() {
    const seconds = (performance.now() - this.#from) / 1000;
    const { total = 0, unit = "" } = this.#last ?? {};
    const rate = total && seconds >= 1 ? `${speed((total - (this.#first ?? 0)) / seconds, unit)} · ` : "";
    const amount = total && unit === "rows" ? `${count(total)} rows · ` : "";
    return `${amount}${rate}${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  }
}

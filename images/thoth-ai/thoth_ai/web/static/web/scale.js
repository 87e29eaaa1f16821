/** From values to places on a drawing. */

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 2 });
const exact = new Intl.NumberFormat("en", { maximumFractionDigits: 6 });

/** A number where there is little room, and where there is enough. */
export const short = (value) => (Math.abs(value) < 10000 ? exact : compact).format(value);
export const full = (value) => (typeof value === "number" ? exact.format(value) : String(value ?? "null"));

/** Round numbers that span the values; `zero` keeps the origin, which bars need. */
export function ticks(values, wanted, zero) {
  const low = Math.min(...values, ...(zero ? [0] : []));
  const high = Math.max(...values, ...(zero ? [0] : []));
  const rough = (high - low || Math.abs(high) || 1) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  return Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

/** A function from the span of the ticks to the span of pixels. */
export function linear(marks, from, to) {
  const [low, high] = [marks[0], marks.at(-1)];
  return (value) => from + ((value - low) / (high - low)) * (to - from);
}

/** Text that fits, as far as one can tell without measuring. */
export const cut = (text, letters) => (text.length > letters ? `${text.slice(0, Math.max(1, letters - 1)).trimEnd()}…` : text);

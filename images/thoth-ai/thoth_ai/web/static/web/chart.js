/** A drawing of the rows from the reply's own description: lying bars, or lines.

Columns of very different size get a drawing each, so that the small ones are seen. */

import { draw, make } from "./dom.js";
import { said } from "./rows.js";
import { cut, full, linear, short, ticks } from "./scale.js";

const MOST = { bar: 30, line: 2000 };
const FARTHEST = 20;
const COLOURS = 6;
const LETTER = 7;
const HEIGHT = 320;
const AXIS = 26;

const isNumber = (value) => typeof value === "number" && Number.isFinite(value);

/** Whether the description fits the rows. */
export function canDraw({ chart, columns, rows }) {
  const series = chart?.y ?? [];
  return chart?.kind in MOST && columns[chart.x] !== undefined && rows.length > 1 && series.length > 0 &&
    series.every((at) => columns[at] !== undefined && rows.some((row) => isNumber(row[at])));
}

function valuesOf(rows, series) {
  return rows.flatMap((row) => series.map(({ column }) => row[column])).filter(isNumber);
}

const titled = (reply, row, at) =>
  draw("title", {}, `${said(row[reply.chart.x]) || "null"} · ${reply.columns[at]}: ${full(row[at])}`);

/** The columns that share a scale, each with the number that gives its colour. */
function scales(reply, rows) {
  const series = reply.chart.y.map((column, number) => ({ column, number }));
  const sizes = series.map(({ column }) => Math.max(...valuesOf(rows, [{ column }]).map(Math.abs)));
  return Math.max(...sizes) > FARTHEST * Math.min(...sizes) ? series.map((one) => [one]) : [series];
}

function bars(reply, rows, width, series) {
  const { x } = reply.chart;
  const labels = rows.map((row) => said(row[x]) || "null");
  const room = Math.min(Math.max(...labels.map((label) => label.length)) * LETTER, width * 0.4);
  const marks = ticks(valuesOf(rows, series), Math.max(2, Math.floor(width / 140)), true);
  const place = linear(marks, room + 12, width - 56);
  const [thick, gap] = [series.length > 1 ? 12 : 20, 10];
  const high = series.length * thick + gap;
  const top = (at) => at * high + AXIS;
  const shapes = rows.map((row, at) => draw("g", {},
    draw("text", { class: "name", x: room, y: top(at) + (high - gap) / 2 + 3.5, "text-anchor": "end" },
      cut(labels[at], Math.floor(room / LETTER)), draw("title", {}, labels[at])),
    series.map(({ column, number }, nth) => bar(reply, row, column, number, { place, top: top(at) + nth * thick, thick }))));
  return draw("svg", frame(reply, series, width, top(rows.length)), grid(marks, place, top(rows.length) - gap), shapes);
}

function bar(reply, row, column, number, { place, top, thick }) {
  const value = row[column];
  if (!isNumber(value)) return null;
  const [from, to] = [place(Math.min(0, value)), place(Math.max(0, value))];
  return draw("g", { class: `mark series-${number % COLOURS}` },
    draw("rect", { x: from, y: top, width: Math.max(1, to - from), height: thick - 2, rx: 3 }),
    draw("text", { class: "value", x: to + 6, y: top + thick / 2 + 3.5 }, short(value)),
    titled(reply, row, column));
}

function grid(marks, place, bottom) {
  return draw("g", "grid", marks.map((mark) => draw("g", {},
    draw("line", { x1: place(mark), x2: place(mark), y1: AXIS - 8, y2: bottom }),
    draw("text", { x: place(mark), y: AXIS - 14, "text-anchor": "middle" }, short(mark)))));
}

function lines(reply, rows, width, series) {
  const marks = ticks(valuesOf(rows, series), 5, false);
  const left = Math.max(...marks.map((mark) => short(mark).length)) * LETTER + 14;
  const [top, bottom] = [10, HEIGHT - 34];
  const up = linear(marks, bottom, top);
  const across = (at) => left + 8 + (at / Math.max(1, rows.length - 1)) * (width - left - 40);
  const grids = marks.map((mark) => draw("g", {},
    draw("line", { x1: left, x2: width - 16, y1: up(mark), y2: up(mark) }),
    draw("text", { x: left - 8, y: up(mark) + 4, "text-anchor": "end" }, short(mark))));
  return draw("svg", frame(reply, series, width, HEIGHT),
    draw("g", "grid", grids, names(reply, rows, across, width)),
    series.map(({ column, number }) => line(reply, rows, column, number, { across, up })));
}

function names(reply, rows, across, width) {
  const labels = rows.map((row) => cut(said(row[reply.chart.x]) || "null", 14));
  const longest = Math.max(...labels.map((label) => label.length)) * LETTER + 12;
  const every = Math.max(1, Math.ceil(rows.length / Math.max(1, Math.floor((width - 90) / longest))));
  return labels.map((label, at) => at % every === 0 &&
    draw("text", { x: across(at), y: HEIGHT - 10, "text-anchor": "middle" }, label));
}

function line(reply, rows, column, number, { across, up }) {
  let path = "";
  let open = false;
  const points = [];
  rows.forEach((row, at) => {
    const known = isNumber(row[column]);
    if (known) {
      path += `${open ? "L" : "M"}${across(at).toFixed(1)} ${up(row[column]).toFixed(1)}`;
      points.push(draw("circle", { cx: across(at), cy: up(row[column]), r: rows.length > 60 ? 2 : 4 }, titled(reply, row, column)));
    }
    open = known;
  });
  return draw("g", `mark series-${number % COLOURS}`, draw("path", { d: path }), points);
}

function frame(reply, series, width, height) {
  const names = series.map(({ column }) => reply.columns[column]).join(", ");
  return {
    viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
    "aria-label": `${reply.chart.kind === "bar" ? "Bars" : "Lines"} of ${names} by ${reply.columns[reply.chart.x]}; the table holds the same values`,
  };
}

function legend(reply) {
  const { x, y } = reply.chart;
  return make("p", "legend", y.map((at, number) =>
    make("span", `key series-${number % COLOURS}`, make("i", {}), reply.columns[at])), make("span", "soft", `by ${reply.columns[x]}`));
}

/** The chart, redrawn when its room changes. */
export function chart(reply) {
  const rows = reply.rows.slice(0, MOST[reply.chart.kind]);
  const left = reply.rows.length - rows.length;
  const canvas = make("div", "canvas");
  const shared = scales(reply, rows);
  const paint = reply.chart.kind === "bar" ? bars : lines;
  new ResizeObserver(([{ contentRect }]) => {
    const width = Math.floor(contentRect.width);
    if (width > 0) canvas.replaceChildren(...shared.map((series) => paint(reply, rows, width, series)));
  }).observe(canvas);
  return make("figure", "chart", legend(reply), canvas,
    left > 0 && make("figcaption", "soft", `The first ${rows.length} rows; ${left.toLocaleString("en")} more are in the table.`));
}

/** Sorting, filtering and paging of rows; knows nothing of the page. */

const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

/** What a cell says; null says nothing. */
export const said = (value) => (value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value));

/** Whether a column holds numbers and nothing else but nulls. */
export function isNumeric(rows, column) {
  let seen = false;
  for (const row of rows) {
    if (row[column] === null) continue;
    if (typeof row[column] !== "number") return false;
    seen = true;
  }
  return seen;
}

const compare = (one, other) =>
  typeof one === "number" && typeof other === "number" ? one - other : words.compare(said(one), said(other));

/** A sorted copy, nulls last both ways. */
export function sorted(rows, { column, down }) {
  if (column === null) return rows;
  return [...rows].sort((one, other) => {
    const [a, b] = [one[column], other[column]];
    if (a === null || b === null) return (a === null) - (b === null);
    return down ? compare(b, a) : compare(a, b);
  });
}

/** The rows in which some cell holds the text. */
export function filtered(rows, text) {
  const wanted = text.trim().toLowerCase();
  return wanted ? rows.filter((row) => row.some((value) => said(value).toLowerCase().includes(wanted))) : rows;
}

/** Tab-separated text, as spreadsheets take it from the clipboard. */
export function tabbed(columns, rows) {
  const plain = (value) => said(value).replace(/[\t\r\n]+/g, " ");
  return [columns, ...rows].map((row) => row.map(plain).join("\t")).join("\n");
}

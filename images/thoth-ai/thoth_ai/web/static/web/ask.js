"use strict";
(() => {
  const form = document.getElementById("ask");
  if (!form) return;
  const question = document.getElementById("question");
  const workspace = document.getElementById("workspace");
  const send = document.getElementById("send");
  const answer = document.getElementById("answer");
  let running = null;

  const make = (tag, name, ...children) => {
    const node = document.createElement(tag);
    if (name) node.className = name;
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };
  const percent = (share) => `${(share * 100).toFixed(share < 1 && share > 0.99 ? 1 : 0)}\u00a0%`;
  const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;

  const ORIGINS = { demo: "stored demo", bird: "imported", user: "stored", generated: "generated" };
  const WORDS = /("(?:[^"]|"")*"|`[^`]*`)|('(?:[^']|'')*')|\b(SELECT|DISTINCT|FROM|WHERE|AND|OR|NOT|IN|IS|NULL|LIKE|BETWEEN|GROUP|ORDER|BY|HAVING|LIMIT|OFFSET|INNER|LEFT|OUTER|CROSS|JOIN|ON|AS|WITH|UNION|ALL|CASE|WHEN|THEN|ELSE|END|CAST|COUNT|SUM|AVG|MIN|MAX|ROUND|DESC|ASC|EXISTS)\b/gi;
  const highlighted = (sql) => {
    const code = make("code");
    let last = 0;
    for (const found of sql.matchAll(WORDS)) {
      code.append(sql.slice(last, found.index));
      code.append(found[1] ? found[0] : make("span", found[2] ? "s" : "k", found[0]));
      last = found.index + found[0].length;
    }
    code.append(sql.slice(last));
    return code;
  };

  const sqlBlock = (sql) => {
    const copy = make("button", "copy", "Copy");
    copy.type = "button";
    copy.setAttribute("aria-label", "Copy the SQL");
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(sql);
        copy.textContent = "Copied";
      } catch {
        copy.textContent = "Not allowed";
      }
      setTimeout(() => { copy.textContent = "Copy"; }, 1600);
    });
    return make("div", "sql", make("pre", "", highlighted(sql)), copy);
  };

  const cell = (value, tag = "td") => {
    if (value === null) return make(tag, "null", "null");
    const text = String(value);
    return make(tag, typeof value === "number" ? "number" : text.length > 48 ? "long" : "", text);
  };

  const table = (reply) => {
    const numeric = reply.columns.map((_, at) => reply.rows.some((row) => typeof row[at] === "number"));
    const head = make("tr", "", ...reply.columns.map((name, at) => {
      const heading = make("th", numeric[at] ? "number" : "", name);
      heading.scope = "col";
      return heading;
    }));
    const body = reply.rows.map((row) => make("tr", "", ...row.map((value) => cell(value))));
    const scroll = make("div", "scroll", make("table", "", make("thead", "", head), make("tbody", "", ...body)));
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "Rows of the answer");
    return scroll;
  };

  const rows = (reply) => {
    if (reply.rows.length === 0) return make("div", "single", make("span", "soft", "The query ran and found no rows."));
    if (reply.rows.length === 1 && reply.columns.length === 1) {
      const value = reply.rows[0][0];
      const shown = typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 6 }) : value ?? "null";
      return make("div", "single", make("span", "soft", reply.columns[0]), make("b", "", String(shown)));
    }
    return table(reply);
  };

  const showAnswer = (reply) => {
    const source = make("p", "source", `Answered from the ${ORIGINS[reply.source.origin] ?? "stored"} example `,
      make("q", "", reply.source.question), `, ${percent(reply.source.similarity)} alike`,
      workspace.value ? "." : `, in ${reply.workspace}.`);
    const count = plural(reply.row_count, "row") + (reply.truncated ? ", cut off here" : "");
    const evidence = reply.evidence.length ? make("p", "source", `Good to know: ${reply.evidence.join(" ")}`) : null;
    answer.replaceChildren(make("article", "card result",
      make("header", "", make("h2", "", reply.question), source, evidence),
      rows(reply), sqlBlock(reply.sql),
      make("footer", "", `${count} · ${reply.elapsed_ms} ms${reply.notice ? " · " + reply.notice : ""}`)));
  };

  const nearest = (near) => {
    const chip = make("button", "chip", near.question, make("small", "", percent(near.similarity)));
    chip.type = "button";
    chip.addEventListener("click", () => ask(near.question));
    return chip;
  };

  const showNoAnswer = (reply) => {
    const near = reply.nearest.length
      ? [make("h3", "label", "Nearest stored questions"), make("div", "near", ...reply.nearest.map(nearest))] : [];
    answer.replaceChildren(make("article", "card result none",
      make("h2", "", "No answer"), make("p", "", reply.message), make("p", "soft", reply.hint), ...near));
  };

  const showError = (title, hint) => {
    answer.replaceChildren(make("article", "card result none", make("h2", "", title), make("p", "soft", hint)));
  };

  const request = async (text, signal) => {
    const response = await fetch(form.dataset.url, {
      method: "POST", signal,
      headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      body: JSON.stringify({ question: text, workspace: workspace.value || null }),
    });
    if (response.status === 401) { location.reload(); return; }
    const reply = await response.json();
    if (!response.ok) showError(reply.detail, reply.hint);
    else if (reply.answered) showAnswer(reply);
    else showNoAnswer(reply);
  };

  const ask = async (text) => {
    question.value = text;
    if (running) running.abort();
    const mine = running = new AbortController();
    send.disabled = true;
    answer.setAttribute("aria-busy", "true");
    answer.replaceChildren(make("div", "card waiting", make("span", "spinner"), "Looking through the stored examples …"));
    try {
      await request(text, mine.signal);
      answer.scrollIntoView({ block: "nearest", behavior: "smooth" });
    } catch (error) {
      if (error.name !== "AbortError") showError("The server did not answer.", "Check that it runs with thothctl status, then ask again.");
    } finally {
      if (running === mine) {
        running = null;
        send.disabled = false;
        answer.setAttribute("aria-busy", "false");
      }
    }
  };

  const showWorkspace = () => {
    const shown = workspace.value || workspace.options[0].value;
    for (const section of document.querySelectorAll(".about")) section.hidden = section.dataset.workspace !== shown;
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (question.value.trim()) ask(question.value.trim());
  });
  question.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  workspace.addEventListener("change", showWorkspace);
  for (const chip of document.querySelectorAll(".about .chip")) chip.addEventListener("click", () => ask(chip.textContent));
  showWorkspace();
})();

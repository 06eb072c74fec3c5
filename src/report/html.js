"use strict";
// Steps through the timelines that the page shows anyway. What it shows, it takes from the page, as text.
(() => {
  const outcomes = [...document.querySelectorAll("section.outcome")].map((section) => ({
    section,
    threads: [...section.querySelectorAll("thead th")].slice(1).map((head) => head.textContent),
    rows: [...section.querySelectorAll("tbody tr[data-line]")],
    at: 0,
  }));
  const lines = [...document.querySelectorAll(".source li")];
  const links = [...document.querySelectorAll("nav a")];
  const status = document.getElementById("status");
  const state = document.getElementById("state");
  if (outcomes.length === 0) return;
  let chosen = 0;

  const add = (term, text, changed) => {
    const dt = document.createElement("dt");
    dt.textContent = term;
    const dd = document.createElement("dd");
    dd.textContent = text;
    dd.classList.toggle("changed", changed);
    state.append(dt, dd);
  };

  const show = (follow) => {
    const outcome = outcomes[chosen];
    outcomes.forEach((other, index) => other.section.classList.toggle("chosen", index === chosen));
    links.forEach((link, index) => {
      if (index === chosen) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
    const { rows, at, threads } = outcome;
    rows.forEach((row, index) => {
      row.classList.toggle("now", index === at);
      row.classList.toggle("later", index > at);
    });
    const row = rows[at];
    lines.forEach((line, index) => line.classList.toggle("now", row !== undefined && index + 1 === Number(row.dataset.line)));
    state.replaceChildren();
    if (row === undefined) {
      status.textContent = "No steps";
      return;
    }
    status.textContent = `Step ${at + 1} of ${rows.length}`;
    threads.forEach((name, index) => {
      const { holds, waits } = row.cells[index + 1].dataset;
      const acts = [...row.cells[index + 1].querySelectorAll(".act")].map((act) => act.textContent);
      const parts = [...acts, waits ?? "", holds === undefined ? "" : `holds ${holds}`].filter(Boolean);
      add(name, parts.join(", ") || "–", acts.length > 0);
    });
    const values = new Map();
    for (const each of rows.slice(0, at + 1)) {
      if (each.dataset.place !== undefined) values.set(each.dataset.place, each.dataset.value);
    }
    for (const [place, value] of values) add(place, value, place === row.dataset.place);
    if (follow) row.scrollIntoView({ block: "nearest" });
    const line = lines[Number(row.dataset.line) - 1];
    if (line !== undefined) {
      const box = line.parentElement;
      const middle = line.offsetTop - box.offsetTop - (box.clientHeight - line.offsetHeight) / 2;
      box.scrollTop = Math.max(0, middle);
    }
  };

  const go = (to) => {
    const outcome = outcomes[chosen];
    outcome.at = Math.max(0, Math.min(outcome.rows.length - 1, to));
    show(true);
  };
  const choose = (index) => {
    if (outcomes[index] === undefined) return;
    chosen = index;
    show(true);
  };
  const chooseByAddress = () => choose(outcomes.findIndex((outcome) => `#${outcome.section.id}` === location.hash));

  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { at, rows } = outcomes[chosen];
    if (event.key === "ArrowRight") go(at + 1);
    else if (event.key === "ArrowLeft") go(at - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(rows.length - 1);
    else if (/^[1-9]$/.test(event.key)) choose(Number(event.key) - 1);
    else return;
    event.preventDefault();
  });
  document.getElementById("back").addEventListener("click", () => go(outcomes[chosen].at - 1));
  document.getElementById("on").addEventListener("click", () => go(outcomes[chosen].at + 1));
  outcomes.forEach(({ rows }, index) => {
    rows.forEach((row, at) => row.addEventListener("click", () => {
      chosen = index;
      go(at);
    }));
  });
  window.addEventListener("hashchange", chooseByAddress);
  document.documentElement.classList.add("steps");
  // Who opens the page begins at its top.
  show(false);
  chooseByAddress();
})();

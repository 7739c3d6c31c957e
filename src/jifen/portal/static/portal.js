// Comfort only: every page works without this file. Autosave of a question group, what-if without leaving the page,
// “none of these”, printing. No request goes anywhere but to this service.
"use strict";
(() => {
  const form = document.querySelector("form[data-autosave]");
  if (form) {
    const saved = document.getElementById("saved");
    let running = Promise.resolve();
    let latest = 0;
    const say = (which) => { saved.textContent = saved.dataset[which]; };
    const save = async (turn) => {
      if (turn !== latest) return;
      say("saving");
      try {
        const answer = await fetch(form.action, {
          method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-Partial": "1" }, credentials: "same-origin",
        });
        if (!answer.ok || !(answer.headers.get("Content-Type") || "").includes("json")) throw new Error(String(answer.status));
        const data = await answer.json();
        if (turn !== latest) return;
        document.getElementById("panel").innerHTML = data.panel;
        for (const field of form.querySelectorAll(".field")) {
          const name = field.id.slice(2);
          const line = document.getElementById("e-" + name);
          const said = data.problems[name] || "";
          line.textContent = said;
          line.hidden = !said;
          field.classList.toggle("wrong", Boolean(said));
          const input = document.getElementById("i-" + name);
          if (input) input.setAttribute("aria-invalid", said ? "true" : "false");
        }
        say("saved");
      } catch { say("failed"); }
    };
    form.addEventListener("change", (event) => {
      const box = event.target;
      if (box.type === "checkbox") {
        for (const other of form.querySelectorAll(`input[name="${CSS.escape(box.name)}"]`)) {
          if (box.checked && other !== box && ("none" in box.dataset || "none" in other.dataset)) other.checked = false;
        }
      }
      const turn = ++latest;
      running = running.then(() => save(turn));
    });
  }

  const what = document.querySelector("form[data-what-if]");
  const shown = document.getElementById("what-if-result");
  if (what && shown && !(what.dataset.engine && "noModule" in HTMLScriptElement.prototype)) {
    let turn = 0;
    const ask = async () => {
      const mine = ++turn;
      const answer = await fetch(what.action, {
        method: "POST", body: new URLSearchParams(new FormData(what)), headers: { "X-Partial": "1" }, credentials: "same-origin",
      });
      const html = await answer.text();
      if (mine === turn && answer.ok) shown.innerHTML = html;
    };
    what.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
    what.addEventListener("change", ask);
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  const errors = document.getElementById("errors");
  if (errors) errors.focus();
})();

// Comfort only: every page works without this file. What a form that saves itself says (htmx saves it), “none of these”, printing.
"use strict";
(() => {
  const form = document.querySelector("form[data-autosave]");
  if (form) {
    const saved = document.getElementById("saved");
    const say = (which) => {
      saved.textContent = saved.dataset[which];
      saved.classList.toggle("not", which === "full" || which === "failed"); // seen wherever on the page somebody types
    };
    form.addEventListener("change", ({ target: box }) => {
      if (box.type !== "checkbox" || !box.checked) return;
      for (const other of form.querySelectorAll(`input[name="${CSS.escape(box.name)}"]`)) {
        if (other !== box && ("none" in box.dataset || "none" in other.dataset)) other.checked = false;
      }
    });
    form.addEventListener("htmx:beforeRequest", () => say("saving"));
    form.addEventListener("htmx:afterRequest", (event) => {
      say(event.detail.successful ? "saved" : event.detail.xhr.status === 503 ? "full" : "failed");
      for (const field of form.querySelectorAll(".field")) {
        const wrong = !field.querySelector(".error").hidden;
        field.classList.toggle("wrong", wrong);
        field.querySelector("[id^='i-']")?.setAttribute("aria-invalid", String(wrong));
      }
    });
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  const errors = document.getElementById("errors");
  if (errors) errors.focus();
})();

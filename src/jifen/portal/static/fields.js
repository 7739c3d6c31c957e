// The fields of a form as the facts of a profile, and back. A field that says nothing is a fact left out.

export const range = (p) => (p.low === p.high ? `${p.low}` : `${p.low}–${p.high}`);

const inputsOf = (field) => [...field.querySelectorAll("input[name], select[name]")];

/** The periods of a field: each row that says something, by what its inputs are named. */
function spells(field) {
  const rows = [];
  for (const row of field.querySelectorAll(".spell")) {
    const spell = {};
    for (const input of inputsOf(row)) {
      const text = input.value.trim();
      if (text) spell[input.name.split(":")[2]] = text === "yes" ? true : text === "no" ? false : text;
    }
    if (Object.keys(spell).length) rows.push(spell);
  }
  return rows;
}

function valueOf(field) {
  const kind = field.dataset.kind;
  if (kind === "spells") {
    const rows = spells(field);
    return rows.length ? rows : undefined;
  }
  const inputs = inputsOf(field);
  if (kind === "several of") {
    const chosen = inputs.filter((i) => (i.type === "checkbox" ? i.checked : i.value)).map((i) => i.value);
    return chosen.length ? [...new Set(chosen.filter((c) => c !== "-"))] : undefined;
  }
  const one = inputs.find((i) => (i.type === "radio" ? i.checked : true));
  const text = (one ? one.value : "").trim().normalize("NFKC").replaceAll(" ", "");
  if (!text || text === "-") return undefined;
  return kind === "yes/no" ? text === "yes" : text;
}

/** The facts of a form's fields, as a profile holds them. */
export function read(form) {
  const facts = {};
  for (const field of form.querySelectorAll("[data-fact]")) {
    const value = valueOf(field);
    if (value !== undefined) facts[field.dataset.fact] = value;
  }
  return facts;
}

/** One more empty row of selects or of a period, where the last one says something. */
export function grow(field) {
  const rows = [...field.querySelectorAll(".selects > select, .spell")];
  const last = rows[rows.length - 1];
  const inputs = last?.matches("select") ? [last] : last ? inputsOf(last) : [];
  if (!inputs.some((i) => i.value)) return false;
  const next = last.cloneNode(true);
  for (const input of next.matches("select") ? [next] : inputsOf(next)) {
    input.value = "";
    input.name = input.name.replace(/:(\d+):/, (_, number) => `:${Number(number) + 1}:`);
    const label = input.getAttribute("aria-label");
    if (label) input.setAttribute("aria-label", label.replace(/\d+$/, (number) => Number(number) + 1));
  }
  last.after(next);
  return true;
}

const written = (value) => (value === true ? "yes" : value === false ? "no" : String(value));

/** Put the facts of a profile into a form; what it held is gone. */
export function write(form, facts) {
  form.reset();
  for (const field of form.querySelectorAll("[data-fact]")) {
    const value = facts[field.dataset.fact];
    if (value === undefined || value === null) continue;
    if (field.dataset.kind === "spells") {
      value.forEach((spell, number) => {
        grow(field);
        const row = field.querySelectorAll(".spell")[number];
        for (const input of inputsOf(row)) {
          const said = spell[input.name.split(":")[2]];
          input.value = said === undefined || said === null ? "" : written(said);
        }
      });
      grow(field);
      continue;
    }
    const texts = Array.isArray(value) ? (value.length ? value.map(written) : ["-"]) : [written(value)];
    const selects = field.querySelectorAll(".selects > select").length > 0;
    if (selects) {
      texts.forEach((text, place) => {
        field.querySelectorAll(".selects > select")[place].value = text;
        grow(field);
      });
      continue;
    }
    for (const input of inputsOf(field)) {
      if (input.type === "radio" || input.type === "checkbox") input.checked = texts.includes(input.value);
      else input.value = texts[0];
    }
  }
}

// Private mode: the rules of the chosen places come to the page, the facts never leave it. Nothing is kept but the file that is asked for.
import { grow, range, read, write } from "./fields.js";

const FORM = "urn:jifen:profile:1";
const SHOWN = 6; // answers of a status that are shown at once; the others are folded
const bundles = new Map(); // place → its rules
const opened = new Set(); // schemes whose reasons are unfolded
let carried = {}; // facts of an opened file that this page does not ask: kept as they are
let engine, words, rules, latest = 0, unsaved = false, pressed = false, waiting = false;

const $ = (id) => document.getElementById(id);
const text = (id, blanks = {}) => $(id).content.textContent.replace(/\{(\w+)\}/g, (_, name) => blanks[name]);
const element = (tag, css, ...inside) => {
  const made = document.createElement(tag);
  if (css) made.className = css;
  made.append(...inside);
  return made;
};
const separator = () => (words.lang === "zh" ? "、" : ", ");
const said = (both) => both[words.lang] || both.en;

// --- rules --------------------------------------------------------------------------------------------------------------

const boxes = () => [...document.querySelectorAll("#places input")];
const places = () => boxes().filter((b) => b.checked && bundles.has(b.value)).map((b) => b.value);
const chosen = () => places().map((place) => bundles.get(place));

/** Bring the rules of the places that are chosen. A place whose rules do not come is not chosen any more. */
async function bring() {
  const line = $("places-said");
  line.hidden = true;
  await Promise.all(boxes().filter((b) => b.checked && !bundles.has(b.value)).map(async (box) => {
    try {
      const answer = await fetch(box.dataset.address, { credentials: "omit" });
      if (!answer.ok) throw new Error(String(answer.status));
      const bundle = await answer.json();
      bundles.set(box.value, bundle);
      rules.postMessage({ place: box.value, bundle });
    } catch {
      box.checked = false;
      line.textContent = line.dataset.failed;
      line.hidden = false;
    }
  }));
  if (!boxes().some((b) => b.checked) && line.hidden) {
    line.textContent = line.dataset.none;
    line.hidden = false;
  }
}

/** The facts that the rules of the vocabulary derive, each with those from which it follows. */
function derivations(held) {
  const found = new Map();
  for (const { vocabulary } of held) {
    for (const { fact, asks } of vocabulary.rules.facts) found.set(fact, asks.flatMap((level) => vocabulary.rules.variables[level].facts));
  }
  return found;
}

/** What follows from the facts that are no rule's: fact → value, as the engine holds it. */
function followed(held, facts, derived) {
  const own = Object.fromEntries(Object.entries(facts).filter(([name]) => !derived.has(name)));
  const found = new Map();
  for (const { vocabulary } of held) {
    const { values } = engine.complete(vocabulary, engine.readProfile(vocabulary, own).values, page().dataset.day);
    for (const [name, value] of values) if (derived.has(name)) found.set(name, value);
  }
  return found;
}

/** The values that each of the places holds the facts for, and what is wrong by fact. What is wrong is left out of the values. */
function valued(held, facts) {
  const wrong = new Map();
  let left = facts;
  for (;;) {
    const read = held.map(({ vocabulary }) => engine.readProfile(vocabulary, left));
    const all = held.map(({ vocabulary }, i) => engine.complete(vocabulary, read[i].values, page().dataset.day));
    for (const problem of read.flatMap((r) => r.problems)) wrong.set(problem.fact, problem);
    for (const problem of all.flatMap((r) => r.problems)) wrong.set(problem.fact, { ...problem, clash: true });
    if (!Object.keys(left).some((name) => wrong.has(name))) return { values: all.map((a) => a.values), wrong };
    left = Object.fromEntries(Object.entries(left).filter(([name]) => !wrong.has(name)));
  }
}

/** The answers of the places, worked out in the other thread; those that were asked for before and are not wanted any more never come. */
function answered(values) {
  const turn = (latest += 1);
  const { engine: address, day } = page().dataset;
  rules.postMessage({ engine: address, turn, day, asked: places().map((place, i) => ({ place, values: values[i] })) });
  const working = setTimeout(() => { $("working").hidden = false; }, 250);
  return new Promise((done) => {
    rules.onmessage = ({ data }) => {
      if (data.turn !== latest) return;
      clearTimeout(working);
      $("working").hidden = true;
      done(data.answers);
    };
  });
}

// --- questions ----------------------------------------------------------------------------------------------------------

function expected(fact, problem) {
  if (!fact) return text("t-other");
  if (problem.to_come) return text("t-to-come", { day: page().dataset.day });
  if (problem.clash) return text("t-clash", { value: engine.shown(Number(problem.expected), fact.places) });
  if (["whole", "decimal", "money"].includes(fact.kind)) {
    const [low, high] = [fact.low, fact.high].map((n) => engine.shown(n, fact.places));
    return text(fact.places ? "t-places" : "t-number", { low, high, places: fact.places });
  }
  return fact.kind === "date" || fact.kind === "spells" ? text(`t-${fact.kind}`) : text("t-other");
}

/** A value in words: a code by the words that stand at its input. */
function inWords(field, fact, value) {
  if (!["one of", "yes/no"].includes(fact.kind)) return `${engine.shown(value, fact.places)} ${field.querySelector(".unit")?.textContent ?? ""}`.trim();
  const code = fact.kind === "yes/no" ? (value ? "yes" : "no") : fact.codes[value];
  const input = [...field.querySelectorAll("input, option")].find((i) => i.value === code);
  return (input?.closest("label") ?? input)?.textContent.trim() ?? code;
}

/** Show which questions the chosen places ask, what follows by itself, and what is wrong. */
function arrange(form, { facts, follows, wrong, vocabulary }) {
  const here = places();
  for (const page of form.querySelectorAll(".page")) {
    let asked = 0, given = 0;
    for (const field of page.querySelectorAll("[data-fact]")) {
      const name = field.dataset.fact, fact = vocabulary[name];
      field.hidden = !fact || !field.dataset.places.split(" ").some((p) => here.includes(p));
      if (field.hidden) continue;
      const known = follows.has(name);
      asked += 1;
      given += name in facts || known;
      let note = field.querySelector(".follows");
      if (known && !note) {
        note = element("p", "follows hint");
        field.querySelector(".error").before(note);
      }
      if (note) {
        note.hidden = !known;
        note.textContent = known ? text("t-follows") + inWords(field, fact, follows.get(name)) : "";
      }
      for (const input of field.querySelectorAll("input, select")) input.disabled = known;
      field.classList.toggle("known", known);
      const line = $("e-" + name), problem = known ? undefined : wrong.get(name);
      line.hidden = !problem;
      line.textContent = problem ? expected(fact, problem) : "";
      field.classList.toggle("wrong", Boolean(problem));
      $("i-" + name)?.setAttribute("aria-invalid", problem ? "true" : "false");
    }
    page.hidden = !asked;
    page.querySelector(".left").textContent = text("t-left", { a: given, n: asked });
  }
}

/** Mark the groups in which no question can change an answer any more. */
function spare(form, answers, derived) {
  const useful = new Set(answers.flatMap((a) => [...a.missing, ...a.refining]));
  for (const name of [...useful]) for (const source of derived.get(name) ?? []) useful.add(source);
  for (const page of form.querySelectorAll(".page:not([hidden])")) {
    const idle = ![...page.querySelectorAll("[data-fact]")].some((f) => !f.hidden && useful.has(f.dataset.fact));
    if (idle) page.querySelector(".left").textContent += text("t-idle");
  }
}

// --- results ------------------------------------------------------------------------------------------------------------

function cited(citations, instruments, places) {
  const line = element("p", "cites");
  for (const { instrument, place, sure } of citations) {
    const known = instruments[instrument];
    if (!known) continue;
    const link = element("a", "cite", element("span", "cite-title", said(known.title)), place ? " " : "", place ? element("span", "cite-place", (words.lang === "zh" && places[place]) || place) : "");
    Object.assign(link, { href: page().dataset.law + known.slug, target: "_blank", rel: "noopener" });
    line.append(link);
    if (words.sure[sure]) line.append(element("span", "doubt", words.sure[sure]));
  }
  return line;
}

/** The half of a note in the language of the page, where it is written in both. */
function noted(note) {
  const whole = note.split(/\s+/).filter(Boolean).join(" "), at = whole.indexOf(" · ");
  if (at < 0 || !/[\u4e00-\u9fff]/.test(whole.slice(at))) return whole;
  return words.lang === "zh" ? whole.slice(at + 3) : whole.slice(0, at);
}

function reasoned(answer, instruments, places) {
  return answer.reasons.map((reason) => {
    const item = element("li", `reason ${reason.kind}`, element("p", "", said(reason.words)), cited(reason.citation, instruments, places));
    item.append(...(reason.law || []).map((note) => element("blockquote", "note", noted(note))));
    return item;
  });
}

function granted({ words: title, low, high, currency, per, discretionary }, currencies) {
  const { places, zh } = currencies[currency];
  const sums = [...new Set([low, high])].map((n) => engine.shown(n, places));
  const period = { "": ["", ""], year: [" a year", "每年"], month: [" a month", "每月"] }[per];
  const [en, chinese] = discretionary
    ? [`may be assessed for up to ${currency} ${sums.at(-1)}${period[0]}`, `经评估${period[1]}最高可获${sums.at(-1)}${zh}`]
    : [`${currency} ${sums.join(" – ")}${period[0]}`, `${period[1]}${sums.join("–")}${zh}`];
  return words.lang === "zh" ? `${title.zh}：${chinese}` : `${title.en}: ${en}`;
}

function card(answer, bundle, titles, held) {
  const made = $("t-result").content.cloneNode(true).firstElementChild;
  const show = (css, content) => {
    const line = made.querySelector(css);
    line.hidden = !content;
    return line;
  };
  const plan = bundle.plans.find((p) => p.scheme === answer.scheme);
  const outcome = (id) => said(plan.outcomes.find((o) => o.id === id).title) || "";
  Object.assign(made.dataset, { scheme: answer.scheme, status: answer.status, outcome: answer.outcome ?? "", points: answer.points ? range(answer.points) : "" });
  const link = made.querySelector("a");
  link.href = page().dataset.scheme + answer.scheme;
  link.textContent = said(answer.title);
  const where = held.length > 1 ? document.querySelector(`#places input[value="${bundle.place}"] + span > .name`).textContent + " · " : "";
  made.querySelector(".what").textContent = where + words.needs[bundle.needs[answer.scheme]];
  const reached = answer.outcome ? outcome(answer.outcome) : "";
  const possible = answer.possible_outcomes.length > 1 && !reached ? answer.possible_outcomes.map(outcome).filter(Boolean) : [];
  show(".outcome", reached || possible.length).textContent = reached || text("t-possible") + possible.join(separator());
  const points = show(".points", answer.points);
  if (answer.points) {
    points.querySelector("b").textContent = range(answer.points);
    if (answer.pass_mark !== null) points.querySelector("span").textContent = text("t-mark") + answer.pass_mark;
  }
  const amounts = answer.status === "does not qualify" ? [] : answer.amounts.filter((a) => a.high);
  show(".amounts", amounts.length).append(...amounts.map((a) => element("span", "amount", granted(a, bundle.currencies))));
  const asks = answer.missing.filter((f) => titles[f]);
  show(".asks", asks.length).querySelector("span").textContent =
    asks.slice(0, 4).map((f) => titles[f]).join(separator()) + (asks.length > 4 ? ` +${asks.length - 4}` : "");
  const reasons = reasoned(answer, bundle.instruments[answer.scheme], bundle.law_places);
  const details = show("details", reasons.length);
  details.open = opened.has(answer.scheme);
  details.addEventListener("toggle", () => (details.open ? opened.add(answer.scheme) : opened.delete(answer.scheme)));
  details.querySelector("ul").append(...reasons);
  return made;
}

/** The answers by status, those nearest to being settled first. */
function draw(answers, held) {
  const titles = {}, home = new Map();
  for (const bundle of held) {
    for (const [name, fact] of Object.entries(bundle.vocabulary.facts)) titles[name] = said(fact.title);
    for (const plan of bundle.plans) home.set(plan.scheme, bundle);
  }
  const groups = Object.entries(words.status)
    .map(([status, word]) => ({ status, ...word, inside: answers.filter((a) => a.status === status) }))
    .filter(({ status, inside }) => inside.length || status !== "not in force");
  $("tally").replaceChildren(...groups.map(({ css, word, inside }) =>
    element("p", `count ${css}`, element("b", "", String(inside.length)), " ", element("span", "", word))));
  const unfolded = new Set([...document.querySelectorAll("#results .others[open]")].map((d) => d.dataset.status));
  $("results").replaceChildren(...groups.filter((g) => g.inside.length).map(({ status, css, word, inside }) => {
    inside.sort((a, b) => a.missing.length - b.missing.length || (a.scheme < b.scheme ? -1 : 1));
    const cards = inside.map((a) => card(a, home.get(a.scheme), titles, held));
    const section = element("section", `by-status ${css}`);
    const sign = element("span", `sign ${css}`);
    sign.setAttribute("aria-hidden", "true");
    section.append(element("h3", "", sign, " ", word, " ", element("span", "number", String(inside.length))));
    const most = status === "qualifies" || status === "for the authority" ? cards.length : SHOWN;
    section.append(...cards.slice(0, most));
    if (cards.length > most) {
      const others = element("details", "others", element("summary", "", text("t-more", { n: cards.length - most })), ...cards.slice(most));
      others.dataset.status = status;
      others.open = unfolded.has(status);
      section.append(others);
    }
    return section;
  }));
}

// --- the page -----------------------------------------------------------------------------------------------------------

const page = () => document.querySelector("[data-private]");

/** The facts of the form without those that follow by themselves: what a file keeps, and what is answered. */
function current(form, held) {
  const typed = { ...carried, ...read(form) }, derived = derivations(held), follows = followed(held, typed, derived);
  return { facts: Object.fromEntries(Object.entries(typed).filter(([name]) => !follows.has(name))), derived, follows };
}

async function update() {
  const form = $("private-form"), held = chosen();
  form.setAttribute("aria-busy", "true");
  const { facts, derived, follows } = current(form, held);
  const { values, wrong } = valued(held, facts);
  arrange(form, { facts, follows, wrong, vocabulary: Object.assign({}, ...held.map((b) => b.vocabulary.facts)) });
  const answers = await answered(values);
  spare(form, answers, derived);
  draw(answers, held);
  form.removeAttribute("aria-busy");
}

function keep() {
  const { facts } = current($("private-form"), chosen());
  const kind = page().dataset.kind;
  const data = { form: FORM, start: kind === "organisation" ? kind : "", name: "", places: places(), demo: false, facts };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(data, null, 1)], { type: "application/json" }));
  link.download = `jifen-${page().dataset.day}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
  unsaved = false;
  $("file-said").textContent = $("file-said").dataset.kept;
}

async function open(file) {
  const line = $("file-said"), form = $("private-form");
  let data;
  try {
    data = JSON.parse(await file.text());
    if (data.form !== FORM || typeof data.facts !== "object" || data.facts === null || Array.isArray(data.facts)) throw new Error("form");
  } catch {
    line.textContent = line.dataset.bad;
    return;
  }
  const kind = data.start === "organisation" ? "organisation" : "person";
  if (kind !== page().dataset.kind) {
    line.textContent = line.dataset[kind];
    return;
  }
  const before = boxes().filter((b) => b.checked);
  const wanted = Array.isArray(data.places) ? boxes().filter((b) => data.places.includes(b.value)) : [];
  if (wanted.length) for (const box of boxes()) box.checked = wanted.includes(box);
  await bring();
  const held = chosen();
  const wrong = new Set(held.flatMap((b) => engine.readProfile(b.vocabulary, data.facts).problems.map((p) => p.fact)));
  if (wrong.size) {
    for (const box of boxes()) box.checked = before.includes(box);
    const title = (name) => form.querySelector(`[data-fact="${CSS.escape(name)}"] :is(legend, .q)`)?.textContent ?? name;
    line.textContent = line.dataset.facts + [...wrong].map(title).join(separator());
  } else {
    write(form, data.facts);
    carried = Object.fromEntries(Object.entries(data.facts).filter(([name]) => !form.querySelector(`[data-fact="${CSS.escape(name)}"]`)));
    line.textContent = line.dataset.good;
    unsaved = false;
  }
  await update();
}

/** The same page in the other language, with what was typed; the request names the page alone. */
async function speak(address) {
  const facts = read($("private-form"));
  const here = places();
  const unfolded = [...document.querySelectorAll("details.page[open]")].map((d) => d.id);
  const answer = await fetch(address, { credentials: "omit" });
  if (!answer.ok) throw new Error(String(answer.status));
  const other = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.documentElement.lang = other.documentElement.lang;
  document.title = other.title;
  document.body.replaceChildren(...other.body.children);
  history.replaceState(null, "", address);
  for (const box of boxes()) box.checked = here.includes(box.value);
  for (const details of document.querySelectorAll("details.page")) details.open = unfolded.includes(details.id);
  write($("private-form"), facts);
  await begin();
  document.querySelector(".switch").focus();
}

async function begin() {
  words = JSON.parse($("words").textContent);
  engine ??= await import(page().dataset.engine);
  rules ??= new Worker(page().dataset.rules, { type: "module" });
  await bring();
  const form = $("private-form");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => {
    const box = event.target;
    if (box.type === "checkbox" && box.checked) {
      for (const other of form.querySelectorAll(`input[name="${CSS.escape(box.name)}"]`)) {
        if (other !== box && ("none" in box.dataset || "none" in other.dataset)) other.checked = false;
      }
    }
    grow(box.closest("[data-fact]"));
    unsaved = true;
    if (pressed) waiting = true;
    else update();
  });
  $("places").addEventListener("change", async () => { await bring(); update(); });
  $("keep").addEventListener("click", keep);
  $("open").addEventListener("change", async (event) => {
    await open(event.target.files[0]);
    event.target.value = "";
  });
  $("clear").addEventListener("click", () => {
    form.reset();
    carried = {};
    $("file-said").textContent = "";
    unsaved = false;
    update();
  });
  document.querySelector(".switch").addEventListener("click", (event) => {
    event.preventDefault();
    speak(event.currentTarget.href).catch(() => { location.href = event.target.href; });
  });
  page().hidden = false;
  await update();
}

// Leaving a field by a click must not move the page under the pointer: what a change shows waits until the pointer is up.
addEventListener("pointerdown", () => { pressed = true; }, true);
for (const up of ["pointerup", "pointercancel"]) {
  addEventListener(up, () => {
    pressed = false;
    setTimeout(() => {
      if (waiting) update();
      waiting = false;
    });
  }, true);
}
addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
await begin();

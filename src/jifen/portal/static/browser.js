// Answers in the browser, by the engine of the library: private mode, and “what if” on the result page.
// The engine and the plans are fetched once; the facts stay in the page.

const words = JSON.parse(document.getElementById("words")?.textContent || "null");
const separator = words?.lang === "zh" ? "、" : ", ";

async function loaded(engine, addresses) {
  const [library, ...bundles] = await Promise.all([
    import(engine),
    ...addresses.map((a) => fetch(a, { credentials: "omit" }).then((r) => { if (!r.ok) throw new Error(a); return r.json(); })),
  ]);
  return { check: (facts, day) => {
    const answers = [], problems = [];
    for (const bundle of bundles) {
      const found = library.check(bundle, facts, day);
      answers.push(...found.answers);
      problems.push(...found.problems);
    }
    return { answers, problems };
  }, bundles };
}

/** The facts of a form's fields, as a profile holds them; a field that says nothing is left out. */
function read(form) {
  const facts = {};
  for (const field of form.querySelectorAll("[data-fact]")) {
    const name = field.dataset.fact, kind = field.dataset.kind;
    const inputs = [...field.querySelectorAll("input[name], select[name]")].filter((i) => i.name === name);
    if (kind === "several of") {
      const chosen = inputs.filter((i) => (i.type === "checkbox" ? i.checked : i.value)).map((i) => i.value);
      if (chosen.length) facts[name] = chosen.filter((c) => c !== "-");
      continue;
    }
    const one = inputs.find((i) => (i.type === "radio" ? i.checked : true));
    const text = (one ? one.value : "").trim().normalize("NFKC").replaceAll(" ", "");
    if (text && text !== "-") facts[name] = kind === "yes/no" ? text === "yes" : text;
  }
  if (facts.birth_date) delete facts.age;
  return facts;
}

function write(form, facts) {
  form.reset();
  for (const field of form.querySelectorAll("[data-fact]")) {
    const value = facts[field.dataset.fact];
    if (value === undefined) continue;
    const texts = Array.isArray(value) ? (value.length ? value : ["-"]) : [value === true ? "yes" : value === false ? "no" : String(value)];
    const inputs = [...field.querySelectorAll("input[name], select[name]")];
    inputs.forEach((input, place) => {
      if (input.type === "radio" || input.type === "checkbox") input.checked = texts.includes(input.value);
      else input.value = input.tagName === "SELECT" && inputs.length > 1 ? texts[place] || "" : texts[0];
    });
  }
}

function shown(problems, form) {
  const wrong = new Map(problems.map((p) => [p.fact, p.expected]));
  for (const field of form.querySelectorAll("[data-fact]")) {
    const line = document.getElementById("e-" + field.dataset.fact);
    const said = wrong.get(field.dataset.fact);
    line.hidden = said === undefined;
    line.textContent = said === undefined ? "" : `${words.lang === "zh" ? "应为：" : "Expected: "}${said}`;
    field.classList.toggle("wrong", said !== undefined);
  }
}

const order = Object.keys(words?.status || {});
const range = (p) => (p.low === p.high ? `${p.low}` : `${p.low}–${p.high}`);

function draw(answers, titles, scheme) {
  const tally = document.getElementById("tally"), list = document.getElementById("results");
  tally.replaceChildren(...order.filter((s) => s !== "not in force" || answers.some((a) => a.status === s)).map((status) => {
    const p = document.createElement("p"), b = document.createElement("b"), span = document.createElement("span");
    p.className = "count " + words.status[status].css;
    b.textContent = String(answers.filter((a) => a.status === status).length);
    span.textContent = words.status[status].word;
    p.append(b, " ", span);
    return p;
  }));
  const sorted = [...answers].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status) || a.missing.length - b.missing.length);
  list.replaceChildren(...sorted.map((a) => {
    const card = document.getElementById("t-result").content.cloneNode(true);
    const status = card.querySelector(".status");
    status.classList.add(words.status[a.status].css);
    status.querySelector(".word").textContent = words.status[a.status].word;
    const link = card.querySelector("a");
    link.href = scheme + a.scheme;
    link.textContent = a.title[words.lang];
    if (a.points) {
      const points = card.querySelector(".points");
      points.hidden = false;
      points.querySelector("b").textContent = range(a.points);
      if (a.pass_mark !== null) points.querySelector("span").textContent = document.getElementById("t-mark").content.textContent + a.pass_mark;
    }
    const fails = a.requirements.filter((r) => r.holds === false && !r.depth).slice(0, 2);
    if (a.status === "does not qualify" && fails.length) {
      card.querySelector(".fails").hidden = false;
      card.querySelector(".fails span").textContent = fails.map((r) => r.words[words.lang] + (r.citation[0]?.place ? ` (${r.citation[0].place})` : "")).join(separator);
    }
    const asks = a.missing.filter((f) => titles[f]).slice(0, 4);
    if (asks.length) {
      card.querySelector(".asks").hidden = false;
      card.querySelector(".asks span").textContent = asks.map((f) => titles[f]).join(separator) + (a.missing.length > asks.length ? ` +${a.missing.length - asks.length}` : "");
    }
    return card;
  }));
}

const page = document.querySelector("[data-private]");
if (page) {
  const form = document.getElementById("private-form");
  const engine = await loaded(page.dataset.engine, [page.dataset.plans]);
  const titles = {};
  for (const bundle of engine.bundles) for (const [name, fact] of Object.entries(bundle.vocabulary.facts)) titles[name] = fact.title[words.lang];
  const update = () => {
    const facts = read(form);
    const { answers, problems } = engine.check(facts, page.dataset.day);
    shown(problems, form);
    if (problems.length) {
      const wrong = new Set(problems.map((p) => p.fact));
      const rest = Object.fromEntries(Object.entries(facts).filter(([name]) => !wrong.has(name)));
      draw(engine.check(rest, page.dataset.day).answers, titles, page.dataset.scheme);
    } else draw(answers, titles, page.dataset.scheme);
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => {
    const box = event.target;
    if (box.type === "checkbox" && box.checked) {
      for (const other of form.querySelectorAll(`input[name="${CSS.escape(box.name)}"]`)) {
        if (other !== box && ("none" in box.dataset || "none" in other.dataset)) other.checked = false;
      }
    }
    update();
  });
  document.getElementById("keep").addEventListener("click", () => {
    const data = { form: "urn:jifen:profile:1", start: "", name: "", places: ["CN"], demo: false, facts: read(form) };
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(data, null, 1)], { type: "application/json" }));
    link.download = `jifen-${page.dataset.day}.json`;
    link.click();
    URL.revokeObjectURL(link.href);
  });
  document.getElementById("open").addEventListener("change", async (event) => {
    const said = document.getElementById("file-said");
    try {
      const data = JSON.parse(await event.target.files[0].text());
      if (data.form !== "urn:jifen:profile:1" || typeof data.facts !== "object") throw new Error("form");
      if (engine.check(data.facts, page.dataset.day).problems.length) throw new Error("facts");
      write(form, data.facts);
      said.textContent = said.dataset.good;
    } catch { said.textContent = said.dataset.bad; }
    event.target.value = "";
    update();
  });
  document.getElementById("clear").addEventListener("click", () => { form.reset(); update(); });
  page.hidden = false;
  update();
}

const what = document.querySelector("form[data-what-if][data-engine]");
if (what && words) {
  const list = document.getElementById("what-if-result");
  let ready;
  const prepare = () => (ready ??= loaded(what.dataset.engine, what.dataset.plans.split(" ")));
  const chip = (a) => {
    const span = document.createElement("span"), sign = document.createElement("span");
    span.className = "status " + words.status[a.status].css;
    sign.className = "sign";
    sign.setAttribute("aria-hidden", "true");
    span.append(sign, words.status[a.status].word + (a.points ? " " + range(a.points) : ""));
    return span;
  };
  const line = (text) => Object.assign(document.createElement("p"), { className: "quiet", textContent: text });
  const update = async () => {
    const engine = await prepare();
    const facts = { ...words.facts };
    for (const field of what.querySelectorAll("[data-fact]")) delete facts[field.dataset.fact];
    Object.assign(facts, read(what));
    if (facts.birth_date) delete facts.age;
    const before = engine.check(words.facts, words.day), after = engine.check(facts, words.day);
    if (after.problems.length || before.problems.length) {
      const names = after.problems.map((p) => document.querySelector(`[data-fact="${CSS.escape(p.fact)}"] label`)?.textContent || p.fact);
      list.replaceChildren(line(list.dataset.wrong + names.join(separator)));
      return;
    }
    const was = new Map(before.answers.map((a) => [a.scheme, a]));
    const key = (a) => JSON.stringify([a.status, a.outcome, a.points]);
    const moved = after.answers.filter((a) => key(a) !== key(was.get(a.scheme)));
    const moves = document.createElement("ul");
    moves.className = "moves";
    moves.append(...moved.map((a) => {
      const item = document.createElement("li"), title = document.createElement("b");
      title.textContent = a.title[words.lang];
      item.append(chip(was.get(a.scheme)), " → ", chip(a), " ", title);
      return item;
    }));
    list.replaceChildren(...(moved.length ? [moves, line(list.dataset.same)] : [line(list.dataset.none)]));
  };
  what.addEventListener("focusin", prepare);
  what.addEventListener("input", update);
  what.addEventListener("submit", (event) => { event.preventDefault(); update(); });
}

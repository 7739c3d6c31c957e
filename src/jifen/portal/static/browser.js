// “What if” on the result page, answered in the browser by the engine of the library. The plans are fetched once; nothing is sent.
import { range, read } from "./fields.js";

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

// The rules in a thread of their own, so that the page of private mode stays quick. It is sent rules and facts by the page, and asks nobody.
const bundles = new Map(); // place → its rules
const kept = new Map(); // scheme → the last answer, under the facts that it asks
let engine;

function answer(plan, values, day) {
  const asked = [...new Set(plan.variables.flatMap((v) => v.facts))];
  const key = JSON.stringify(asked.map((f) => { const v = values.get(f); return v instanceof Set ? [...v].sort() : v; }));
  if (kept.get(plan.scheme)?.key !== key) kept.set(plan.scheme, { key, found: engine.answer(plan, values, day) });
  return kept.get(plan.scheme).found;
}

/** The answers of every plan, and what is wrong by fact. A fact that is wrong is left out of the answers. */
function answered(places, facts, day) {
  const held = places.map((place) => bundles.get(place));
  const problems = new Map();
  let left = facts;
  for (;;) {
    const read = held.map(({ vocabulary }) => engine.readProfile(vocabulary, left));
    const all = held.map(({ vocabulary }, i) => engine.complete(vocabulary, read[i].values, day));
    const found = [...read, ...all].flatMap((r) => r.problems);
    for (const problem of read.flatMap((r) => r.problems)) problems.set(problem.fact, problem);
    for (const problem of all.flatMap((r) => r.problems)) problems.set(problem.fact, { ...problem, clash: true });
    if (!found.some((p) => p.fact in left)) {
      return { answers: held.flatMap(({ plans }, i) => plans.map((plan) => answer(plan, all[i].values, day))), problems: [...problems.values()] };
    }
    left = Object.fromEntries(Object.entries(left).filter(([name]) => !problems.has(name)));
  }
}

onmessage = async ({ data }) => {
  if (data.bundle) {
    bundles.set(data.place, data.bundle);
    return;
  }
  engine ??= await import(data.engine);
  postMessage({ turn: data.turn, ...answered(data.places, data.facts, data.day) });
};

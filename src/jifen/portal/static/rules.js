// The rules in a thread of their own, so that the page of private mode stays quick. The page sends it rules and facts; it asks nobody.
const bundles = new Map(); // place → its rules
const kept = new Map(); // scheme → the last answer, under the facts that it asks
let engine;

function answer(plan, values, day) {
  const asked = [...new Set(plan.variables.flatMap((v) => v.facts))];
  const key = JSON.stringify(asked.map((f) => (values.get(f) instanceof Set ? [...values.get(f)].sort() : values.get(f))));
  if (kept.get(plan.scheme)?.key !== key) kept.set(plan.scheme, { key, found: engine.answer(plan, values, day) });
  return kept.get(plan.scheme).found;
}

onmessage = async ({ data }) => {
  if (data.bundle) {
    bundles.set(data.place, data.bundle);
    return;
  }
  engine ??= await import(data.engine);
  const answers = data.asked.flatMap(({ place, values }) => bundles.get(place).plans.map((plan) => answer(plan, values, data.day)));
  postMessage({ turn: data.turn, answers });
};

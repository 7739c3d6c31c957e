/* The browser's engine of Jifen: a plan, exported as JSON, held against a profile. Exact and three-valued, like the reference.

   What is known is put into the plan; what is left becomes a decision diagram over the unknown facts, from which bounds,
   status and the facts that still matter are read. Whole numbers only; nothing leaves the page.

     import {answer, check, complete, readProfile} from "jifen/engine.js";
     const answers = check(bundle, {"age": 30}, "2026-11-23");
*/

// --- days ---------------------------------------------------------------------------------------------------------------

const BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const leap = (year) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const lengthOf = (year, month) => (month === 2 && leap(year) ? 29 : [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]);

/** The ordinal of a day (1 is 0001-01-01), as Python counts. */
function ordinal(year, month, day) {
  const y = year - 1;
  return y * 365 + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + BEFORE[month - 1] + (month > 2 && leap(year) ? 1 : 0) + day;
}

/** [year, month, day] of an ordinal. */
function civil(number) {
  let year = Math.floor((number - 1) / 365.2425) + 1;
  while (ordinal(year, 1, 1) > number) year -= 1;
  while (ordinal(year + 1, 1, 1) <= number) year += 1;
  let month = 12;
  while (ordinal(year, month, 1) > number) month -= 1;
  return [year, month, number - ordinal(year, month, 1) + 1];
}

/** The ordinal of a day written 2024-03-01, or null. */
export function parseDay(text) {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!found) return null;
  const [year, month, day] = found.slice(1).map(Number);
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > lengthOf(year, month)) return null;
  return ordinal(year, month, day);
}

/** Completed years, months or days from one ordinal to another; never below 0. */
function completed(unit, start, end) {
  if (end < start) return 0;
  if (unit === "days") return end - start;
  const [y1, m1, d1] = civil(start);
  const [y2, m2, d2] = civil(end);
  const months = (y2 - y1) * 12 + m2 - m1 - (d2 < d1 ? 1 : 0);
  return unit === "years" ? Math.floor(months / 12) : months;
}

/** Completed units in the spells that have the wanted attributes; days that overlap count once. */
function completedInSpells(unit, spells, wanted, today) {
  const chosen = spells
    .filter((s) => s.from <= today && wanted.every(([name, code]) => s.attributes[name] === code))
    .map((s) => [s.from, Math.min(s.until === null ? today : s.until, today)])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const periods = [];
  for (const [start, end] of chosen) {
    const last = periods[periods.length - 1];
    if (last && start <= last[1] + 1) last[1] = Math.max(last[1], end);
    else periods.push([start, end]);
  }
  if (unit === "days") return periods.reduce((sum, [start, end]) => sum + end - start + 1, 0);
  let months = 0;
  let odd = 0;
  for (const [start, end] of periods) {
    const whole = completed("months", start, end + 1);
    const [year, month, day] = civil(start);
    const later = month - 1 + whole;
    const anchor = ordinal(year + Math.floor(later / 12), (later % 12) + 1, 1) + day - 1;
    months += whole;
    odd += Math.max(0, end + 1 - anchor);
  }
  months += Math.floor(odd / 30);
  return unit === "years" ? Math.floor(months / 12) : months;
}

// --- profiles -----------------------------------------------------------------------------------------------------------

const YES_NO = {yes: 1, no: 0, true: 1, false: 0, "是": 1, "否": 0};

/** The whole number that `text` stands for, counted in its last place; null if it does not fit exactly. */
function parseNumber(text, places) {
  const plain = /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(",", "") : text;
  if (plain.length > 40 || !/^-?\d+(\.\d+)?$/.test(plain)) return null;
  const [whole, fraction = ""] = plain.split(".");
  const rest = fraction.replace(/0+$/, "");
  if (rest.length > places) return null;
  const number = Number(whole + rest.padEnd(places, "0"));
  return Number.isSafeInteger(number) ? number + 0 : null;
}

function readSpell(fact, item) {
  if (item === null || typeof item !== "object" || Array.isArray(item)) throw new Error("a spell with from and until");
  const spell = {from: null, until: null, attributes: {}};
  for (const [key, value] of Object.entries(item)) {
    if (key === "from" || key === "until") {
      spell[key] = parseDay(String(value));
      if (spell[key] === null) throw new Error("a day such as 2015-03-01");
    } else if (key in fact.attributes) {
      const codes = fact.attributes[key];
      const code = codes === null ? {true: 1, false: 0, yes: 1, no: 0}[String(value)] : codes.indexOf(String(value));
      if (code === undefined || code < 0) throw new Error(codes === null ? "yes or no" : codes.join(", "));
      spell.attributes[key] = code;
    } else throw new Error(["from", "until", ...Object.keys(fact.attributes)].join(", "));
  }
  if (spell.from === null) throw new Error("from");
  if (spell.until !== null && spell.until < spell.from) throw new Error("until after from");
  return spell;
}

/** The value of a fact as the engine holds it: a whole number, a Set of codes, or spells. Throws an Error that says what was expected. */
export function readValue(fact, value) {
  if (fact.kind === "several of" || fact.kind === "spells") {
    if (!Array.isArray(value)) throw new Error("a list");
    if (fact.kind === "spells") return value.map((item) => readSpell(fact, item));
    for (const code of value) if (!fact.codes.includes(code)) throw new Error(fact.codes.join(", "));
    return new Set(value);
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw new Error("a whole number, or an exact decimal as text");
  if (typeof value !== "number" && typeof value !== "string" && typeof value !== "boolean") throw new Error(fact.kind);
  const text = String(value).trim();
  let number;
  if (fact.kind === "yes/no") {
    number = Object.hasOwn(YES_NO, text.toLowerCase()) ? YES_NO[text.toLowerCase()] : null;
    if (number === null) throw new Error("yes or no");
    return number;
  }
  if (fact.kind === "one of") {
    number = fact.codes.indexOf(text);
    if (number < 0) throw new Error(fact.codes.join(", "));
    return number;
  }
  number = fact.kind === "date" ? parseDay(text) : parseNumber(text, fact.places);
  if (number === null) throw new Error(fact.kind);
  if (number < fact.low || number > fact.high) throw new Error(`between ${fact.low} and ${fact.high}`);
  return number;
}

/** A profile (fact id → plain value) as values, and what was wrong: {values: Map, problems: [{fact, expected}]}. */
export function readProfile(vocabulary, profile) {
  const values = new Map();
  const problems = [];
  for (const [name, value] of Object.entries(profile)) {
    if (value === null || value === undefined) continue;
    const fact = Object.hasOwn(vocabulary.facts, name) ? vocabulary.facts[name] : null;
    if (!fact && vocabulary.not_asked.includes(name)) continue;
    if (!fact) {
      problems.push({fact: name, expected: "a fact of the vocabulary"});
      continue;
    }
    try {
      values.set(name, readValue(fact, value));
    } catch (error) {
      problems.push({fact: name, expected: error.message});
    }
  }
  return {values, problems};
}

/** The value of a variable for what is known, or null. */
function known(variable, values, today) {
  if (variable.facts.some((fact) => !values.has(fact))) return null;
  const value = values.get(variable.facts[0]);
  const how = variable.compute;
  if (!how) return variable.code ? Number(value.has(variable.code)) : value;
  if (how.kind === "completed") {
    const count = Array.isArray(value) ? completedInSpells(how.unit, value, how.wanted, today) : completed(how.unit, value, today);
    return Math.min(how.high, count);
  }
  const right = BigInt(values.get(variable.facts[1]));
  if (right === 0n) return how.high;
  const scaled = BigInt(value) * BigInt(how.parts);
  return Number(2n * (scaled / right) + (scaled % right ? 1n : 0n));
}

// --- decision diagrams --------------------------------------------------------------------------------------------------

const END = {id: 0, level: Infinity, breaks: [], cells: [], high: 0};

/** How many breaks are at or below a value: the number of its cell. */
function place(breaks, value) {
  let low = 0;
  let high = breaks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (breaks[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const at = (cut, value) => cut.cells[place(cut.breaks, value)];
const bounds = (f) => [f[0], f[0] + f[1].high];
const named = (f) => `${f[0]}:${f[1].id}`;
const union = (...lists) => [...new Set(lists.flat())].sort((a, b) => a - b);

function restrict(f, level, edge) {
  if (f[1].level !== level) return f;
  const cell = edge === null ? f[1].cells[0] : at(f[1], edge);
  return [f[0] + cell[0], cell[1]];
}

/** A plan that needs more cuts than this is cut down from its whole, if there is one. */
const LARGE = 300;
class TooLarge extends Error {}

/** The least and the most of every node of a plan, whatever is known: worked out once for the list of nodes. */
const intervals = (() => {
  const kept = new WeakMap();
  return (nodes) => {
    if (!kept.has(nodes)) {
      const found = [];
      for (const [kind, ...rest] of nodes) {
        const ends = (kind === "case" ? rest[2] : kind === "const" || kind === "var" ? [] : rest[0]).map((child) => found[child]);
        const lows = ends.map((e) => e[0]), highs = ends.map((e) => e[1]);
        const add = (numbers) => numbers.reduce((a, b) => a + b, 0);
        found.push(
          kind === "const" ? [rest[0], rest[0]]
          : kind === "var" ? [rest[1], rest[2]]
          : kind === "sum" ? [add(lows), add(highs)]
          : kind === "least" ? [Math.min(...lows), Math.min(...highs)]
          : kind === "most" ? [Math.max(...lows), Math.max(...highs)]
          : [Math.min(...lows), Math.max(...highs)]);
      }
      kept.set(nodes, found);
    }
    return kept.get(nodes);
  };
})();

/** A large function of a plan with nothing known but what is presumed, made when first needed; null for other nodes. */
const whole = (() => {
  const kept = new WeakMap();
  return (plan, node) => {
    if (![plan.outcome, plan.total, plan.best_total, ...plan.outcomes.map((o) => o.node)].includes(node)) return null;
    if (!kept.has(plan)) {
      const presumed = [...plan.variables.entries()].filter(([, v]) => Object.hasOwn(plan.presumed, v.name));
      kept.set(plan, new Diagrams(plan.nodes, new Map(presumed.map(([level, v]) => [level, plan.presumed[v.name]]))));
    }
    return kept.get(plan).of(node);
  };
})();

/** Diagrams of a plan where some variables are known; its large functions are cut down from the whole. */
function diagramsOf(plan, known) {
  const presumed = plan.variables.every((v, level) => !Object.hasOwn(plan.presumed, v.name) || known.get(level) === plan.presumed[v.name]);
  return new Diagrams(plan.nodes, known, presumed ? (node) => whole(plan, node) : null);
}

/** Diagrams of one plan for one state of knowledge. A function is [offset, cut]; a cut is normed to a smallest value of 0. */
class Diagrams {
  constructor(nodes, known, whole = null) {
    this.nodes = nodes;
    this.intervals = intervals(nodes);
    this.known = known;
    this.whole = whole;
    this.large = false;
    this.cuts = new Map();
    this.made = new Map();
    this.done = new Map();
  }

  cut(level, breaks, cells) {
    const kept = [cells[0]];
    const edges = [];
    breaks.forEach((edge, i) => {
      const cell = cells[i + 1];
      const last = kept[kept.length - 1];
      if (cell[0] !== last[0] || cell[1] !== last[1]) {
        edges.push(edge);
        kept.push(cell);
      }
    });
    if (!edges.length) return kept[0];
    const low = Math.min(...kept.map((f) => f[0]));
    const normed = kept.map((f) => [f[0] - low, f[1]]);
    const key = `${level}|${edges}|${normed.map(named)}`;
    let cut = this.cuts.get(key);
    if (!cut) {
      if (this.whole && !this.large && this.cuts.size >= LARGE) throw new TooLarge();
      cut = {id: this.cuts.size + 1, level, breaks: edges, cells: normed, high: Math.max(...normed.map((f) => f[0] + f[1].high))};
      this.cuts.set(key, cut);
    }
    return [low, cut];
  }

  /** The diagram of a node of the plan, with what is known put in. */
  of(index) {
    try {
      return this.part(index);
    } catch (error) {
      if (!(error instanceof TooLarge)) throw error;
      this.large = true;
      return this.part(index);
    }
  }

  part(index) {
    let found = this.made.get(index);
    if (!found) {
      const whole = this.large ? this.whole(index) : null;
      found = whole ? this.narrow(whole) : this.make(this.nodes[index]);
      this.made.set(index, found);
    }
    return found;
  }

  /** A function of the whole, where what is known is put in. */
  narrow([offset, root]) {
    const done = new Map([[END, [0, END]]]);
    const go = (cut) => {
      if (!done.has(cut)) {
        const inside = ([more, inner]) => {
          const [low, end] = go(inner);
          return [low + more, end];
        };
        const value = this.known.get(cut.level);
        done.set(cut, value === undefined ? this.cut(cut.level, cut.breaks, cut.cells.map(inside)) : inside(at(cut, value)));
      }
      return done.get(cut);
    };
    const [low, cut] = go(root);
    return [offset + low, cut];
  }

  make([kind, ...rest]) {
    if (kind === "const") return [rest[0], END];
    if (kind === "var") {
      const [level, low, high] = rest;
      if (this.known.has(level)) return [this.known.get(level), END];
      const cells = Array.from({length: high - low + 1}, (_, i) => [low + i, END]);
      return this.cut(level, cells.slice(1).map((c) => c[0]), cells);
    }
    if (kind === "case") {
      const [argument, breaks, cells] = rest;
      const asked = this.nodes[argument];
      if (asked[0] === "var") {
        const level = asked[1];
        if (this.known.has(level)) return this.part(cells[place(breaks, this.known.get(level))]);
        return this.chooseByVariable(level, breaks, cells.map((c) => this.part(c)));
      }
      const test = this.part(argument);
      if (test[1] === END) return this.part(cells[place(breaks, test[0])]);
      return this.choose(test, breaks, cells.map((c) => this.part(c)));
    }
    const children = rest[0];
    if (kind === "sum") return children.reduce((sum, child) => this.add(sum, this.part(child)), [0, END]);
    let result = this.part(children[0]); // an early end matters: one part that decides makes the others not asked
    for (const child of children.slice(1)) {
      const [least, most] = this.intervals[child];
      if (kind === "least" ? bounds(result)[1] > least : bounds(result)[0] < most) {
        result = this.extreme(result, this.part(child), kind === "most");
      }
    }
    return result;
  }

  remember(key, make) {
    let found = this.done.get(key);
    if (!found) {
      found = make();
      this.done.set(key, found);
    }
    return found;
  }

  /** Both cuts along the earlier of their variables: [level, edges, pairs of functions]. */
  pairwise(f, g) {
    const level = Math.min(f.level, g.level);
    const edges = union(f.level === level ? f.breaks : [], g.level === level ? g.breaks : []);
    const pairs = [null, ...edges].map((edge) => [restrict([0, f], level, edge), restrict([0, g], level, edge)]);
    return [level, edges, pairs];
  }

  add(f, g) {
    if (f[1] === END) return [f[0] + g[0], g[1]];
    if (g[1] === END) return [f[0] + g[0], f[1]];
    const [a, b] = f[1].id <= g[1].id ? [f[1], g[1]] : [g[1], f[1]];
    const sum = this.remember(`+${a.id},${b.id}`, () => {
      const [level, edges, pairs] = this.pairwise(a, b);
      return this.cut(level, edges, pairs.map(([p, q]) => this.add(p, q)));
    });
    return [f[0] + g[0] + sum[0], sum[1]];
  }

  extreme(f, g, most) {
    const [fLow, fHigh] = bounds(f);
    const [gLow, gHigh] = bounds(g);
    if (fLow >= gHigh) return most ? f : g;
    if (gLow >= fHigh) return most ? g : f;
    if (f[1] === g[1]) return [most ? Math.max(f[0], g[0]) : Math.min(f[0], g[0]), f[1]];
    const shift = g[0] - f[0];
    const found = this.remember(`${most ? "m" : "l"}${f[1].id},${g[1].id},${shift}`, () => {
      const [level, edges, pairs] = this.pairwise(f[1], g[1]);
      return this.cut(level, edges, pairs.map(([p, q]) => this.extreme(p, [q[0] + shift, q[1]], most)));
    });
    return [f[0] + found[0], found[1]];
  }

  /** `branches[i]` where `test` lies in the i-th cell of `breaks`. */
  choose(test, breaks, branches) {
    const [low, high] = bounds(test);
    const [first, last] = [place(breaks, low), place(breaks, high)];
    if (first === last) return branches[first];
    const edges = breaks.slice(first, last);
    const parts = branches.slice(first, last + 1);
    return this.remember(`?${named(test)}|${edges}|${parts.map(named)}`, () => {
      const all = [test, ...parts];
      const level = Math.min(...all.map((f) => f[1].level));
      const cuts = union(...all.filter((f) => f[1].level === level).map((f) => f[1].breaks));
      const cells = [null, ...cuts].map((edge) =>
        this.choose(restrict(test, level, edge), edges, parts.map((b) => restrict(b, level, edge))));
      return this.cut(level, cuts, cells);
    });
  }

  /** `branches[i]` where the variable of `level` lies in the i-th cell of `breaks`. */
  chooseByVariable(level, breaks, branches) {
    const top = Math.min(...branches.map((b) => b[1].level));
    if (top > level) return this.cut(level, breaks, branches);
    return this.remember(`v${level}|${breaks}|${branches.map(named)}`, () => {
      const inner = branches.filter((b) => b[1].level === top).map((b) => b[1].breaks);
      if (top < level) {
        const edges = union(...inner);
        const cells = [null, ...edges].map((edge) => this.chooseByVariable(level, breaks, branches.map((b) => restrict(b, top, edge))));
        return this.cut(top, edges, cells);
      }
      const edges = union(breaks, ...inner);
      const cells = [null, ...edges].map((edge) => restrict(branches[edge === null ? 0 : place(breaks, edge)], level, edge));
      return this.cut(level, edges, cells);
    });
  }

  /** The levels of the variables that can still change one of the functions, rising. */
  support(...functions) {
    const levels = new Set();
    const seen = new Set([END]);
    const stack = functions.map((f) => f[1]);
    while (stack.length) {
      const cut = stack.pop();
      if (seen.has(cut)) continue;
      seen.add(cut);
      levels.add(cut.level);
      for (const cell of cut.cells) stack.push(cell[1]);
    }
    return [...levels].sort((a, b) => a - b);
  }

  /** For each way of settling the variables below level `last`: the values that the rest can still give, each set as sorted text. */
  valueSets(f, last) {
    const memo = new Map();
    const go = (g) => {
      const key = named(g);
      if (!memo.has(key)) {
        const found = new Set();
        if (g[1].level >= last) found.add(JSON.stringify([...allValues(g)].sort((a, b) => a - b)));
        else for (const cell of g[1].cells) for (const set of go([g[0] + cell[0], cell[1]])) found.add(set);
        memo.set(key, found);
      }
      return memo.get(key);
    };
    return [...go(f)].map((text) => JSON.parse(text));
  }
}

function allValues(f) {
  const memo = new Map([[END, new Set([0])]]);
  const go = (cut) => {
    if (!memo.has(cut)) {
      const found = new Set();
      for (const [offset, inner] of cut.cells) for (const value of go(inner)) found.add(offset + value);
      memo.set(cut, found);
    }
    return memo.get(cut);
  };
  return new Set([...go(f[1])].map((value) => f[0] + value));
}

/** A case in which the function has its lowest value: level → the first value of a cell (null: below every edge). */
function lowestCase(f) {
  const found = new Map();
  let cut = f[1];
  while (cut !== END) {
    const cell = cut.cells.findIndex((c) => c[0] === 0);
    found.set(cut.level, cell ? cut.breaks[cell - 1] : null);
    cut = cut.cells[cell][1];
  }
  return found;
}

// --- a plan with a profile put in ---------------------------------------------------------------------------------------

class State {
  constructor(plan, values, today) {
    this.plan = plan;
    this.values = values;
    this.known = new Map();
    this.assumed = {};
    this.chosen = {};
    this.openChoice = null;
    plan.variables.forEach((variable, level) => {
      const value = known(variable, values, today);
      if (value !== null) this.known.set(level, value);
      else if (Object.hasOwn(plan.presumed, variable.name)) {
        this.assumed[variable.name] = plan.presumed[variable.name];
        this.known.set(level, plan.presumed[variable.name]);
      }
    });
    for (const name of plan.choices) this.choose(plan.variables.findIndex((v) => v.name === name));
    this.diagrams = diagramsOf(plan, this.known);
  }

  /** Take the choice that gives most, if one is at least as good as every other in every case. */
  choose(level) {
    if (level < 0 || this.known.has(level) || this.plan.total === null) return;
    const {low, high, name} = this.plan.variables[level];
    const options = [];
    for (let value = low; value <= high; value += 1) {
      const [diagrams, total] = this.given([[level, value]]);
      options.push({value, diagrams, total, low: bounds(total)[0], high: bounds(total)[1]});
    }
    const best = options.reduce((a, b) => (b.low > a.low || (b.low === a.low && b.high > a.high) ? b : a));
    if (options.every((o) => o === best || best.low >= o.high)) {
      this.known.set(level, best.value);
      this.chosen[name] = best.value;
    } else this.openChoice = {level, options};
  }

  given(more) {
    const diagrams = diagramsOf(this.plan, new Map([...this.known, ...more]));
    return [diagrams, diagrams.of(this.plan.total)];
  }

  points(node) {
    const [low, high] = bounds(this.diagrams.of(node));
    return {low, high};
  }

  value(node) {
    const {low, high} = this.points(node);
    return low === high ? low : null;
  }

  truth(node) {
    const value = this.value(node);
    return value === null ? null : Boolean(value);
  }

  total() {
    if (this.plan.total === null) return null;
    if (!this.openChoice) return this.points(this.plan.total);
    const {level, options} = this.openChoice;
    const best = options.reduce((a, b) => (b.low > a.low ? b : a));
    const worst = [...lowestCase(best.total)].map(([l, value]) => [l, value === null ? this.plan.variables[l].low : value]);
    const others = options.filter((o) => o !== best);
    if (others.length === 1) {
      const [, rest] = this.given([[level, others[0].value], ...worst]);
      if (bounds(rest)[0] <= best.low) return {low: best.low, high: Math.max(...options.map((o) => o.high))};
    }
    return this.points(this.plan.best_total);
  }

  /** The status, and the places of the outcomes still possible, best first. */
  status() {
    const sets = this.diagrams.valueSets(this.diagrams.of(this.plan.outcome), this.plan.first_authority);
    const none = this.plan.outcomes.length;
    const every = union(...sets);
    const possible = every.filter((place) => place !== none);
    if (!every.includes(none)) return ["qualifies", possible];
    if (every.length === 1) return ["does not qualify", []];
    if (sets.every((s) => s.length > 1 && s.includes(none))) return ["for the authority", possible];
    return ["undetermined", possible];
  }

  /** The unknown facts of some levels, each once, as the law asks them, but for one that comes first. */
  factsOf(levels, first = []) {
    const asked = new Set(levels);
    const facts = [...first, ...this.plan.asked.filter((level) => asked.has(level))].flatMap((level) => this.plan.variables[level].facts);
    return [...new Set(facts)].filter((fact) => !this.values.has(fact));
  }

  deciding() {
    return this.factsOf(this.diagrams.support(this.diagrams.of(this.plan.outcome)));
  }

  open() {
    if (this.plan.total === null) return [];
    if (!this.openChoice) return this.factsOf(this.diagrams.support(this.diagrams.of(this.plan.total)));
    const {level, options} = this.openChoice;
    return this.factsOf(options.flatMap((o) => o.diagrams.support(o.total)), [level]);
  }

  /** The bounds of an amount of money, in the smallest unit of its currency; both are reached. */
  amount({node, base, edges, rate, cap}) {
    if (base === null) return this.points(node);
    const share = (value) => {
      const exact = Number((BigInt(rate[0]) * BigInt(value)) / BigInt(rate[1]));
      return cap === null ? exact : Math.min(exact, cap);
    };
    if (this.known.has(base)) {
      const {low, high} = this.points(node);
      const value = share(this.known.get(base));
      return {low: low * value, high: high * value};
    }
    const {low: lowest, high: highest} = this.plan.variables[base];
    const ends = [lowest, ...edges, highest + 1];
    const found = ends.slice(0, -1).map((first, i) => {
      const gate = bounds(diagramsOf(this.plan, new Map([...this.known, [base, first]])).of(node));
      return [gate[0] * share(first), gate[1] * share(ends[i + 1] - 1)];
    });
    return {low: Math.min(...found.map((f) => f[0])), high: Math.max(...found.map((f) => f[1]))};
  }

  openIn(node) {
    return this.factsOf(this.diagrams.support(this.diagrams.of(node)));
  }
}

// --- the door -----------------------------------------------------------------------------------------------------------

/** What follows on a day from the values by the rules of the vocabulary: {values: Map, problems: [{fact, expected}]}.
    A day from which time is counted may not be still to come (`to_come`). */
export function complete(vocabulary, values, on) {
  const today = parseDay(on);
  const all = new Map(values);
  const {nodes, variables, facts} = vocabulary.rules;
  const counted = new Set(variables.filter((v) => v.compute?.kind === "completed").map((v) => v.facts[0]));
  const late = [...counted].filter((fact) => vocabulary.facts[fact].kind === "date" && all.get(fact) > today);
  const problems = late.map((fact) => ({fact, expected: `${on} or earlier`, to_come: true}));
  if (problems.length) return {values: all, problems};
  for (let round = 0; round < 2; round += 1) {
    const settled = new Map();
    variables.forEach((variable, level) => {
      const value = known(variable, all, today);
      if (value !== null) settled.set(level, value);
    });
    const diagrams = new Diagrams(nodes, settled);
    for (const {fact, node, asks} of facts) {
      if (all.has(fact) && !values.has(fact)) continue;
      if (!asks.some((level) => settled.has(level))) continue;
      const [value, rest] = diagrams.of(node);
      if (rest !== END) continue;
      if (!all.has(fact)) all.set(fact, value);
      else if (all.get(fact) !== value) problems.push({fact, expected: String(value)});
    }
    if (problems.length) break;
  }
  return {values: all, problems};
}

/** A number as people read it: thousands parted, no needless zeros. */
export function shown(number, places) {
  const digits = String(Math.abs(number)).padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
  const rest = places ? digits.slice(-places).replace(/0+$/, "") : "";
  return (number < 0 ? "-" : "") + whole + (rest ? `.${rest}` : "");
}

/** The rows of a criterion that apply: [{label, points, citation}]. */
function rowsHit(state, part) {
  if (part.only_when && state.points(part.points).high === 0) return [];
  const hits = [];
  const amount = (text) => text.replace(/`([^`]+)`/g, (whole, name) => {
    const typed = state.plan.amounts[name];
    const value = typed ? state.value(typed.node) : null;
    return value === null ? whole : shown(value, typed.places);
  });
  for (const table of part.tables) {
    const number = state.value(table.row);
    if (number === null) continue;
    const row = table.rows[number];
    const hit = {label: row.label.map(amount), points: row.points, citation: row.citation};
    if (row.further) {
      const value = state.value(table.column.node);
      hit.points = state.points(part.points).low;
      if (value !== null) hit.label = [shown(value, table.column.places)];
    }
    hits.push(hit);
  }
  for (const list of part.conditions) {
    for (const row of list.rows) {
      if (!state.truth(row.node)) continue;
      hits.push({label: [row.words.en ?? row.text], words: row.words, points: row.points, citation: row.citation});
      if (list.how === "first") break;
    }
  }
  if (part.how !== "best" || !hits.length) return hits;
  const most = Math.max(...hits.map((hit) => hit.points));
  return [hits.find((hit) => hit.points === most)];
}

/** What a scheme grants in money: the same keys as the library's, without the text. */
function amounts(state) {
  return state.plan.money.map((money) => {
    const {low, high} = state.amount(money);
    const facts = state.openIn(money.node);
    if (money.base !== null && !state.known.has(money.base) && high > 0) facts.push(...state.plan.variables[money.base].facts);
    const row = money.table ? state.value(money.table.row) : null;
    return {
      id: money.id,
      words: money.words,
      low: money.discretionary ? 0 : low,
      high,
      currency: money.currency,
      per: money.per,
      discretionary: money.discretionary,
      facts: [...new Set(facts)],
      citation: row === null ? money.citation : money.table.rows[row].citation,
    };
  });
}

/** Every item of the requirements, those inside others beneath them: [item, depth]. */
function* listed(items, depth = 0) {
  for (const item of items) {
    yield [item, depth];
    if (item.items) yield* listed(item.items, depth + 1);
  }
}

/** The items because of which a list does not hold. */
function* failing(state, list, words) {
  if ((list.how === "any" || list.how === "least") && list.items.length > 3) {
    const holding = list.items.filter((item) => state.truth(item.node)).length;
    yield {kind: "fails", id: list.id, citation: list.citation, law: [], words: {
      en: `${words.en}: ${holding} of ${list.items.length} hold, ${list.least} needed`,
      zh: `${words.zh}：${list.items.length}项中满足${holding}项，需${list.least}项`,
    }};
    return;
  }
  const wrong = list.how === "none";
  for (const item of list.items) {
    if (state.truth(item.node) !== wrong) continue;
    if (item.items && !wrong) yield* failing(state, item, item.words);
    else yield reason("fails", item);
  }
}

/** The items because of which a list holds. */
function* satisfying(state, list) {
  if (list.how === "none") return;
  for (const item of list.items) {
    if (!state.truth(item.node)) continue;
    if (item.items) yield* satisfying(state, item);
    else yield reason("reached", item);
  }
}

const reason = (kind, {id, words, citation, law = []}) => ({kind, id, words, citation, law});

function againstMark(plan, {low, high}) {
  const mark = plan.pass_mark;
  const points = low === high ? `${low}` : `${low}–${high}`;
  const [en, zh] = low >= mark ? ["reach", "达到"] : high < mark ? ["do not reach", "未达到"] : ["may reach", "可能达到"];
  const words = {en: `${points} points ${en} the pass mark of ${mark}`, zh: `${points}分${zh}及格线${mark}分`};
  return {kind: "points", id: "", words, citation: plan.points_citation, law: []};
}

/** What now determines an answer, as the library says it; which facts are still open, `deciding` says. */
function* reasons(state, status, outcome, total) {
  const {plan} = state;
  for (const list of plan.requirements) if (state.truth(list.node) === false) yield* failing(state, list, list.title);
  if (total && plan.pass_mark !== null) yield againstMark(plan, total);
  const ways = plan.outcomes.filter((way) => way.node !== null);
  if (status === "does not qualify") {
    for (const way of ways) if (state.truth(way.node) === false) yield* failing(state, way, way.title);
  }
  for (const way of ways) if (way.id === outcome && state.truth(way.node)) yield* satisfying(state, way);
}

/** The answer of one plan: the same keys and values as the answer of the library, without what its text is made of and without receipt. */
export function answer(plan, values, on) {
  const state = new State(plan, values, parseDay(on));
  const [status, possible] = state.status();
  const deciding = state.deciding();
  const money = amounts(state);
  const refining = [...new Set([...state.open(), ...money.flatMap((m) => m.facts)])];
  const missing = [...new Set([...deciding, ...(plan.ranking ? state.open() : [])])];
  const authority = new Set(plan.variables.filter((v) => v.authority).flatMap((v) => v.facts));
  const ids = possible.map((place) => plan.outcomes[place].id);
  const outcome = status === "qualifies" ? ids[ids.length - 1] : null;
  const total = state.total();
  return {
    scheme: plan.scheme,
    title: plan.title,
    version: plan.version,
    as_of: on,
    status,
    points: total,
    pass_mark: plan.pass_mark,
    outcome,
    possible_outcomes: ids,
    criteria: plan.parts.map((part) => {
      const rows = rowsHit(state, part);
      return {
        id: part.id,
        title: part.title,
        points: state.points(part.points),
        max: part.max,
        group: part.group,
        depth: part.depth,
        row: rows.map((r) => r.label.join(" | ")).join(" · ") || null,
        rows,
      };
    }),
    requirements: [...listed(plan.requirements.flatMap((list) => list.items))].map(([item, depth]) => {
      const holds = state.truth(item.node);
      const open = holds === null ? state.openIn(item.node) : [];
      return {
        id: item.id,
        words: item.words,
        holds,
        for_the_authority: open.length > 0 && open.every((fact) => authority.has(fact)),
        depth,
        citation: item.citation,
      };
    }),
    reasons: [...reasons(state, status, outcome, total)],
    missing,
    refining,
    deciding,
    for_the_authority: missing.filter((fact) => authority.has(fact)),
    amounts: money,
    assumed: state.assumed,
    chosen: state.chosen,
  };
}

/** Hold a profile (fact id → plain value) against every plan of a bundle: {answers, problems}. With problems there are no answers. */
export function check(bundle, profile, on = bundle.as_of) {
  const read = readProfile(bundle.vocabulary, profile);
  if (read.problems.length) return {answers: [], problems: read.problems};
  const all = complete(bundle.vocabulary, read.values, on);
  if (all.problems.length) return {answers: [], problems: all.problems};
  return {answers: bundle.plans.map((plan) => answer(plan, all.values, on)), problems: []};
}

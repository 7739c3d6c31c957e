"""Declared populations: `policies/populations/NAME.yaml` says how each fact is spread and which go together. Synthetic, and labelled so.

    population: beijing-talent
    title: {en: …, zh: …}
    note: {en: …, zh: …}
    facts:
      age: {quantiles: {0: 20, 50: 34, 100: 64}, source: synthetic}
      education.degree: {shares: {bachelor: 60, master: 30, doctorate: 10}, source: synthetic}
      work.related_years: {quantiles: {0: 0, 50: 8, 100: 40}, at most: {fact: age, less: 20}, source: synthetic}
      canada.spouse_education: {shares: {…}, when: family.partner, unknown: 2, source: synthetic}
      prizes: {each: {nobel: 0.01}, source: synthetic}
    correlations:
      - [education.degree, china.annual_salary, 0.4]

Shares and quantiles are percentages. A `source` is a citation in words, or the word `synthetic` where there is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from pathlib import Path

from jifen.facts.values import parse_number, read_value, unknown_code
from jifen.facts.vocabulary import Fact, Vocabulary
from jifen.forms import Form, Words
from jifen.problems import PolicyError, Problem, ProfileError, RequestError, Where, nearest
from jifen.strict_yaml import Items, Node, Table, Text, decode, parse, read_bytes


@dataclass(frozen=True, slots=True)
class Spread:
    """How one fact is spread.

    One of: `shares` (value → share of 1, in the order that correlations mean), `quantiles` (share of 1 → value), `each`
    (code → share of 1, for several codes). `unknown` is the share of whom it is not known. Where the fact `when` is no, the value is
    `otherwise` (None: not known). The value is never above that of the fact `most_of` less `less`. `step`: values are multiples of it.
    """

    fact: Fact
    source: str
    shares: tuple[tuple[int, Fraction], ...] = ()
    quantiles: tuple[tuple[Fraction, int], ...] = ()
    each: tuple[tuple[str, Fraction], ...] = ()
    unknown: Fraction = Fraction(0)
    when: str = ""
    otherwise: int | None = None
    most_of: str = ""
    less: int = 0
    step: int = 1


@dataclass(frozen=True)
class Declared:
    """A declared population. `weights` is the lower triangle that makes its correlations: one row a fact, by place → weight."""

    name: str
    title: Words
    note: Words
    spreads: tuple[Spread, ...]
    weights: tuple[Mapping[int, float], ...]
    file: str

    @property
    def subject(self) -> str:
        return self.spreads[0].fact.subject


def population_file(name: str, policies: Sequence[Path]) -> Path:
    """The file of a population by its name or path. Raises RequestError."""
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    known = {p.stem: p for folder in policies for p in sorted((folder / "populations").glob("*.yaml"))}
    if name not in known:
        blanks = {"population": name}
        raise RequestError([Problem("no-such-population", blanks=blanks, found=name, nearest=nearest(name, known))])
    return known[name]


def read_declared(path: Path, vocabulary: Vocabulary) -> Declared:
    """Read and check a population. Raises PolicyError with every mistake found."""
    name = str(path)
    node = parse(decode(read_bytes(path, PolicyError), name, PolicyError), name, PolicyError)
    if not isinstance(node, Table):
        raise PolicyError([Problem("not-a-mapping", node.where)])
    form = Form(node, {"population", "title", "note", "facts", "correlations"})
    id_, title, note = form.text("population"), form.words("title"), form.words("note")
    problems = form.problems
    spreads: list[Spread] = []
    for key, value in form.table("facts"):
        try:
            spreads.append(_spread(key, value, vocabulary, {s.fact.id: s.fact for s in spreads}))
        except PolicyError as e:
            problems += e.problems
    if problems:
        raise PolicyError(problems)
    pairs = _correlations(node.get("correlations"), [s.fact.id for s in spreads], spreads)
    weights = _triangle([s.fact.id for s in spreads], pairs, Where(name))
    return Declared(id_, title, note, tuple(spreads), weights, name)


_KEYS = {"shares", "quantiles", "each", "source", "unknown", "when", "otherwise", "at most", "step"}


def _spread(key: Text, node: Node, vocabulary: Vocabulary, earlier: Mapping[str, Fact]) -> Spread:
    fact = vocabulary.facts.get(key.value)
    if fact is None or fact.kind == "spells":
        near = nearest(key.value, vocabulary.facts)
        raise PolicyError([Problem("unknown-fact", key.where, {"name": key.value}, key.value, near)])
    if not isinstance(node, Table):
        raise PolicyError([Problem("not-a-mapping", node.where)])
    form = Form(node, _KEYS)
    source = form.text("source")
    unknown = _percent(fact, form.text("unknown", "0"), node.where)
    when, step = form.text("when", ""), form.text("step", "1")
    otherwise = form.text("otherwise", "")
    kinds = [k for k in ("shares", "quantiles", "each") if node.get(k) is not None]
    wanted = "each" if fact.kind == "several of" else None
    if len(kinds) != 1 or (wanted and kinds != [wanted]) or (kinds == ["each"] and not wanted):
        form_words = "`each` for several codes; else `shares` or `quantiles`"
        form.problems.append(_wrong(fact, node.where, form_words, ", ".join(kinds)))
    form.done()
    entries = [(k.value, v.value, k.where) for k, v in form.table(kinds[0]) if isinstance(v, Text)]
    if when and (when not in earlier or earlier[when].kind != "yes/no"):
        raise PolicyError([_wrong(fact, node.where, "`when` names a yes/no fact that stands above", when)])
    most_of, less = _most(fact, node.get("at most"), earlier)
    common = {
        "unknown": unknown, "when": when, "most_of": most_of, "less": less,
        "otherwise": _value(fact, otherwise, node.where) if otherwise else None,
    }  # fmt: skip
    if kinds == ["each"]:
        assert fact.codes
        _known_codes(fact, entries)
        each = tuple((code, _percent(fact, share, where)) for code, share, where in entries)
        return Spread(fact, source, each=each, **common)  # type: ignore[arg-type]
    if kinds == ["shares"]:
        shares = [(_value(fact, text, where), _percent(fact, share, where)) for text, share, where in entries]
        if sum(s for _, s in shares) != 1:
            found = f"{float(sum(s for _, s in shares) * 100):g}"
            raise PolicyError([_wrong(fact, node.where, "shares that add to 100", found)])
        if fact.ordered:
            shares.sort()
        return Spread(fact, source, shares=tuple(shares), **common)  # type: ignore[arg-type]
    if fact.kind not in ("whole", "decimal", "money", "date"):
        raise PolicyError([_wrong(fact, node.where, "`shares`: only numbers and dates have quantiles", fact.kind)])
    quantiles = [(_percent(fact, share, where), _value(fact, text, where)) for share, text, where in entries]
    places, values = [q for q, _ in quantiles], [v for _, v in quantiles]
    rising = places == sorted(set(places)) and values == sorted(values)
    if len(places) < 2 or places[0] != 0 or places[-1] != 1 or not rising:
        raise PolicyError([_wrong(fact, node.where, "quantiles that rise from 0 to 100", "")])
    size = parse_number(step, fact.kind if fact.kind != "date" else "whole", fact.places)
    unit = 10**fact.places if fact.kind == "money" else 1
    if not size or size % unit:
        raise PolicyError([_wrong(fact, node.where, "a `step` of at least one unit", step)])
    size = max(size, unit)
    return Spread(fact, source, quantiles=tuple(quantiles), step=size, **common)  # type: ignore[arg-type]


def _wrong(fact: Fact, where: Where, form: str, found: str) -> Problem:
    return Problem("bad-distribution", where, {"fact": fact.id, "form": form}, found)


def _percent(fact: Fact, text: str, where: Where) -> Fraction:
    number = parse_number(text, "decimal", 6)
    if number is None or not 0 <= number <= 100 * 10**6:
        raise PolicyError([_wrong(fact, where, "percentages from 0 to 100", text)])
    return Fraction(number, 100 * 10**6)


def _value(fact: Fact, text: str, where: Where) -> int:
    try:
        value = read_value(fact, Text(text, where))
    except ProfileError as e:
        raise PolicyError(e.problems) from None
    assert isinstance(value, int)
    return value


def _known_codes(fact: Fact, entries: Sequence[tuple[str, str, Where]]) -> None:
    assert fact.codes
    wrong = [unknown_code(fact, fact.codes, where, code) for code, _, where in entries if code not in fact.codes.values]
    if wrong:
        raise PolicyError(wrong)


def _most(fact: Fact, node: Node | None, earlier: Mapping[str, Fact]) -> tuple[str, int]:
    if node is None:
        return "", 0
    if not isinstance(node, Table):
        raise PolicyError([Problem("not-a-mapping", node.where)])
    form = Form(node, {"fact", "less"})
    name, less = form.text("fact"), form.text("less", "0")
    form.done()
    number = parse_number(less, fact.kind, fact.places)
    other = earlier.get(name)
    if other is None or number is None or (other.kind, other.places) != (fact.kind, fact.places):
        raise PolicyError([_wrong(fact, node.where, "a fact of the same kind that stands above, and a number", name)])
    return name, number


def _correlations(node: Node | None, names: list[str], spreads: list[Spread]) -> dict[tuple[int, int], Fraction]:
    if node is None:
        return {}
    found: dict[tuple[int, int], Fraction] = {}
    problems = []
    for item in node.values if isinstance(node, Items) else ():
        words = [v.value for v in item.values if isinstance(v, Text)] if isinstance(item, Items) else []
        number = parse_number(words[2], "decimal", 4) if len(words) == 3 else None
        usable = [w for w in words[:2] if w in names and not spreads[names.index(w)].each]
        if number is None or len(usable) != 2 or words[0] == words[1] or abs(number) >= 10**4:
            name = next((w for w in words[:2] if w not in usable), words[0] if words else "correlations")
            form = "[fact, fact, number between -1 and 1] of two facts above with shares or quantiles"
            problems.append(Problem("bad-distribution", item.where, {"fact": name, "form": form}, ", ".join(words)))
            continue
        one, other = sorted(names.index(w) for w in words[:2])
        found[other, one] = Fraction(number, 10**4)
    if problems:
        raise PolicyError(problems)
    return found


def _triangle(
    names: Sequence[str], pairs: Mapping[tuple[int, int], Fraction], where: Where
) -> tuple[Mapping[int, float], ...]:
    """The lower triangle L with L·Lᵀ the matrix of correlations (Cholesky); only what is not zero."""
    rows: list[dict[int, float]] = []
    for i, name in enumerate(names):
        row: dict[int, float] = {}
        for j in range(i):
            wanted = float(pairs.get((i, j), 0))
            weight = wanted - sum(w * rows[j].get(k, 0.0) for k, w in row.items())
            if weight:
                row[j] = weight / rows[j][j]
        left = 1 - sum(w * w for w in row.values())
        if left <= 1e-9:
            raise PolicyError([Problem("impossible-correlations", where, {"fact": name})])
        row[i] = sqrt(left)
        rows.append(row)
    return tuple(rows)

"""Conditions in a plan: sentences and lists of them become yes/no nodes; so do the outcomes of other schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jifen.plan import comparisons
from jifen.plan.form import NoValueError, in_force
from jifen.plan.nodes import Node
from jifen.plan.values import Variable
from jifen.problems import PolicyError, Problem, Where, nearest
from jifen.schemes.conditions import Among, Both, Compare, Condition, Holds, Includes, Not, Qualifies
from jifen.schemes.model import Conditions

if TYPE_CHECKING:
    from jifen.plan.compile import Compiler


def truth_of_list(compiler: Compiler, conditions: Conditions) -> Node:
    nodes = []
    for item in conditions.items:
        try:
            node = content(compiler, item.content)
        except PolicyError as e:
            compiler.problems += [p for p in e.problems if p not in compiler.problems]
            node = compiler.no
        compiler.items[item.id] = node
        nodes.append(node)
    graph = compiler.graph
    match conditions.how:
        case "all":
            return graph.least([compiler.yes, *nodes])
        case "any":
            return graph.most([compiler.no, *nodes])
        case "none":
            return graph.no(graph.most([compiler.no, *nodes]))
        case "least":
            return graph.case(graph.sum(nodes), [conditions.least], [compiler.no, compiler.yes])


def content(compiler: Compiler, content: Condition | Conditions) -> Node:
    return truth_of_list(compiler, content) if isinstance(content, Conditions) else truth_of(compiler, content)


def truth_of(compiler: Compiler, condition: Condition) -> Node:
    """A yes/no node for a condition."""
    graph = compiler.graph
    match condition:
        case Holds(name, where):
            typed = compiler.resolve(name, where)
            if not typed.truth:
                form = "compare it: a yes/no fact can stand alone"
                raise PolicyError([Problem("wrong-use", where, {"name": name, "form": form})])
            return typed.node
        case Not(part):
            return graph.no(truth_of(compiler, part))
        case Both("and", parts):
            return graph.least([compiler.yes, *(truth_of(compiler, p) for p in parts)])
        case Both(_, parts):
            return graph.most([compiler.no, *(truth_of(compiler, p) for p in parts)])
        case Among(name, codes, where):
            return among(compiler, name, codes, where)
        case Includes(name, codes, how, where):
            return includes(compiler, name, codes, how, where)
        case Qualifies(name, where):
            return other(compiler, name, None, where)
        case Compare(left, op, right, where):
            try:
                return comparisons.compare(compiler, left, op, right, where)
            except NoValueError as e:
                name = str(e.problems[0].blanks["name"])
                return compiler.var(Variable(f"{name} at line {where.line}", 0, 1, (name,)))


def among(compiler: Compiler, name: str, codes: tuple[str, ...], where: Where) -> Node:
    if name in compiler.shelf.schemes or "/" in name:
        return other(compiler, name, codes, where)
    typed = compiler.resolve(name, where)
    if typed.truth and set(codes) <= {"yes", "no"} and len(codes) == 1:
        return typed.node if codes[0] == "yes" else compiler.graph.no(typed.node)
    if not typed.codes:
        form = "compare it with ≥ or =: it is not a code"
        raise PolicyError([Problem("wrong-use", where, {"name": name, "form": form})])
    chosen = {comparisons.literal(compiler, typed, code, where) for code in codes}
    cells = [compiler.yes if i in chosen else compiler.no for i in range(len(typed.codes))]
    return compiler.graph.case(typed.node, range(1, len(cells)), cells)


def includes(compiler: Compiler, name: str, codes: tuple[str, ...], how: str, where: Where) -> Node:
    fact = compiler.resolve(name, where).fact
    if fact is None or fact.kind != "several of" or fact.codes is None:
        form = "`is`: only a fact of type several of can include"
        raise PolicyError([Problem("wrong-use", where, {"name": name, "form": form})])
    nodes = []
    for code in codes:
        if code not in fact.codes.values:
            problem = Problem("unknown-value", where, {"name": name}, code, nearest(code, fact.codes.values))
            raise PolicyError([problem])
        variable = Variable(f"{name}∋{code}", 0, 1, (name,), fact.authority, code)
        nodes.append(compiler.var(variable))
    return compiler.graph.most(nodes) if how == "any" else compiler.graph.least(nodes)


def other(compiler: Compiler, name: str, codes: tuple[str, ...] | None, where: Where) -> Node:
    """Whether another scheme gives one of these outcomes (or any) on the same day."""
    if name in compiler.path:
        path = " → ".join([*compiler.path[compiler.path.index(name) :], name])
        raise PolicyError([Problem("cycle", where, {"path": path})])
    versions = compiler.shelf.schemes.get(name)
    if not versions:
        problem = Problem("no-such-scheme", where, {"scheme": name}, name, nearest(name, compiler.shelf.schemes))
        raise PolicyError([problem])
    compiler.named.add(name)
    if name not in compiler.others:
        scheme = in_force(versions, compiler.on)
        if scheme is None:
            compiler.others[name] = None
        else:
            from jifen.plan.compile import Compiler as Another

            made = compiler.others[name] = Another(scheme, compiler.on, compiler.shelf, compiler.graph, compiler.path)
            made.gated = made.body()
    inner = compiler.others[name]
    ids = [o.id for o in max(versions, key=lambda v: v.start).outcomes] or ["eligible"]
    if inner is not None:
        assert inner.scheme
        ids = [o.id for o in inner.scheme.outcomes] or ["eligible"]
    for code in codes or ():
        if code not in ids:
            problem = Problem("unknown-value", where, {"name": name}, code, nearest(code, ids))
            raise PolicyError([problem])
    if inner is None:
        return compiler.no
    if inner.problems:
        raise PolicyError(inner.problems)
    compiler.vars.update({k: v for k, v in inner.vars.items() if k not in compiler.vars})
    compiler.presumed.update({k: v for k, v in inner.presumed.items() if k not in compiler.presumed})
    compiler.used.update({k: v for k, v in inner.used.items() if k not in compiler.used})
    compiler.counts_days |= inner.counts_days
    compiler.named |= inner.named
    compiler.refers |= {name: inner.scheme, **inner.refers}  # type: ignore[dict-item]
    gates, outcomes = inner.gated
    graph = compiler.graph
    chosen = [i for i, id_ in enumerate(ids) if codes is None or id_ in codes]
    earlier: list[Node] = []
    ways = []
    for i, outcome in enumerate(outcomes):
        if i in chosen:
            ways.append(graph.least([compiler.yes, outcome, *(graph.no(e) for e in earlier)]))
        else:
            earlier.append(outcome)
    return graph.least([compiler.yes, *gates, graph.most([compiler.no, *ways])])

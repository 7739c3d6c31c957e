"""Amounts of money in a plan: sums that stand in the document become nodes; a share or a multiple keeps the fact it is of.

The number of a fact of type money has far too many values for a diagram, so a share is not a node: its gate is, and the engine
multiplies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jifen.facts.vocabulary import currency_places
from jifen.plan import tables, truths
from jifen.plan.form import Granted
from jifen.plan.nodes import Node
from jifen.problems import PolicyError, Problem
from jifen.schemes.model import Amount

if TYPE_CHECKING:
    from jifen.plan.compile import Compiler


def granted(compiler: Compiler, amount: Amount, outcome: Node, none: int) -> Granted:
    """An amount in a plan; `outcome` is the plan's, and `none` its place of “no outcome”."""
    graph = compiler.graph
    gate = graph.case(outcome, [none], [compiler.yes, compiler.no])
    if amount.only_when is not None:
        gate = graph.least([gate, truths.truth_of(compiler, amount.only_when)])
    currency, per = amount.currency, amount.per
    track = base = None
    if amount.table is not None:
        sums, track = tables.sums(compiler, amount.table, amount.id)
    elif amount.base:
        base = compiler.fact(amount.base, amount.where)
        money = base.fact is not None and base.fact.kind == "money"
        if (
            base.fact is None
            or money != (not currency)
            or base.fact.kind not in ("money", "whole")
            or base.fact.low < 0
        ):
            form = "a share is of a fact of type money, “for each” of a fact of type whole, and neither below zero"
            raise PolicyError([Problem("wrong-use", amount.where, {"name": amount.base, "form": form})])
        if money:
            currency, per = base.fact.currency, base.fact.per
            assert base.places == currency_places(currency)
        sums = compiler.yes
    else:
        sums = graph.const(int(amount.rate))
    if amount.cap is not None:
        if amount.cap_currency != currency:
            raise PolicyError([Problem("amount-currency", amount.where, {"currency": currency}, amount.cap_currency)])
        if base is None:
            sums = graph.least([sums, graph.const(amount.cap)])
    node = graph.case(gate, [1], [compiler.no, sums])
    return Granted(amount, node, amount.base, currency, per, track)

"""The amounts of an answer: what a scheme grants in money, exactly, with the words that say so."""

from __future__ import annotations

from collections.abc import Iterator

from jifen.answers.answer import AmountAnswer
from jifen.engines.amounts import amount, open_facts
from jifen.engines.reference import State
from jifen.plan.form import Granted
from jifen.schemes.amounts import covered
from jifen.schemes.citations import Citation


def amounts_of(state: State) -> Iterator[AmountAnswer]:
    """Every amount of the scheme, in its order; those that cannot be granted are 0."""
    for granted in state.plan.amounts:
        found = amount(state, granted)
        yield AmountAnswer(
            id=granted.amount.id,
            words=granted.amount.title,
            low=0 if granted.amount.discretionary else found.low,
            high=found.high,
            currency=granted.currency,
            per=granted.per,
            discretionary=granted.amount.discretionary,
            facts=tuple(open_facts(state, granted)),
            citations=_cited(state, granted),
            notes=granted.amount.notes,
        )


def _cited(state: State, granted: Granted) -> tuple[Citation, ...]:
    """The row that applies, where it is certain; else all that the amount rests on."""
    track = granted.track
    place = state.value(track.row) if track else None
    if track is None or place is None:
        return covered(granted.amount)
    return track.table.rows[place].citations

"""Forms: a mapping of strict YAML read key by key, so that a key nobody asked for is an error with the nearest right one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jifen.problems import PolicyError, Problem, nearest
from jifen.strict_yaml import Table, Text

Words = Mapping[str, str]
"""A text in every language of the service: `{"en": …, "zh": …}`."""


class Form:
    """Takes the entries of a mapping one by one, so that what nobody took is an error with the nearest right key."""

    def __init__(self, node: Table, allowed: Iterable[str]) -> None:
        self.node = node
        self.allowed = sorted(allowed)
        self.problems: list[Problem] = [
            Problem("unknown-key", k.where, {"key": k.value}, k.value, nearest(k.value, self.allowed))
            for k, _ in node
            if k.value not in self.allowed
        ]

    def text(self, key: str, default: str | None = None) -> str:
        node = self.node.get(key)
        if node is None:
            if default is None:
                self.problems.append(Problem("missing-key", self.node.where, {"key": key}))
            return default or ""
        if not isinstance(node, Text):
            self.problems.append(Problem("not-text", node.where, {"key": key}))
            return default or ""
        return node.value

    def one_of(self, key: str, allowed: Iterable[str], default: str | None = None) -> str:
        value = self.text(key, default)
        choices = list(allowed)
        node = self.node.get(key)
        if node is not None and isinstance(node, Text) and value not in choices:
            self.problems.append(
                Problem(
                    "not-one-of",
                    node.where,
                    {"key": key, "choices": ", ".join(choices)},
                    value,
                    nearest(value, choices),
                )
            )
        return value

    def words(self, key: str, needed: bool = True) -> dict[str, str]:
        node = self.node.get(key)
        if node is None:
            if needed:
                self.problems.append(Problem("missing-key", self.node.where, {"key": key}))
            return {}
        if (
            not isinstance(node, Table)
            or {k.value for k, _ in node} != {"en", "zh"}
            or not all(isinstance(v, Text) and v.value.strip() for _, v in node)
        ):
            self.problems.append(Problem("not-both-languages", node.where, {"key": key}))
            return {}
        return {k.value: v.value for k, v in node if isinstance(v, Text)}

    def table(self, key: str) -> Table:
        node = self.node.get(key)
        if not isinstance(node, Table):
            self.problems.append(
                Problem("missing-key" if node is None else "not-a-mapping", self.node.where, {"key": key})
            )
            return Table((), self.node.where)
        return node

    def done(self) -> None:
        if self.problems:
            raise PolicyError(self.problems)

"""The interview at a prompt: one line a question, on a terminal or through a pipe."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable
from datetime import date

import typer
from rich.console import Console

from jifen.advice.interview import Question, next_question
from jifen.advice.prior import Prior
from jifen.answers.door import Jifen
from jifen.cli import render
from jifen.cli.template import allowed
from jifen.facts.profiles import Profile
from jifen.facts.values import Value, parse_day, read_value
from jifen.facts.vocabulary import Fact
from jifen.problems import ProfileError, Where
from jifen.schemes.model import Completed
from jifen.strict_yaml import Items, Node, Text

_SAY = {
    "en": {
        "reading": "reading the law", "help": "Enter or ? don't know · back · why · stop",
        "why": "asked by", "open": "{n} schemes open", "one": "1 scheme open", "first": "this is the first question",
        "done": "Nothing that can be asked would change an answer.", "asked": "Questions: {n}; a form with every fact would have {m}.",
        "more": "and {n} more", "unknown": "don't know", "date": "or the date of birth, as 1990-05-01", "none": "none", "several": "commas between several",
    },
    "zh": {
        "reading": "正在读取法律", "help": "回车或 ? 不知道 · back 返回 · why 为什么 · stop 结束",
        "why": "问此项的", "open": "{n} 个方案待定", "one": "1 个方案待定", "first": "这是第一个问题",
        "done": "再问下去不会改变任何结果。", "asked": "共 {n} 个问题；完整表格有 {m} 项。",
        "more": "另有 {n} 条", "unknown": "不知道", "date": "或出生日期，如 1990-05-01", "none": "无", "several": "多项以逗号分隔",
    },
}  # fmt: skip
_BACK = {"back", "b", "<", "返回"}
_WHY = {"why", "w", "为什么"}
_STOP = {"stop", "q", ".", "结束"}
_UNKNOWN = {"", "?", "unknown", "don't know", "不知道"}
_NONE = {"none", "[]", "-", "无"}


class Asking:
    """An interview in progress. Every answer is a state of its own, so that one can go back."""

    def __init__(
        self,
        rules: Jifen,
        profile: Profile,
        on: date,
        schemes: list[str],
        unknown: Iterable[str] = (),
        prior: Prior | None = None,
        lang: str = "en",
    ) -> None:
        self.rules, self.on, self.schemes, self.prior, self.lang = rules, on, schemes, prior, lang
        self.say = _SAY[lang]
        self.states: list[tuple[dict[str, Value], frozenset[str]]] = [(dict(profile.values), frozenset(unknown))]
        self.colour = sys.stderr.isatty()

    def profile(self) -> Profile:
        values, _ = self.states[-1]
        return Profile(values, {name: Where(path=name) for name in values})

    def run(self) -> None:
        """Ask until nothing matters, the input ends, or the person stops."""
        self._tell(self.say["help"], dim=True)
        with Console(stderr=True).status(self.say["reading"]):  # the diagrams of the law are made at the first question
            self._next()
        gc.freeze()  # the law does not change while we ask: it need not be looked through again and again
        while question := self._next():
            self._show(question)
            while True:
                line = self._read(question.fact.id)
                if line is None or line.lower() in _STOP:
                    return
                if line.lower() in _WHY:
                    self._tell_why(question)
                    continue
                if line.lower() in _BACK:
                    if len(self.states) == 1:
                        self._tell(self.say["first"])
                        continue
                    self.states.pop()
                    break
                if self._take(question.fact, line):
                    break
        self._tell("\n" + self.say["done"])

    def report(self) -> None:
        """The answers, and how many questions it took."""
        answers = self.rules.check(self.profile(), self.on, self.schemes)
        facts: set[str] = set()
        for scheme in self.schemes:
            plan = self.rules.plan(scheme, self.on)
            known = self.rules.vocabulary.facts
            facts |= {
                f
                for v in (plan.variables.values() if plan else ())
                for f in v.facts
                if f in known and not known[f].authority
            }
        self._tell(self.say["asked"].format(n=len(self.states) - 1, m=len(facts)), dim=True)
        render.answers(answers, self.rules, self.lang, len(answers) <= 3, "")

    def _next(self) -> Question | None:
        _, unknown = self.states[-1]
        values = self.rules.complete(self.profile(), self.on)
        return next_question(self.rules, values, self.on, self.schemes, unknown, self.prior)

    def _take(self, fact: Fact, line: str) -> bool:
        """Take what was typed as a value; say what is wrong with it otherwise."""
        values, unknown = self.states[-1]
        if line.lower() in _UNKNOWN:
            self.states.append((values, unknown | {fact.id}))
            return True
        try:
            name, value = self._value(fact, line)
            more = {**values, name: value}
            self.rules.complete(Profile(more, {n: Where(path=n) for n in more}), self.on)
        except ProfileError as e:
            self._tell(e.text(self.lang))
            return False
        self.states.append((more, unknown))
        return True

    def _value(self, fact: Fact, line: str) -> tuple[str, Value]:
        at = Where(path=fact.id)
        source = self._date_behind(fact)
        if source is not None and parse_day(line) is not None:
            return source.id, read_value(source, Text(line, at))
        if fact.kind == "several of":
            parts = (
                []
                if line.lower() in _NONE
                else [p for p in line.replace("，", ",").replace("、", ",").split(",") if p.strip()]
            )
            return fact.id, read_value(fact, Items(tuple(Text(self._code(fact, p), at) for p in parts), at))
        if fact.kind == "yes/no" and line.lower() in ("y", "n"):
            line = {"y": "yes", "n": "no"}[line.lower()]
        if fact.kind == "spells":
            from jifen.strict_yaml import parse

            node: Node = parse(line, "", ProfileError)
            return fact.id, read_value(fact, node)
        return fact.id, read_value(fact, Text(self._code(fact, line), at))

    def _code(self, fact: Fact, text: str) -> str:
        """A code by its number in the list that was shown, or as typed."""
        text = text.strip()
        if fact.codes and text.isdigit() and 1 <= int(text) <= len(fact.codes.values) and text not in fact.codes.values:
            return list(fact.codes.values)[int(text) - 1]
        return text

    def _date_behind(self, fact: Fact) -> Fact | None:
        """The date from which a fact follows, if it counts from one."""
        for rule in self.rules.shelf.rules:
            if rule.id == fact.id and isinstance(rule.definition, Completed) and not rule.definition.spells:
                return self.rules.vocabulary.facts.get(rule.definition.fact)
        return None

    def _show(self, question: Question) -> None:
        fact, lang, say = question.fact, self.lang, self.say
        left = say["one"] if question.open == 1 else say["open"].format(n=question.open)
        self._tell("")
        self._tell(
            f"{len(self.states)}. {fact.question[lang]}", bold=True, after=f"  {question.topic.title[lang]} · {left}"
        )
        if fact.help:
            self._tell(f"   {fact.help[lang]}", dim=True)
        if fact.codes and len(fact.codes.values) <= 30:
            for number, (code, words) in enumerate(fact.codes.values.items(), 1):
                self._tell(f"   {number:2} {words[lang]}", after=f"  {code}")
            if fact.kind == "several of":
                self._tell(f"   {say['several']}; {say['none']}: -", dim=True)
        else:
            text = allowed(fact, lang)
            if self._date_behind(fact) is not None:
                text += f"; {say['date']}"
            self._tell(f"   {text}", dim=True)
        why = question.why[0]
        clause = next(iter(why.clauses), None)
        if clause is not None:
            cited = "; ".join(dict.fromkeys(str(c) for c in clause.citations))
            rest = sum(len(w.clauses) for w in question.why) - 1
            tail = f" ({say['more'].format(n=rest)})" if rest else ""
            self._tell(f"   {say['why']} {why.title[lang]}: {clause.words[lang]} [{cited}]{tail}", dim=True)

    def _tell_why(self, question: Question) -> None:
        for why in question.why:
            self._tell(f"   {why.title[self.lang]}", after=f"  {why.power:.0%}")
            for clause in why.clauses:
                cited = "; ".join(dict.fromkeys(str(c) for c in clause.citations))
                rows = "; ".join(f"{row} → {points}" for row, points in clause.rows[:8])
                self._tell(f"     {clause.words[self.lang]} [{cited}]" + (f"  {rows}" if rows else ""))
                for note in clause.notes:
                    self._tell(f"       {note}", dim=True)

    def _read(self, prompt: str) -> str | None:
        sys.stderr.write(f"   {prompt}: ")
        sys.stderr.flush()
        try:
            line = sys.stdin.readline()
        except KeyboardInterrupt:
            line = ""
        if not line:
            sys.stderr.write("\n")
            return None
        if not sys.stdin.isatty():
            sys.stderr.write(line if line.endswith("\n") else line + "\n")
        return line.strip()

    def _tell(self, text: str, dim: bool = False, bold: bool = False, after: str = "") -> None:
        """A line on standard error, so that standard output holds the answers alone."""
        if self.colour:
            text = typer.style(text, dim=dim or None, bold=bold or None)
            after = typer.style(after, dim=True)
        typer.echo(text + after, err=True)


def profile_text(profile: Profile, rules: Jifen) -> str:
    """A profile as a file holds it: YAML, one fact a line."""
    import yaml

    lines = []
    for name, value in profile.plain(rules.vocabulary).items():
        if isinstance(value, bool):
            lines.append(f"{name}: {'yes' if value else 'no'}")
        elif isinstance(value, str):
            lines.append(f"{name}: {value}")
        else:
            told = yaml.safe_dump({name: value}, allow_unicode=True, default_flow_style=None, width=1000)
            lines.append(told.rstrip("\n"))
    return "".join(f"{line}\n" for line in lines) or "{}\n"

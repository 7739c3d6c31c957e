"""The closed list of sentences: how parts combine, caps, pass marks, values. What is not in the list is an error."""

from __future__ import annotations

import re
from dataclasses import dataclass

from jifen.problems import PolicyError, Problem, Where
from jifen.schemes.citations import LEADING, Citation, Instrument, read_citations
from jifen.schemes.document import Paragraph

NAMES = r"(`[^`]+`(?:,\s*`[^`]+`)*)"
NAME = r"`([^`]+)`"
MONEY = r"([A-Z]{3}) (\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,12}(?:\.\d+)?)"
DISCRETION = r"(May be assessed for up to )?"

FORMS: dict[str, re.Pattern[str]] = {
    "sum": re.compile(r"Sum of:"),
    "best": re.compile(r"The best of:"),
    "first": re.compile(r"The first that holds:"),
    "each": re.compile(rf"For each of {NAMES}, the (sum|best) of:"),
    "cap_when": re.compile(r"At most (\d{1,3}(?:,\d{3})+|\d{1,9}) when (.+?)\.(?=\s|$)"),
    "cap": re.compile(r"At most (\d{1,3}(?:,\d{3})+|\d{1,9})\.(?=\s|$)"),
    "only_when": re.compile(r"Only when (.+?)\.(?=\s|$)"),
    "value_of": re.compile(rf"The value of {NAME}\."),
    "pass_mark": re.compile(r"Pass mark (\d{1,3}(?:,\d{3})+|\d{1,9})\.(?=\s|$)"),
    "no_pass_mark": re.compile(r"No pass mark\."),
    "all": re.compile(r"All of:"),
    "any": re.compile(r"Any one of:"),
    "none": re.compile(r"None of:"),
    "least": re.compile(r"At least (\d{1,4}) of:"),
    "extreme": re.compile(rf"The (lowest|highest|sum) of {NAMES}\."),
    "between": re.compile(
        rf"From (\S+?) at {NAME} (\d{{1,4}}) to (\S+?) at {NAME} (\d{{1,4}}), in equal steps, rounded half up\."
    ),
    "lookup": re.compile(rf"{NAME} is the row of \[([^\]]+)\]\(([^)]+)\) for {NAMES}\."),
    "completed": re.compile(rf"Completed (years|months|days) from {NAME} to the day asked about\."),
    "completed_spells": re.compile(
        rf"Completed (years|months|days) in the spells of {NAME}(?: where (.+?))?\.(?=\s|$)"
    ),
    "presumed": re.compile(rf"{NAME} is (\S+) until the authority grants (?:them|it)\."),
    "choice": re.compile(rf"{NAME} is the applicant's choice\."),
    "never_points": re.compile(rf"More of {NAMES} never (lowers|raises) the points\."),
    "never_outcome": re.compile(rf"More of {NAMES} never (worsens|betters) the outcome\."),
    "amount": re.compile(rf"{DISCRETION}{MONEY}(?: a (year|month))?(?: for each {NAME})?\.(?=\s|$)"),
    "share": re.compile(rf"{DISCRETION}(\d{{1,3}}(?:\.\d{{1,6}})?)% of {NAME}\.(?=\s|$)"),
    "assessed": re.compile(r"May be assessed for up to:"),
    "cap_money": re.compile(rf"At most {MONEY}\.(?=\s|$)"),
    "grants": re.compile(r"Grants: (.+?)\.(?=\s+\[|\s+Grants: |\s*$)"),
}

IN_CHINESE: dict[str, str] = {
    "sum": "以下各项相加。",
    "best": "取最高的一项。",
    "first": "取首个成立的一行。",
    "each": "对{n0}分别计分，{h1}：",
    "cap_when": "{c1}时，最高{0}分。",
    "cap": "最高{0}分。",
    "only_when": "仅在符合以下条件时计算：{c0}。",
    "value_of": "以{n0}的数值计分。",
    "pass_mark": "及格线{0}分。",
    "no_pass_mark": "不设及格线。",
    "all": "须全部符合：",
    "any": "符合下列之一即可：",
    "none": "不得有下列任一情形：",
    "least": "至少符合下列{0}项：",
    "extreme": "{n1}{h0}。",
    "between": "{n1}为{2}时取{c0}，为{5}时取{c3}，其间按等差计算，四舍五入。",
    "lookup": "{n0}取自{1}中与{n3}对应的一行。",
    "completed": "自{n1}起至查询日的{h0}。",
    "completed_spells": "{n1}中各段经历{w2}合计的{h0}。",
    "presumed": "主管机关认定之前，{n0}视为{v1}。",
    "choice": "{n0}由申请人选择。",
    "never_points": "{n0}提高时，积分不会{h1}。",
    "never_outcome": "{n0}提高时，结果不会{h1}。",
    "amount": "{h0}{h3}{e4}{2}{k1}。",
    "share": "{h0}{n2}的{1}%。",
    "assessed": "经评估最高可获：",
    "cap_money": "最高{1}{k0}。",
    "grants": "待遇：{z0}。",
}
"""The Chinese of each form. `{1}` is the second blank as it stands; a letter says how it is put into words (see `speech`):
n names, c a condition or a term, v a value of the name before, h a word of `BLANKS`, k a currency, e “for each”, w “where”,
z the Chinese of a text in both languages."""

BLANKS: dict[str, str] = {
    "lowest": "中的最低值", "highest": "中的最高值", "sum": "合计", "best": "取最高者",
    "years": "整年数", "months": "整月数", "days": "天数", "lowers": "减少", "raises": "增加", "worsens": "变差",
    "betters": "变好", "year": "每年", "month": "每月", "May be assessed for up to ": "经评估最高可获", "": "",
}  # fmt: skip
"""The Chinese of the words that fill a blank."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the list: its form, what its blanks hold, the place of each, and the citations after it."""

    form: str
    blanks: tuple[str, ...]
    at: tuple[Where, ...]
    citations: tuple[Citation, ...]
    where: Where

    def names(self, blank: int) -> tuple[str, ...]:
        return tuple(re.findall(r"`([^`]+)`", self.blanks[blank]))


def read_sentences(paragraph: Paragraph, allowed: set[str], instruments: dict[str, Instrument]) -> tuple[Sentence, ...]:
    """The sentences of a paragraph; a citation belongs to the sentences before it in the paragraph.

    Raises PolicyError at the first words that are not one of the `allowed` forms.
    """
    text, at = paragraph.text, 0
    found: list[Sentence] = []
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        where = paragraph.where(at)
        if match := LEADING.match(text, at):
            citations = read_citations(match[1], instruments, where)
            found = [s if s.citations else _cited(s, citations) for s in found]
            if not found:
                found.append(Sentence("citation", (), (), citations, where))
            at = match.end()
            continue
        for form, pattern in FORMS.items():
            if form in allowed and (match := pattern.match(text, at)):
                blanks = tuple(g or "" for g in match.groups())
                places = tuple(
                    paragraph.where(match.start(i) if match.start(i) >= 0 else at) for i in range(1, len(blanks) + 1)
                )
                found.append(Sentence(form, blanks, places, (), where))
                at = match.end()
                break
        else:
            raise PolicyError([Problem("not-understood", where, found=text[at : at + 70])])
    return tuple(found)


def _cited(sentence: Sentence, citations: tuple[Citation, ...]) -> Sentence:
    return Sentence(sentence.form, sentence.blanks, sentence.at, citations, sentence.where)


def whole(text: str) -> int:
    return int(text.replace(",", ""))

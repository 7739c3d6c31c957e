"""A scheme's document as a page: the same headings, tables and numbered lists, in the reader's language.

Nothing is added and nothing left out. Names of facts become their titles, codes their words, the closed sentences of the
language their Chinese; where a line has words in both languages the reader's stand, and the condition that runs beneath.
"""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from jifen.portal.rules import rules
from jifen.portal.templatetags.portal import flow
from jifen.portal.uses import slug
from jifen.portal.words import SURE
from jifen.schemes.document import Block, ListBlock, ListItem, Paragraph, Quote, Section, TableBlock
from jifen.schemes.model import Scheme
from jifen.schemes.words import in_language

_CITED = re.compile(r"\[([^\[\]]+)\](?!\()")
_SENTENCES = (
    (r"Sum of:", "合计："),
    (r"The best of:", "取最高者："),
    (r"The first that holds:", "取首个成立者："),
    (r"For each of (.+?), the sum of:", r"对 \1 分别合计："),
    (r"For each of (.+?), the best of:", r"对 \1 分别取最高者："),
    (r"At most ([\d,]+) when (.+?)\.", r"\2 时最高 \1。"),
    (r"At most ([\d,]+)\.", r"最高 \1。"),
    (r"Only when (.+?)\.", r"仅当 \1。"),
    (r"The value of (`[^`]+`)\.", r"取 \1 的值。"),
    (r"Pass mark ([\d,]+)\.", r"及格线 \1。"),
    (r"No pass mark\.", "无及格线。"),
    (r"\bAll of:", "须全部满足："),
    (r"\bAny one of:", "满足其一即可："),
    (r"\bNone of:", "均不得有："),
    (r"\bAt least (\d+) of:", r"至少满足 \1 项："),
    (r"\ball of:", "须全部满足："),
    (r"\bany one of:", "满足其一即可："),
    (r"\bnone of:", "均不得有："),
    (r"\bat least (\d+) of:", r"至少满足 \1 项："),
    (r"The lowest of (.+?)\.", r"\1 中的最低值。"),
    (r"The highest of (.+?)\.", r"\1 中的最高值。"),
    (r"The sum of (.+?)\.", r"\1 之和。"),
    (r"Completed years from (.+?) to the day asked about\.", r"自 \1 至查询日的整年数。"),
    (r"Completed months from (.+?) to the day asked about\.", r"自 \1 至查询日的整月数。"),
    (r"Completed days from (.+?) to the day asked about\.", r"自 \1 至查询日的整日数。"),
    (r"(`[^`]+`) is the applicant's choice\.", r"\1 由申请人选择。"),
    (r"(`[^`]+`) is (\S+) until the authority grants (?:them|it)\.", r"在主管机关给予之前，\1 为 \2。"),
)
_OPERATORS = (
    (r"\bincludes any of\b", "包含任一"), (r"\bincludes\b", "包含"), (r"\bis any of\b", "为任一"), (r"\bis not\b", "不是"),
    (r"\bis\b", "为"), (r"\band\b", "且"), (r"\bor\b", "或"), (r"\bnot\b", "非"),
)  # fmt: skip
_CELLS = {"yes": "是", "no": "否", "below": "以下", "above": "以上", "otherwise": "其他", "any": "不限", "condition": "条件",
          "points": "分", "value": "值", "from": "自", "source": "来源", "each further year": "每多一年"}  # fmt: skip
_PER = {"year": "每年", "month": "每月", "day": "每日", "hour": "每小时"}
_LATIN = re.compile(r"[A-Za-z]")


class Sheet:
    """One version of a scheme, rendered in one language."""

    def __init__(self, scheme: Scheme, lang: str) -> None:
        self.scheme, self.lang = scheme, lang
        self.titles = {d.id: d.title for d in scheme.derived} | {p.name: p.title for p in scheme.parameters}

    def sections(self) -> list[dict[str, Any]]:
        """The first-level headings, each with its HTML."""
        return [
            {"id": f"part-{i}", "title": self.heading(s.title), "html": self._inside(s, 3)}
            for i, s in enumerate(self.scheme.document.sections)
        ]

    def heading(self, title: str) -> str:
        english, dot, chinese = title.partition(" · ")
        return chinese if dot and self.lang == "zh" else english

    def _inside(self, section: Section, level: int) -> SafeString:
        parts = [self._block(b) for b in section.blocks]
        for inner in section.sections:
            tag = f"h{min(level, 5)}"
            head = format_html(
                "<{} id='{}'>{}</{}>", mark_safe(tag), inner.id or "", self.heading(inner.title), mark_safe(tag)
            )
            parts.append(format_html("<section class='clause'>{}{}</section>", head, self._inside(inner, level + 1)))
        return mark_safe("".join(parts))

    def _block(self, block: Block) -> SafeString:
        match block:
            case Paragraph():
                return format_html("<p class='how'>{}</p>", self.text(block.text))
            case Quote():
                return self._note(block)
            case TableBlock():
                return self._table(block)
            case ListBlock():
                return self._list(block.items)

    def _note(self, note: Quote) -> SafeString:
        text = in_language(note.text, self.lang)
        return format_html("<blockquote class='note'{}>{}</blockquote>", self._foreign(text), flow(text))

    def _foreign(self, text: str) -> SafeString:
        """Marks commentary that stands in English only, for screen readers and hyphenation."""
        return mark_safe(" lang='en'") if self.lang == "zh" and _LATIN.search(text) else mark_safe("")

    def _list(self, items: tuple[ListItem, ...]) -> SafeString:
        numbered = items[0].mark != "-"
        inside = format_html_join("", "{}", ((self._item(i),) for i in items))
        tag = mark_safe("ol" if numbered else "ul")
        return format_html("<{} class='rules'>{}</{}>", tag, inside, tag)

    def _item(self, item: ListItem) -> SafeString:
        notes = format_html_join("", "{}", ((self._note(n),) for n in item.notes))
        inner = self._list(item.items) if item.items else ""
        number = format_html(" value='{}'", item.mark) if item.mark.isdigit() else ""
        return format_html("<li{}>{}{}{}</li>", number, self._line(item.text.text), notes, inner)

    def _line(self, text: str) -> SafeString:
        """`condition` — words · 中文 [citation]: the words first, the condition beneath, the citation beside."""
        body, cited = self._cut(text)
        condition, dash, words = body.partition(" — ")
        if not dash:
            condition, words = "", body
        if condition and "`" not in condition and not condition.startswith("points"):
            condition, words = "", body
        tail = ""
        for pattern, _ in _SENTENCES:
            match = re.search(rf",\s*({pattern})\s*$", words)
            if match:
                words, tail = words[: match.start()], match[1]
                break
        english, dot, chinese = words.partition(" · ")
        said = chinese if dot and self.lang == "zh" else english
        out = [format_html("<span class='say'>{}</span>", self.text(said) if said else "")] if said else []
        if tail:
            out.append(format_html(" <span class='how'>{}</span>", self.text(tail)))
        out.append(cited)
        if condition:
            out.append(format_html("<span class='runs'>{}</span>", self._condition(condition)))
        return mark_safe("".join(out))

    def _cut(self, text: str) -> tuple[str, SafeString]:
        """Text without the citation at its end, and the citation as HTML."""
        match = re.search(r"\s*\[([^\[\]]+)\](?!\()\s*$", text)
        return (text[: match.start()], self.cite(match[1])) if match else (text, mark_safe(""))

    def cite(self, inside: str) -> SafeString:
        """A citation as links to the instrument; doubts are said in words."""
        found = []
        for part in inside.split(";"):
            part, sure = part.strip(), ""
            head, _, last = part.rpartition(",")
            if last.strip() in SURE:
                part, sure = head.strip(), last.strip()
            name, _, place = part.partition(" ")
            name = name.rstrip(",")
            instrument = self.scheme.instruments.get(name)
            if instrument is None:
                found.append(escape(part))
                continue
            title = instrument.title.get(self.lang) or instrument.title.get("en", "")
            address = reverse("instrument", args=(self.lang, slug(instrument)))
            doubt = (
                format_html(" <span class='doubt'>{}</span>", SURE[sure][self.lang])
                if sure and sure != "confirmed"
                else ""
            )
            found.append(
                format_html("<a href='{}' title='{}'>{}</a>{}", address, title, f"{name} {place}".strip(), doubt)
            )
        return format_html(" <span class='cite'>{}</span>", mark_safe("; ".join(found)))

    def text(self, text: str) -> SafeString:
        """A paragraph: sentences of the language in the reader's words, names as titles, citations as links."""
        if self.lang == "zh":
            for pattern, chinese in _SENTENCES:
                text = re.sub(pattern, chinese, text)
            text = re.sub(r"Grants: (.+?) · (.+?)\.(?=\s|$)", r"待遇：\2。", text)
        else:
            text = re.sub(r"Grants: (.+?) · (.+?)\.(?=\s|$)", r"Grants: \1.", text)
        out, at = [], 0
        for match in _CITED.finditer(text):
            out += [self._named(text[at : match.start()]), self.cite(match[1])]
            at = match.end()
        out.append(self._named(text[at:]))
        return mark_safe("".join(out))

    def _named(self, text: str) -> SafeString:
        pieces = re.split(r"`([^`]+)`", text)
        return format_html_join("", "{}", ((self._name(p) if i % 2 else p,) for i, p in enumerate(pieces)))

    def _name(self, name: str) -> SafeString:
        fact = rules().vocabulary.facts.get(name)
        title = fact.title if fact else self.titles.get(name.split(".")[0])
        shown = title.get(self.lang, name) if title else name
        return format_html("<b class='fact' title='{}'>{}</b>", name, shown)

    def _condition(self, text: str) -> SafeString:
        out, codes = [], {}
        for i, piece in enumerate(re.split(r"`([^`]+)`", text)):
            if i % 2:
                fact = rules().vocabulary.facts.get(piece)
                codes = dict(fact.codes.values) if fact and fact.codes else {}
                out.append(self._name(piece))
                continue
            said = re.sub(
                r"[A-Za-z_][A-Za-z0-9_]*", lambda m, c=codes: c[m[0]][self.lang] if m[0] in c else m[0], piece
            )
            if self.lang == "zh":
                for pattern, chinese in _OPERATORS:
                    said = re.sub(pattern, chinese, said)
                said = re.sub(r"\bpoints\b", "积分", said).replace(", ", "、")
            out.append(escape(said))
        return mark_safe("".join(out))

    def _table(self, table: TableBlock) -> SafeString:
        right = [rule.strip().endswith(":") for rule in table.rule] or [False] * len(table.header)
        facts = re.findall(r"`([^`]+)`", table.header[0].text)
        matrix = "\\" in table.header[0].text and len(facts) > 1
        head = [self._head(c.text, facts[1] if matrix and i else "") for i, c in enumerate(table.header)]
        columns = [re.findall(r"`([^`]+)`", c.text)[:1] for c in table.header]
        rows = []
        for row in table.rows:
            cells = [
                self._cell(
                    c.text,
                    facts[0]
                    if matrix and i == 0
                    else (columns[i][0] if i < len(columns) and columns[i] and not matrix else ""),
                )
                for i, c in enumerate(row)
            ]
            rows.append(
                format_html_join(
                    "",
                    "<{0}{1}>{2}</{3}>",
                    (
                        (
                            mark_safe("th scope='row'" if i == 0 else "td"),
                            mark_safe(" class='n'" if i < len(right) and right[i] and i else ""),
                            c,
                            mark_safe("th" if i == 0 else "td"),
                        )
                        for i, c in enumerate(cells)
                    ),
                )
            )
        header = format_html_join(
            "",
            "<th scope='col'{}>{}</th>",
            ((mark_safe(" class='n'" if i < len(right) and right[i] and i else ""), h) for i, h in enumerate(head)),
        )
        return format_html(
            "<div class='scroll' tabindex='0'><table class='law'><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>",
            header,
            format_html_join("", "<tr>{}</tr>", ((r,) for r in rows)),
        )

    def _head(self, text: str, of: str) -> SafeString:
        if of:
            return self._cell(text, of)
        pieces = []
        for part in text.split("\\"):
            match = re.search(r"`([^`]+)`(?:\s*\(([^)]*)\))?", part)
            if match:
                fact = rules().vocabulary.facts.get(match[1])
                unit = match[2] or ""
                if fact and self.lang == "zh":
                    from jifen.portal.check import unit as unit_words

                    unit = unit_words(fact, "zh")
                elif self.lang == "zh":
                    unit = re.sub(r"^([A-Z]{3}) a (\w+)$", lambda m: f"{m[1]} {_PER.get(m[2], m[2])}", unit)
                pieces.append(
                    format_html("{}{}", self._name(match[1]), format_html(" <small>{}</small>", unit) if unit else "")
                )
            else:
                words = part.strip()
                pieces.append(format_html("{}", _CELLS.get(words, words) if self.lang == "zh" else words))
        return mark_safe(" × ".join(pieces))

    def _cell(self, text: str, of: str) -> SafeString:
        fact = rules().vocabulary.facts.get(of)
        codes = fact.codes.values if fact and fact.codes else {}
        parts = [p.strip() for p in text.split(",")]
        if codes and all(p in codes for p in parts):
            return format_html("{}", {"en": ", ", "zh": "、"}[self.lang].join(codes[p][self.lang] for p in parts))
        if re.fullmatch(r"\[[^\[\]]+\]", text.strip()):
            return self.cite(text.strip()[1:-1])
        if "`" in text:
            return self._line(text)
        body, cited = self._cut(text)
        english, dot, chinese = body.partition(" · ")
        said = (chinese if self.lang == "zh" else english) if dot else body
        return format_html("{}{}", _CELLS.get(said, said) if self.lang == "zh" else said, cited)

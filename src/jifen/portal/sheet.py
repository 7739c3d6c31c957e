"""A scheme's document as a page: the reading of `schemes.reading`, given HTML. It says nothing of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from jifen.portal.rules import rules
from jifen.portal.templatetags.portal import flow, foreign
from jifen.portal.uses import slug
from jifen.portal.words import SURE
from jifen.schemes.citations import Citation
from jifen.schemes.model import Scheme
from jifen.schemes.reading import Entry, Grid, Listing, Part, Remark, Shown, Statement, read
from jifen.schemes.speech import Piece, Run

_EMPTY = mark_safe("")


class Sheet:
    """One version of a scheme, rendered in one language."""

    def __init__(self, scheme: Scheme, lang: str) -> None:
        self.scheme, self.lang = scheme, lang
        self.reading = read(scheme, rules().shelf, lang)

    def sections(self) -> list[dict[str, Any]]:
        """The first-level headings, each with its HTML."""
        return [
            {"id": f"part-{i}", "title": part.title, "html": self._inside(part, 3)}
            for i, part in enumerate(self.reading.parts)
        ]

    def _inside(self, part: Part, level: int) -> SafeString:
        blocks = _joined(self._block(b) for b in part.blocks)
        return blocks + _joined(self._clause(inner, level) for inner in part.parts)

    def _clause(self, part: Part, level: int) -> SafeString:
        tag = mark_safe(f"h{min(level, 5)}")
        id_ = format_html(" id='{}'", part.id) if part.id else _EMPTY
        head = format_html("<{}{}>{}</{}>", tag, id_, part.title, tag)
        return format_html("<section class='clause'>{}{}</section>", head, self._inside(part, level + 1))

    def _block(self, block: Shown) -> SafeString:
        match block:
            case Statement():
                return format_html("<p class='how'>{}</p>", self._run(block.words))
            case Remark():
                return self._remark(block.text)
            case Grid():
                return self._grid(block)
            case Listing():
                return self._list(block.entries)

    def _remark(self, text: str) -> SafeString:
        return format_html("<blockquote class='note'{}>{}</blockquote>", foreign(text, self.lang), flow(text))

    def _list(self, entries: tuple[Entry, ...]) -> SafeString:
        tag = mark_safe("ol" if Listing(entries).numbered else "ul")
        return format_html("<{} class='rules'>{}</{}>", tag, _joined(self._entry(e) for e in entries), tag)

    def _entry(self, entry: Entry) -> SafeString:
        """The words first, the citation beside, the condition that runs beneath."""
        number = format_html(" value='{}'", entry.mark) if entry.mark.isdigit() else _EMPTY
        words = format_html("<span class='say'>{}</span>", self._run(entry.words)) if entry.words else _EMPTY
        runs = format_html("<span class='runs'>{}</span>", self._run(entry.condition)) if entry.condition else _EMPTY
        return format_html(
            "<li{}>{}{}{}{}{}</li>",
            number,
            words,
            self._run(entry.cited),
            runs,
            _joined(self._remark(r) for r in entry.remarks),
            self._list(entry.entries) if entry.entries else _EMPTY,
        )

    def _grid(self, grid: Grid) -> SafeString:
        def cells(runs: tuple[Run, ...], first: str, tag: str) -> SafeString:
            made = []
            for i, run in enumerate(runs):
                opening = first if not i else tag
                right = " class='n'" if i and i < len(grid.right) and grid.right[i] else ""
                made.append(
                    format_html(
                        "<{}{}>{}</{}>", mark_safe(opening), mark_safe(right), self._run(run), mark_safe(opening[:2])
                    )
                )
            return format_html("<tr>{}</tr>", _joined(made))

        return format_html(
            "<div class='scroll' tabindex='0'><table class='law'><thead>{}</thead><tbody>{}</tbody></table></div>",
            cells(grid.header, "th scope='col'", "th scope='col'"),
            _joined(cells(row, "th scope='row'", "td") for row in grid.rows),
        )

    def _run(self, run: Run) -> SafeString:
        """Names stand out and keep their ids as titles; citations are links, and stand without their brackets."""
        made = []
        for i, piece in enumerate(run):
            around = [p for p in run[max(0, i - 1) : i + 2] if p.citation]
            if piece.citation:
                made.append(self._citation(piece.citation))
            elif around and piece.text == "[":
                gap = "" if i and run[i - 1].text.endswith(" ") else " "
                made.append(mark_safe(f"{gap}<span class='cite'>"))
            elif around and piece.text == "]":
                made.append(mark_safe("</span>"))
            else:
                made.append(self._piece(piece))
        return _joined(made)

    def _piece(self, piece: Piece) -> SafeString:
        if not piece.name:
            return format_html("{}", piece.text)
        return format_html("<b class='fact' title='{}'>{}</b>", piece.name, piece.text)

    def _citation(self, citation: Citation) -> SafeString:
        """A link to the instrument; a doubt is said in words."""
        instrument = self.scheme.instruments[citation.instrument]
        title = instrument.title.get(self.lang) or instrument.title.get("en", "")
        address = reverse("instrument", args=(self.lang, slug(instrument)))
        said = replace(citation, sure="confirmed").text(self.lang)
        doubt = (
            format_html(" <span class='doubt'>{}</span>", SURE[citation.sure][self.lang])
            if citation.sure != "confirmed"
            else _EMPTY
        )
        return format_html("<a href='{}' title='{}'>{}</a>{}", address, title, said, doubt)


def _joined(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((p,) for p in parts))

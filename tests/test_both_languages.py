"""Everything that a reader meets in the policies stands in English and in Chinese, each in its own script and punctuation."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from jifen.schemes.document import ListBlock, ListItem, Quote, Section
from jifen.schemes.model import Conditions, ConditionTable, Criterion, Scheme
from jifen.schemes.shelf import policy_folder, read_shelf
from jifen.schemes.words import in_language

SHELF = read_shelf([policy_folder()])
VERSIONS = [v for versions in SHELF.schemes.values() for v in versions]

ROOT = Path(__file__).parent.parent
FAST = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

HAN = "\u4e00-\u9fff"
NO_HAN_NEEDED = re.compile(r"[A-Z]\d|[A-Z]{2,}.*|%")
"""Names that are the same in Chinese: N1, TOPIK 4."""
WRONG_IN_CHINESE = {
    "an ASCII comma, stop, colon or question mark by a Chinese character": rf"(?<=[{HAN}])[,;:!?]|(?<=[{HAN}])\.(?=[{HAN}]|$)|[,;:]\s*(?=[{HAN}])",
    "an ASCII bracket by a Chinese character": rf"(?<=[{HAN}])[()]|[()](?=[{HAN}])",
    "an ASCII quotation mark by a Chinese character": rf"""(?<=[{HAN}])["']|["'](?=[{HAN}])""",
    "a blank between Chinese characters": rf"[{HAN}] [{HAN}]",
}
QUOTED = re.compile(r"\([^()]*\)|“[^“”]*”")
"""Words of the law that English quotes stand in brackets or between quotation marks."""


def wrong_in_english(text: str) -> list[str]:
    """What is wrong with an English text."""
    if not text:
        return ["no English"]
    found = ["full-width punctuation"] if re.search("[，。；：！？（）、]", text) else []
    if re.search(f"[{HAN}]", QUOTED.sub("", text)):
        found.append("Chinese outside a quotation")
    return found


def wrong_in_chinese(text: str) -> list[str]:
    """What is wrong with a Chinese text."""
    if not re.search(f"[{HAN}]", text) and not NO_HAN_NEEDED.fullmatch(text):
        return ["no Chinese"]
    return [name for name, pattern in WRONG_IN_CHINESE.items() if re.search(pattern, text)]


def wrong(texts: Iterable[tuple[str, Mapping[str, str]]]) -> list[str]:
    found = []
    for where, words in texts:
        for lang, check in (("en", wrong_in_english), ("zh", wrong_in_chinese)):
            text = words.get(lang, "")
            found += [f"{where}: {reason}: {text}" for reason in check(text)]
    return found


def halves(text: str) -> dict[str, str]:
    """A text `English · 中文` as both, a missing half as nothing."""
    return {"en": in_language(text, "en"), "zh": in_language(text, "zh")}


def sections(found: Iterable[Section]) -> Iterator[Section]:
    for section in found:
        yield section
        yield from sections(section.sections)


def notes(section: Section) -> Iterator[Quote]:
    def of_items(items: Iterable[ListItem]) -> Iterator[Quote]:
        for item in items:
            yield from item.notes
            yield from of_items(item.items)

    for block in section.blocks:
        if isinstance(block, Quote):
            yield block
        elif isinstance(block, ListBlock):
            yield from of_items(block.items)


def rows(criterion: Criterion) -> Iterator[tuple[str, Mapping[str, str]]]:
    for part in criterion.parts:
        if isinstance(part, Criterion):
            yield from rows(part)
        elif isinstance(part, ConditionTable):
            yield from ((str(row.where), row.words) for row in part.rows if row.words)


def lists(scheme: Scheme) -> Iterator[Conditions]:
    yield from (r.conditions for r in scheme.requirements)
    yield from (o.conditions for o in scheme.outcomes)
    yield from (d.definition for d in (*scheme.derived, *SHELF.rules) if isinstance(d.definition, Conditions))


def test_every_note_is_written_in_both_languages() -> None:
    """Commentary is for every reader: `English · 中文`."""
    found = [(str(n.where), n.text) for v in VERSIONS for s in sections(v.document.sections) for n in notes(s)]
    assert len(found) > 400
    assert [w for w, text in found if halves(text)["en"] == halves(text)["zh"]] == []
    assert wrong((w, halves(text)) for w, text in found) == []


def test_every_heading_and_title_is_written_in_both_languages() -> None:
    """Headings of documents, and titles of schemes, authorities and instruments."""
    headings = [(str(s.where), halves(s.title)) for v in VERSIONS for s in sections(v.document.sections)]
    titles = [
        (f"{v.file} {key}", words) for v in VERSIONS for key, words in (("title", v.title), ("authority", v.authority))
    ]
    instruments = [(f"{v.file} {i.name}", i.title) for v in VERSIONS for i in v.instruments.values()]
    assert wrong([*headings, *titles, *instruments]) == []


def test_every_item_row_and_line_is_written_in_both_languages() -> None:
    """Conditions, rows of conditions, grants, papers, steps, and what cannot be expressed."""
    items = [(str(i.where), i.words) for v in VERSIONS for c in lists(v) for i in c.walk()]
    tables = [row for v in VERSIONS if v.points for row in rows(v.points)]
    lines = [(str(x.where), x.words) for v in VERSIONS for some in v.lines.values() for x in some]
    reasons = [(str(x.where), x.reason) for v in VERSIONS for x in v.lines.get("cannot_express", ())]
    grants = [(str(g.where), g.words) for v in VERSIONS for o in v.outcomes for g in o.grants]
    assert wrong([*items, *tables, *lines, *grants, *(r for r in reasons if r[1])]) == []


def test_every_fact_and_code_is_written_in_both_languages() -> None:
    """Title, question, help and evidence of a fact; the words of every code."""
    facts = SHELF.vocabulary.facts.values()
    texts = [(f"{f.id} {k}", getattr(f, k)) for f in facts for k in ("title", "question", "evidence")]
    texts += [(f"{f.id} help", f.help) for f in facts if f.help]
    codes = [
        (f"{c.name} {k}", w)
        for c in SHELF.vocabulary.codes.values()
        for k, w in (("title", c.title), *c.values.items())
    ]
    assert wrong([*texts, *codes]) == []


def test_every_pair_of_texts_in_the_data_is_right() -> None:
    """Wherever YAML holds `{en: …, zh: …}`: facts, codes, the map of the Regulation, the registers."""

    def pairs(node: object, where: str) -> Iterator[tuple[str, dict[str, str]]]:
        match node:
            case {"en": str(en), "zh": str(zh)}:
                yield where, {"en": en, "zh": zh}
            case dict():
                for key, value in node.items():
                    yield from pairs(value, f"{where} {key}")
            case list():
                for n, value in enumerate(node):
                    yield from pairs(value, f"{where} {n}")

    files = [p for p in (ROOT / "policies").rglob("*.yaml") if p.name != "cases.yaml"]
    files += (ROOT / "registers").glob("*.yaml")
    found = [x for p in files for x in pairs(yaml.load(p.read_text("utf-8"), FAST), p.relative_to(ROOT).as_posix())]
    assert len(found) > 2500
    assert wrong(found) == []


def test_every_question_is_a_question() -> None:
    """A person is asked: each question ends as questions do in its language."""
    facts = SHELF.vocabulary.facts.values()
    assert [f.id for f in facts if not f.question["en"].endswith("?") or not f.question["zh"].endswith("？")] == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Work permit", "no Chinese"),
        ("年满18周岁,身体健康", "an ASCII comma, stop, colon or question mark by a Chinese character"),
        ("许可（试行)", "an ASCII bracket by a Chinese character"),
        ('"人才"签证', "an ASCII quotation mark by a Chinese character"),
        ("工作 许可", "a blank between Chinese characters"),
    ],
)
def test_a_wrong_chinese_text_is_found(text: str, reason: str) -> None:
    """The checks above do find what they look for."""
    assert reason in wrong_in_chinese(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no English"),
        ("Director （a post）", "full-width punctuation"),
        ("a 总监 of the employer", "Chinese outside a quotation"),
    ],
)
def test_a_wrong_english_text_is_found(text: str, reason: str) -> None:
    assert reason in wrong_in_english(text)


def test_words_of_the_law_may_be_quoted_in_english() -> None:
    assert wrong_in_english("“Foreign” (外籍): by Art. 1259 “以下” includes the number.") == []

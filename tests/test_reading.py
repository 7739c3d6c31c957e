"""A scheme as a reader sees it: the same document in one language, names as titles, codes and sentences in words."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

import pytest

from jifen.facts.units import in_words, unit_of
from jifen.plan.form import in_force
from jifen.schemes.citations import Citation
from jifen.schemes.document import ListBlock, ListItem, Paragraph, Quote, Section, TableBlock
from jifen.schemes.model import Scheme
from jifen.schemes.reading import Entry, Grid, Listing, Part, Reading, Remark, Statement, read
from jifen.schemes.sentences import BLANKS, FORMS, IN_CHINESE
from jifen.schemes.shelf import policy_folder, read_shelf
from jifen.schemes.speech import Run, Speech, plain

SHELF = read_shelf([policy_folder()])
VERSIONS = [v for versions in SHELF.schemes.values() for v in versions]
HAN = re.compile("[\u4e00-\u9fff]")


def version(id_: str, day: str = "2026-11-23") -> Scheme:
    found = in_force(SHELF.schemes[id_], date.fromisoformat(day))
    assert found
    return found


def speech(lang: str, id_: str = "cn/work-permit") -> Speech:
    return Speech(version(id_), SHELF, lang)


def part(reading: Reading, id_: str) -> Part:
    def under(parts: Iterable[Part]) -> Iterator[Part]:
        for p in parts:
            yield p
            yield from under(p.parts)

    return next(p for p in under(reading.parts) if p.id == id_)


def sections(found: Iterable[Section]) -> Iterator[Section]:
    for section in found:
        yield section
        yield from sections(section.sections)


def runs(parts: Iterable[Part]) -> Iterator[Run]:
    def of_entry(entry: Entry) -> Iterator[Run]:
        yield from (entry.words, entry.condition, entry.cited)
        for inner in entry.entries:
            yield from of_entry(inner)

    for p in parts:
        for block in p.blocks:
            match block:
                case Statement():
                    yield block.words
                case Grid():
                    yield from block.header
                    for row in block.rows:
                        yield from row
                case Listing():
                    for entry in block.entries:
                        yield from of_entry(entry)
        yield from runs(p.parts)


@pytest.mark.parametrize(
    ("sentence", "english", "chinese"),
    [
        ("Sum of:", "Sum of:", "以下各项相加。"),
        ("The best of: At most 20. [S A(1), memory]", "The best of: At most 20. [S A(1), memory]", "取最高的一项。最高20分。 [S A(1)，凭记忆]"),
        ("Pass mark 70.", "Pass mark 70.", "及格线70分。"),
        ("No pass mark.", "No pass mark.", "不设及格线。"),
        ("At least 6 of:", "At least 6 of:", "至少符合下列6项："),
        ("Only when not `healthy`.", "Only when not “Good health”.", "仅在符合以下条件时计算：并非“身体健康”。"),
        ("At most 22 when `age` ≥ 40.", "At most 22 when Age ≥ 40 years.", "年龄 ≥ 40周岁时，最高22分。"),
        ("The lowest of `age`, `chinese.hsk`.", "The lowest of “Age”, “HSK level”.", "“年龄”“汉语水平考试（HSK）等级”中的最低值。"),
        ("`education.degree` is master until the authority grants it.", "Highest degree is Master's degree until the authority grants it.", "主管机关认定之前，“最高学位”视为硕士。"),
        ("CNY 500,000 a year.", "CNY 500,000 a year.", "每年500,000元。"),
        ("May be assessed for up to CNY 50,000,000.", "May be assessed for up to CNY 50,000,000.", "经评估最高可获50,000,000元。"),
        ("CNY 1,000 for each `age`. At most CNY 9,000.", "CNY 1,000 for each “Age”. At most CNY 9,000.", "每一单位“年龄”：1,000元。最高9,000元。"),
        ("50% of `china.annual_salary`.", "50% of Annual salary in China.", "“在华年薪”的50%。"),
        ("Grants: permit of up to 5 years · 许可最长5年.", "Grants: permit of up to 5 years.", "待遇：许可最长5年。"),
        ("More of `age` never lowers the points.", "More of “Age” never lowers the points.", "“年龄”提高时，积分不会减少。"),
    ],
)  # fmt: skip
def test_a_sentence_is_said_in_each_language(sentence: str, english: str, chinese: str) -> None:
    assert plain(speech("en").sentences(sentence)) == english
    assert plain(speech("zh").sentences(sentence)) == chinese


@pytest.mark.parametrize(
    ("condition", "english", "chinese"),
    [
        ("`healthy`", "“Good health”", "“身体健康”"),
        ("not (`healthy` or `age` > 60)", "not (“Good health” or Age > 60 years)", "并非（“身体健康”，或年龄 > 60周岁）"),
        ("`education.degree` ≥ master and `age` ≤ 40", "Highest degree ≥ Master's degree and Age ≤ 40 years", "最高学位 ≥ 硕士，且年龄 ≤ 40周岁"),
        ("`prizes` includes any of nobel, turing", "Prizes won includes any of Nobel Prize in physics, chemistry, physiology or medicine, or economics; Turing Award", "所获奖项包括诺贝尔奖（物理、化学、生理或医学、经济学）、图灵奖之一"),
        ("`china.work_place` is not beijing", "Place of work in China is not Beijing", "工作地区不是北京市"),
        ("`china.annual_salary` ≥ 6 × 12 × `average_wage`", "Annual salary in China ≥ 6 × 12 × Average wage in Beijing", "在华年薪 ≥ 6 × 12 × 北京市平均工资"),
        ("`age` ≥ 20% of `china.annual_salary`", "Age ≥ 20% of Annual salary in China", "年龄 ≥ 在华年薪的20%"),
        ("`education.degree_date` ≥ 2020-01-01", "Date of the highest degree ≥ 2020-01-01", "最高学位授予日期 ≥ 2020-01-01"),
        ("`cn/work-permit` is A", "Work permit for foreigners is Class A, high-end talent", "外国人来华工作许可为A类，外国高端人才"),
        ("`cn/k-visa` qualifies", "“Visa for young science and technology talent (K)” qualifies", "符合“外国青年科技人才签证（K字）”"),
        ("points ≥ 85", "points ≥ 85", "积分 ≥ 85"),
        ("points of `salary` ≥ 20", "points of “Annual salary” ≥ 20", "“年薪”的得分 ≥ 20"),
    ],
)  # fmt: skip
def test_a_condition_is_said_in_each_language(condition: str, english: str, chinese: str) -> None:
    assert plain(speech("en").condition(condition)) == english
    assert plain(speech("zh").condition(condition)) == chinese


def test_a_name_that_nothing_explains_stands_as_it_is() -> None:
    """A document that is being written may name what does not exist yet."""
    assert plain(speech("zh").condition("`no.such_fact` ≥ 3")) == "no.such_fact ≥ 3"


def test_pieces_keep_the_names_and_the_citations() -> None:
    """A page can link a fact to its question, and a citation to its instrument."""
    said = speech("zh").sentences("Only when `healthy`. [T row 9, uncertain]")
    assert [p.name for p in said if p.name] == ["healthy"]
    assert [p.citation for p in said if p.citation] == [Citation("T", "row 9", "uncertain")]
    assert plain(said).endswith("[T 第9行，不确定]")


@pytest.mark.parametrize(
    ("text", "fact", "english", "chinese"),
    [
        ("≥ 450,000", "china.annual_salary", "≥ 450,000", "≥ 450,000"),
        ("none, secondary", "education.degree", "Less than secondary school, Secondary school", "中学以下、中学"),
        ("below", "education.degree", "below", "低于上列各档"),
        ("[35, 45)", "age", "[35, 45)", "[35, 45)"),
        ("≥ 7 and < 10", "age", "≥ 7 and < 10", "≥ 7 且 < 10"),
        ("each further year", "work.related_years", "each further year", "每再满一年"),
        ("yes", "healthy", "yes", "是"),
        ("1,234", "", "1,234", "1,234"),
        ("≥ `average_wage`", "china.annual_salary", "≥ Average wage in Beijing", "≥ 北京市平均工资"),
    ],
)  # fmt: skip
def test_a_row_of_a_table_is_said_in_each_language(text: str, fact: str, english: str, chinese: str) -> None:
    assert plain(speech("en").row(text, fact)) == english
    assert plain(speech("zh").row(text, fact)) == chinese


def test_headers_name_the_fact_and_its_unit() -> None:
    assert plain(speech("en").header("`china.annual_salary` (CNY a year)")) == "Annual salary in China (CNY a year)"
    assert plain(speech("zh").header("`china.annual_salary` (CNY a year)")) == "在华年薪（元/年）"
    assert plain(speech("zh").header("amount (CNY)")) == "金额（元）"
    assert plain(speech("zh").header("points")) == "分数"


def test_units_are_said_in_words() -> None:
    facts = SHELF.vocabulary.facts
    assert unit_of(facts["age"], "zh") == "周岁"
    assert unit_of(facts["work.related_years"], "zh") == "年"
    assert in_words("SGD a month", "zh") == "新元/月"
    assert in_words("percent", "en") == "%"


def test_a_matrix_has_a_row_of_its_second_fact_as_header() -> None:
    """Japan's pay by age: both facts in the corner, the ages on top."""
    [_, grid] = part(read(version("jp/highly-skilled-professional-b"), SHELF, "zh"), "salary").blocks[:2]
    assert isinstance(grid, Grid)
    assert [plain(c) for c in grid.header] == [
        "日本机构支付的年收入（日元/年） \\ 年龄（周岁）",
        "≤ 29",
        "30–34",
        "35–39",
        "≥ 40",
    ]
    assert [plain(c) for c in grid.rows[0]] == ["≥ 10,000,000", "40", "40", "40", "40"]
    assert grid.right == (False, True, True, True, True)


def test_an_item_has_its_words_its_condition_its_citation_and_its_remarks() -> None:
    """Class A, item 6 of the work permit."""
    [listing] = [b for b in part(read(version("cn/work-permit"), SHELF, "zh"), "A").blocks if isinstance(b, Listing)]
    item = next(e for e in listing.entries if e.mark == "6")
    assert plain(item.condition) == "积分 ≥ 85"
    assert plain(item.cited).startswith("[S A(6)")
    assert item.remarks == ("“以上”包括85分；某英文文本载为86分以上，有误。",)


def test_a_condition_that_says_no_more_than_its_words_is_not_repeated() -> None:
    [listing] = [b for b in read(version("cn/work-permit"), SHELF, "zh").parts[2].blocks if isinstance(b, Listing)]
    assert (plain(listing.entries[1].words), listing.entries[1].condition) == ("身体健康", ())


def test_a_thing_that_cannot_be_expressed_has_its_reason() -> None:
    last = read(version("cn/beijing/foreign-rd-centre"), SHELF, "zh").parts[-1]
    [listing] = last.blocks
    assert isinstance(listing, Listing)
    assert not listing.numbered
    assert plain(listing.entries[0].words) == "认定所需的人员、投入数量——未核实；以是否获得认定为准"


def test_every_form_of_sentence_has_its_chinese() -> None:
    assert set(IN_CHINESE) == set(FORMS)
    words = {w for form in IN_CHINESE.values() for w in re.findall(r"\{h\d\}", form)}
    assert words
    assert all(HAN.search(w) for w in BLANKS.values() if w)


def test_no_reading_has_a_word_of_the_other_language() -> None:
    """No scheme leaves a sentence of the language in a Chinese reading, or a Chinese word unquoted in an English one."""
    english = re.compile(r"\b(of|the|and|or|when|is|not|any|points|otherwise|below|above|each|years|months)\b")
    wrong = []
    for v in VERSIONS:
        for run in runs(read(v, SHELF, "zh").parts):
            text = "".join(p.text for p in run if not p.citation)
            wrong += [(v.id, text)] if english.search(text) or "`" in text else []
        wrong += [
            (v.id, n.text)
            for s in sections(v.document.sections)
            for n in s.blocks
            if isinstance(n, Quote) and "`" in n.text
        ]
        for run in runs(read(v, SHELF, "en").parts):
            text = re.sub(r"\([^()]*\)", "", "".join(p.text for p in run if not p.citation))
            wrong += [(v.id, text)] if HAN.search(text) or "`" in text else []
    assert wrong == []


def test_nothing_of_a_document_is_left_out() -> None:
    """A reading has as many headings, blocks, rows and items as its document, and in tables the same numbers."""

    def of_document(sections: Iterable[Section]) -> Iterator[object]:
        def items(found: Iterable[ListItem]) -> Iterator[object]:
            for i in found:
                yield (i.mark.strip("-"), len(i.notes))
                yield from items(i.items)

        for s in sections:
            yield (s.level, s.id)
            for b in s.blocks:
                match b:
                    case TableBlock():
                        yield [
                            re.findall(r"\d[\d,]*", re.sub(r"`[^`]*`", "", r[-1].text.partition(" — ")[0]))
                            for r in b.rows
                        ]
                    case ListBlock():
                        yield from items(b.items)
                    case Paragraph():
                        yield "sentences"
                    case _:
                        yield "remark"
            yield from of_document(s.sections)

    def of_reading(parts: Iterable[Part]) -> Iterator[object]:
        def entries(found: Iterable[Entry]) -> Iterator[object]:
            for e in found:
                yield (e.mark, len(e.remarks))
                yield from entries(e.entries)

        for p in parts:
            yield (p.level, p.id)
            for b in p.blocks:
                match b:
                    case Grid():
                        yield [
                            re.findall(r"\d[\d,]*", "" if any(x.name for x in r[-1]) else plain(r[-1])) for r in b.rows
                        ]
                    case Listing():
                        yield from entries(b.entries)
                    case Statement():
                        yield "sentences"
                    case Remark():
                        yield "remark"
            yield from of_reading(p.parts)

    for v in VERSIONS:
        assert list(of_reading(read(v, SHELF, "en").parts)) == list(of_document(v.document.sections)), v.file


def test_the_columns_of_a_table_of_parameters_have_titles_in_both_languages() -> None:
    """Of every version: no header shows the name that the document gives a parameter."""
    for each in VERSIONS:
        names = {p.name for p in each.parameters}
        for lang in ("en", "zh"):
            said = speech_of(each, lang)
            for name in names:
                shown = plain(said.header(f"`{name}`"))
                assert shown != name and "_" not in shown, (each.id, name)
                if lang == "zh":
                    assert HAN.search(shown), (each.id, name)


def speech_of(scheme: Scheme, lang: str) -> Speech:
    return Speech(scheme, SHELF, lang)


def test_parameters_that_share_a_title_are_told_apart_by_the_words_of_their_columns() -> None:
    zh = speech("zh", "sg/compass")
    assert (
        plain(zh.header("`general_at_23` (SGD a month) — general, at 23 · 一般行业，23岁"))
        == "一般行业，23岁（新元/月）"
    )
    assert plain(zh.condition("`fixed_salary` ≥ `general_at_23`")).endswith("合格薪金（新申请）（一般行业，23岁）")
    assert Citation("E", "stage 1, at 45").text("zh") == "E 第1阶段，45岁"


def test_every_column_of_a_table_beside_a_scheme_has_words() -> None:
    """The page shows them in the place of the name of the column, in either language."""
    lookups = [k for v in VERSIONS for k in v.lookups]
    assert lookups and [(k.file, c) for k in lookups for c in k.units if c not in k.titles] == []
    assert plain(speech("zh", "sg/compass").condition("`benchmark.p65_at_23`")) == "“薪金基准（23岁第65百分位）”"
    assert plain(speech("en", "sg/compass").condition("`benchmark.p65_at_23`")) == (
        "“Salary benchmarks (65th percentile at 23)”"
    )

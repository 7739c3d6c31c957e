"""Every word of the interface stands in both languages, beside each other, and Chinese is set as Chinese."""

import re
from pathlib import Path

import pytest

TEMPLATES = sorted((Path(__file__).parents[2] / "src/jifen/portal/templates").rglob("*.html"))
_T = re.compile(r'\{% t "([^"]*)" "([^"]*)" %\}')
_BOTH = re.compile(r"\{% en %\}(.*?)\{% zh %\}(.*?)\{% end %\}", re.S)
_SAME = {"JSON", "CSV", "GeoJSON", "Atom", "iCalendar", "Excel"}
"""Names of forms, the same in both languages."""


def _text(markup: str) -> str:
    """What a person reads: no tags of the template or of HTML."""
    markup = re.sub(r"\{% block (?:main_class|html) %\}.*?\{% endblock %\}", " ", markup, flags=re.S)
    markup = re.sub(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", " ", markup, flags=re.S)
    markup = re.sub(r"<(script|style|pre|code)\b.*?</\1>", " ", markup, flags=re.S)
    spoken = " ".join(re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]*)"', markup))
    return spoken + " " + re.sub(r"<[^>]*>|&[a-z]+;", " ", markup)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_no_word_of_a_template_stands_outside_the_two_languages(path: Path) -> None:
    rest = _BOTH.sub(" ", _T.sub(" ", path.read_text("utf-8")))
    words = set(re.findall(r"[A-Za-z\u4e00-\u9fff]{2,}", _text(rest)))
    assert words - _SAME == set()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_words_stand_in_english_and_in_chinese(path: Path) -> None:
    text = path.read_text("utf-8")
    pairs = _T.findall(text) + [(_text(en), _text(zh)) for en, zh in _BOTH.findall(text)]
    wrong = []
    for en, zh in pairs:
        has_english, has_chinese = re.search("[A-Za-z]", en), re.search("[\u4e00-\u9fff]", zh)
        same = not re.search("[A-Za-z]{2,}", en)
        if (not same and not (has_english and (has_chinese or en in ("zh-Hans", "中文", "1990-05-31")))) or (
            re.search("[\u4e00-\u9fff]", en) and en not in ("中文", "Jifen 积分") and "·" not in en
        ):
            wrong.append((en, zh))
    assert [w for w in wrong if w[1] not in ("en", "English", "zh-Hans")] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_chinese_is_set_with_chinese_marks(path: Path) -> None:
    text = path.read_text("utf-8")
    chinese = [zh for _, zh in _T.findall(text)] + [_text(zh) for _, zh in _BOTH.findall(text)]
    assert [z for z in chinese if re.search("[\u4e00-\u9fff][,;:?!]|[\u4e00-\u9fff]\\.(?!\\w)", z)] == []


def test_words_in_python_stand_in_both_languages() -> None:
    from jifen.portal import groups, words

    tables = [words.SURE, words.PLACES, words.NEEDS, words.KIND, {k: v[1] for k, v in words.STATUS.items()}]
    tables += [{k: v[2] for k, v in words.STATUS.items()}, {s.id: s.title for s in groups.STARTS.values()}]
    for table in tables:
        for said in table.values():
            assert re.search("[A-Za-z]", said["en"]), said
            assert re.search("[\u4e00-\u9fff]", said["zh"]), said

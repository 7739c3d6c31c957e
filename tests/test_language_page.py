"""The page of the scheme language: its hardest pieces load, and say what the law says."""

import re
from pathlib import Path

import pytest

from jifen.schemes.load import load_scheme
from jifen.schemes.sentences import FORMS

PAGE = Path(__file__).parent.parent / "docs" / "scheme-language.md"
TEXT = PAGE.read_text("utf-8")

HEAD = """---
scheme: test/example
title: {en: Example, zh: 示例}
subject: person
jurisdiction: CN
authority: {en: None, zh: 无}
in force: {from: 2020-01-01}
instruments:
"""


def _examples() -> list[str]:
    """The fenced documents of section 10, each with a first-level heading or a criterion."""
    section = TEXT.split("## 10.")[1]
    return re.findall(r"```\n(.*?)```", section, re.S)


@pytest.mark.parametrize("number", range(len(_examples())))
def test_each_of_the_hardest_pieces_is_understood(number: int, tmp_path: Path) -> None:
    """A loader that did not understand a line of the page would say so."""
    body = _examples()[number]
    if not body.startswith("# "):
        body = "# Points · 积分\n\nSum of: No pass mark.\n\n" + body
    if "# Points" in body and "mark" not in body:
        body = body.replace("# Points · 积分\n", "# Points · 积分\n\nSum of: No pass mark.\n")
    names = sorted({m.split(" ")[0] for m in re.findall(r"\[([A-Z][^\]]*)\](?!\()", body)})
    instruments = "".join(f"  {n.rstrip(',;')}:\n    title: {{en: A law, zh: 法律}}\n" for n in names)
    folder = tmp_path / "test" / "example"
    folder.mkdir(parents=True)
    (folder / "benchmarks-2026.csv").write_text(
        "sector,p65_at_23 (SGD a month),p65_at_45 (SGD a month),p90_at_23 (SGD a month),p90_at_45 (SGD a month),source\n"
    )
    path = folder / "2020-01-01.md"
    path.write_text(HEAD + instruments + "---\n\n" + body, "utf-8")
    scheme = load_scheme(path)
    assert scheme.points or scheme.requirements


def test_every_sentence_of_the_language_stands_on_the_page_or_on_the_page_of_facts() -> None:
    """A sentence that the loader accepts is documented."""
    pages = TEXT + (PAGE.parent / "facts.md").read_text("utf-8")
    spoken = re.sub(r"[`]{2}", "", pages)
    missing = [form for form, pattern in FORMS.items() if not pattern.search(spoken.replace("``", ""))]
    assert missing == []

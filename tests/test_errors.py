"""Every example of docs/errors.md is run, and every code of the catalogue has one.

A section of that page is a code, a sentence, the bad input, and the text that is printed. The info string of a
fence says what it is: `yaml profile`, `json profile`, `diff facts`, `yaml codes`, `diff scheme`, `yaml cases`, `csv register NAME`, `python`,
or a language and the name of a file beside the scheme. `text message` is the text that must be printed, to the letter.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

import jifen
from jifen import registers
from jifen.answers.cases import read_cases
from jifen.catalogue import CATALOGUE
from jifen.cli import run
from jifen.facts.vocabulary import load_vocabulary
from jifen.plan.compile import compile_plan
from jifen.schemes.load import load_scheme
from jifen.schemes.shelf import policy_folder

PAGE = (Path(__file__).parents[1] / "docs" / "errors.md").read_text("utf-8")
SCHEME = Path("policies/xx/example")
FACTS = Path("policies/facts")
ON = "2026-11-23"

Fences = list[tuple[str, str]]


@cache
def published() -> jifen.Jifen:
    return jifen.load()


def fences(text: str) -> Fences:
    """Info string and body of every fence."""
    return re.findall(r"^```([^\n]+)\n(.*?)^```$", text, re.M | re.S)


def sections(page: str) -> dict[str, str]:
    """The text under each `## code`; twice the same code is an error."""
    parts = re.split(r"^## ([a-z0-9-]+)$", page, flags=re.M)
    assert len(set(parts[1::2])) == len(parts[1::2])
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def base(page: str, name: str) -> str:
    """The correct document or vocabulary at the head of the page, which the `diff` fences change."""
    [body] = [body for info, body in fences(page) if info.endswith(f" base {name}")]
    return body


def changed(text: str, diff: str) -> str:
    """`text` with the lines of a diff changed; `@@` stands between two places. Every place must be found once."""
    for hunk in re.split(r"^@@\n", diff, flags=re.M):
        lines = hunk.splitlines()
        old = "".join(line[1:] + "\n" for line in lines if not line.startswith("+"))
        new = "".join(line[1:] + "\n" for line in lines if not line.startswith("-"))
        assert ("\n" + text).count("\n" + old) == 1, f"not found once: {old}"
        text = ("\n" + text).replace("\n" + old, "\n" + new)[1:]
    return text


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def compiled(path: Path) -> None:
    """Load a scheme and compile it on its first day, beside the published ones."""
    scheme = load_scheme(path)
    shelf = published().shelf
    compile_plan(scheme, scheme.start, replace(shelf, schemes={**shelf.schemes, scheme.id: [scheme]}))


def run_example(examples: Fences, page: str) -> None:
    """Write the files of an example into the current folder, and read the last as a user would."""
    last = ""
    for info, body in examples:
        kind, _, name = info.partition(" ")
        last = name or kind
        if info == "diff scheme":
            last = "2020-01-01.md"
            write(SCHEME / last, changed(base(page, "scheme"), body))
        elif info == "diff facts":
            write(FACTS / "example.yaml", changed(base(page, "facts"), body))
        elif info == "yaml codes":
            write(FACTS / "codes" / "example.yaml", body)
        elif name == "profile":
            last = f"profile.{kind}"
            write(Path(last), body)
        elif name.startswith("register "):
            write(Path(f"{name[9:]}.csv"), body)
        elif info == "yaml cases":
            write(SCHEME / "cases.yaml", body)
        elif name:
            write(SCHEME / name, body)
        else:
            last = body
    if last.startswith("profile."):
        published().check(last, ON, [])
    elif last.startswith("register "):
        registers.check_file(last[9:], f"{last[9:]}.csv", "local")
    elif last in ("facts", "codes"):
        load_vocabulary(policy_folder() / "facts", [FACTS])
    elif last == "cases":
        read_cases(SCHEME / "cases.yaml")
    elif last.endswith((".md", ".csv")):
        compiled(max(SCHEME.glob("*.md")))
    else:
        exec(last, {"Path": Path, "jifen": jifen, "registers": registers, "rules": published(), "command": run})


def split(section: str) -> tuple[Fences, str]:
    """The input of a section, and the message that it must print."""
    found = fences(section)
    [message] = [body for info, body in found if info == "text message"]
    return [f for f in found if f[0] != "text message"], message.rstrip("\n")


def test_error_page_has_every_code_of_the_catalogue() -> None:
    """The page and the catalogue hold the same codes, in the same order."""
    assert list(sections(PAGE)) == list(CATALOGUE)


@pytest.mark.parametrize("code", sections(PAGE))
def test_error_example_prints_its_message(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bad input of a section prints exactly the text under it, and one of its problems has the section's code."""
    monkeypatch.chdir(tmp_path)
    examples, message = split(sections(PAGE)[code])
    with pytest.raises(jifen.JifenError) as caught:
        run_example(examples, PAGE)
    assert str(caught.value) == message
    assert code in [p.code for p in caught.value.problems]


def test_base_scheme_is_correct(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The document that the examples change has no mistake of its own."""
    monkeypatch.chdir(tmp_path)
    compiled(write(SCHEME / "2020-01-01.md", base(PAGE, "scheme")))


def test_base_facts_are_correct(tmp_path: Path) -> None:
    """The vocabulary that the examples change has no mistake of its own."""
    write(tmp_path / "facts" / "example.yaml", base(PAGE, "facts"))
    vocabulary = load_vocabulary(tmp_path / "facts")
    assert list(vocabulary.facts) == ["example.salary"]
    assert vocabulary.facts["example.salary"].high == 100_000_000


@pytest.mark.parametrize("code", CATALOGUE)
def test_catalogue_entry_has_same_blanks_in_both_languages(code: str) -> None:
    """A sentence says the same in Chinese as in English: it fills no other blanks."""
    entry = CATALOGUE[code]
    blanks = [set(re.findall(r"(?<!\{)\{(\w+)", side["en"])) for side in (entry.what, entry.expected)]
    assert blanks == [set(re.findall(r"(?<!\{)\{(\w+)", side["zh"])) for side in (entry.what, entry.expected)]

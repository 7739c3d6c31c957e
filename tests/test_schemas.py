"""The published JSON Schemas are those that are generated, and what we print has their form."""

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml

from jifen.advice.interview import groups
from jifen.advice.schemas import question_schema
from jifen.answers.door import Jifen
from jifen.answers.schemas import answer_schema, profile_schema, vocabulary_schema

ROOT = Path(__file__).parent.parent
PROFILES = sorted((ROOT / "profiles").glob("*.yaml"))


def test_the_published_schemas_are_the_generated_ones(rules: Jifen) -> None:
    """`script/schemas` writes them."""
    made = {
        "answer": answer_schema(),
        "profile": profile_schema(rules.vocabulary),
        "question": question_schema(),
        "vocabulary": vocabulary_schema(),
    }
    for name, schema in made.items():
        assert json.loads((ROOT / "schemas" / f"{name}.json").read_text("utf-8")) == schema


@pytest.mark.parametrize("path", PROFILES, ids=lambda p: p.stem)
def test_every_answer_to_a_sample_has_the_published_form(rules: Jifen, path: Path) -> None:
    checker = jsonschema.Draft202012Validator(answer_schema())
    for answer in rules.check(path, on="2026-11-23", schemes=["cn/work-permit", "hk/qmas", "sg/compass", "jp/j-find"]):
        checker.validate(json.loads(json.dumps(answer.data())))


@pytest.mark.parametrize("path", PROFILES, ids=lambda p: p.stem)
def test_every_sample_profile_has_the_published_form(rules: Jifen, path: Path) -> None:
    profile = rules.profile(path).plain(rules.vocabulary)
    jsonschema.Draft202012Validator(profile_schema(rules.vocabulary)).validate(json.loads(json.dumps(profile)))


@pytest.mark.parametrize("path", sorted((ROOT / "policies" / "facts").glob("*.yaml")), ids=lambda p: p.stem)
def test_every_file_of_the_vocabulary_has_the_published_form(path: Path) -> None:
    data = yaml.load(path.read_text("utf-8"), yaml.CBaseLoader)
    for fact in data["facts"].values():
        if "places" in fact:
            fact["places"] = int(fact["places"])
    jsonschema.Draft202012Validator(vocabulary_schema()).validate(data)


def test_every_question_has_the_published_form(rules: Jifen) -> None:
    checker = jsonschema.Draft202012Validator(question_schema())
    for group in groups(rules, {}, date(2026, 11, 23), ["cn/work-permit", "hk/qmas", "sg/compass", "jp/j-skip"]):
        for question in group.questions:
            checker.validate(json.loads(json.dumps(question.data())))

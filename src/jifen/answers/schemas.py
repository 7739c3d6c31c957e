"""JSON Schemas, generated: of a profile (from the vocabulary), of the vocabulary's files, and of an answer."""

from __future__ import annotations

from typing import Any

from jifen.answers.answer import SCHEMA
from jifen.engines.reference import STATUSES
from jifen.facts.values import plain_value
from jifen.facts.vocabulary import CHANGES, KINDS, PERSONAL, UNITS, Fact, Vocabulary
from jifen.schemes.citations import SURE

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_WORDS = {"type": "object", "properties": {"en": {"type": "string"}, "zh": {"type": "string"}}}
_RANGE = {
    "type": "object",
    "properties": {"low": {"type": "integer"}, "high": {"type": "integer"}},
    "required": ["low", "high"],
    "additionalProperties": False,
}
_CITATIONS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"instrument": {"type": "string"}, "place": {"type": "string"}, "sure": {"enum": list(SURE)}},
        "required": ["instrument", "place", "sure"],
    },
}
_NAMES = {"type": "array", "items": {"type": "string"}}


def _value(fact: Fact) -> dict[str, Any]:
    codes = list(fact.codes.values) if fact.codes else []
    match fact.kind:
        case "yes/no":
            return {"enum": [True, False, "yes", "no"]}
        case "one of":
            return {"enum": codes}
        case "several of":
            return {"type": "array", "items": {"enum": codes}, "uniqueItems": True}
        case "date":
            return _DAY
        case "spells":
            properties: dict[str, Any] = {"from": _DAY, "until": _DAY}
            for name, listed in fact.attributes.items():
                properties[name] = {"enum": list(listed.values) if listed else [True, False, "yes", "no"]}
            item = {"type": "object", "properties": properties, "required": ["from"], "additionalProperties": False}
            return {"type": "array", "items": item}
        case "whole":
            return {"type": "integer", "minimum": fact.low, "maximum": fact.high}
    low, high = float(str(plain_value(fact, fact.low))), float(str(plain_value(fact, fact.high)))
    return {"type": ["number", "string"], "minimum": low, "maximum": high}


def profile_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """The form of a profile with dotted names. Nothing is required: what is left out is unknown."""
    return {
        "$schema": _DRAFT,
        "title": "A Jifen profile",
        "type": "object",
        "properties": {f.id: {"title": f.title["en"], **_value(f)} for f in vocabulary.facts.values()},
        "additionalProperties": False,
    }


def vocabulary_schema() -> dict[str, Any]:
    """The form of a file of the vocabulary."""
    words = {**_WORDS, "required": ["en", "zh"], "additionalProperties": False}
    fact = {
        "type": "object",
        "properties": {
            "type": {"enum": list(KINDS)},
            "unit": {"enum": list(UNITS)},
            "domain": {"type": "array", "minItems": 2, "maxItems": 2},
            "places": {"enum": [1, 2, 3, 4, 5, 6]},
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
            "per": {"enum": ["year", "month", "day", "hour"]},
            "codes": {"type": "string"},
            "attributes": {"type": "object"},
            **dict.fromkeys(("title", "question", "help", "evidence"), words),
            "personal": {"enum": [*PERSONAL, True, False]},
            "changes": {"enum": list(CHANGES)},
            "decided by": {"const": "authority"},
        },
        "required": ["type", "title", "question", "evidence", "personal", "changes"],
        "additionalProperties": False,
    }
    return {
        "$schema": _DRAFT,
        "title": "Facts of the Jifen vocabulary",
        "type": "object",
        "properties": {
            "subject": {"enum": ["person", "organisation"]},
            "facts": {"type": "object", "additionalProperties": fact},
        },
        "required": ["subject", "facts"],
        "additionalProperties": False,
    }


def answer_schema() -> dict[str, Any]:
    """The form of an answer (`Answer.data()`)."""
    optional_text = {"type": ["string", "null"]}
    properties: dict[str, Any] = {
        "$schema": {"const": SCHEMA},
        "scheme": {"type": "string"},
        "title": _WORDS,
        "law": {"enum": ["law", "model, not law"]},
        "jurisdiction": {"type": "string"},
        "version": {"anyOf": [_DAY, {"type": "null"}]},
        "as_of": _DAY,
        "status": {"enum": list(STATUSES)},
        "points": {"anyOf": [_RANGE, {"type": "null"}]},
        "pass_mark": {"type": ["integer", "null"]},
        "outcome": optional_text,
        "possible_outcomes": _NAMES,
        "criteria": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "title": _WORDS,
                    "points": _RANGE,
                    "max": {"type": "integer"},
                    "group": {"type": "boolean"},
                    "depth": {"type": "integer"},
                    "row": optional_text,
                    "citation": _CITATIONS,
                    "before_cap": _RANGE,
                    "next": {"type": "object"},
                },
                "required": ["id", "title", "points", "max", "group", "depth", "row", "citation"],
                "additionalProperties": False,
            },
        },
        "requirements": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "words": _WORDS,
                    "holds": {"type": ["boolean", "null"]},
                    "for_the_authority": {"type": "boolean"},
                    "depth": {"type": "integer"},
                    "citation": _CITATIONS,
                },
                "required": ["id", "words", "holds", "for_the_authority", "depth", "citation"],
                "additionalProperties": False,
            },
        },
        **dict.fromkeys(("missing", "refining", "deciding", "for_the_authority"), _NAMES),
        "reasons": {"type": "array", "items": {"type": "object", "required": ["kind", "words", "citation", "facts"]}},
        "assumed": {"type": "object", "additionalProperties": {"type": "string"}},
        "chosen": {"type": "object", "additionalProperties": {"type": "string"}},
        "grants": {"type": "array", "items": _WORDS},
        "amounts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "words": _WORDS,
                    "text": _WORDS,
                    "low": {"type": "integer", "minimum": 0, "description": "in the smallest unit of the currency"},
                    "high": {"type": "integer", "minimum": 0, "description": "in the smallest unit of the currency"},
                    "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                    "per": {"enum": ["", "year", "month"]},
                    "discretionary": {"type": "boolean"},
                    "facts": _NAMES,
                    "citation": _CITATIONS,
                },
                "required": [
                    "id",
                    "words",
                    "text",
                    "low",
                    "high",
                    "currency",
                    "per",
                    "discretionary",
                    "facts",
                    "citation",
                ],
                "additionalProperties": False,
            },
        },
        "confidence": {"enum": list(SURE)},
        "receipt": {"type": "object", "required": ["engine", "scheme", "as_of", "facts_hash", "answer_hash"]},
    }
    return {
        "$schema": _DRAFT,
        "$id": SCHEMA,
        "title": "A Jifen answer",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }

"""JSON Schema, generated: of a question, for front ends that ask in their own way."""

from __future__ import annotations

from typing import Any

from jifen.advice.interview import SCHEMA
from jifen.facts.vocabulary import KINDS, PERSONAL
from jifen.schemes.citations import SURE

_WORDS = {"type": "object", "properties": {"en": {"type": "string"}, "zh": {"type": "string"}}}
_SHARE = {"type": "number", "minimum": 0}


def question_schema() -> dict[str, Any]:
    """The form of a question (`Question.data()`, `jifen ask --format json`)."""
    clause = {
        "type": "object",
        "properties": {
            "kind": {"enum": ["requirement", "outcome", "criterion"]},
            "id": {"type": "string"},
            "words": _WORDS,
            "citation": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "instrument": {"type": "string"},
                        "place": {"type": "string"},
                        "sure": {"enum": list(SURE)},
                    },
                    "required": ["instrument", "place", "sure"],
                },
            },
            "law": {"type": "array"},
            "rows": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"row": {"type": "string"}, "points": {"type": "integer"}},
                    "required": ["row", "points"],
                    "additionalProperties": False,
                },
            },
        },
        "required": ["kind", "id", "words", "citation", "law", "rows"],
        "additionalProperties": False,
    }
    why = {
        "type": "object",
        "properties": {
            "scheme": {"type": "string"},
            "title": _WORDS,
            "power": {
                **_SHARE,
                "maximum": 1,
                "description": "the share of what is open in this scheme that the fact settles",
            },
            "clauses": {"type": "array", "items": clause},
        },
        "required": ["scheme", "title", "power", "clauses"],
        "additionalProperties": False,
    }
    needed: dict[str, Any] = {
        "$schema": {"const": SCHEMA},
        "fact": {"type": "string"},
        "type": {"enum": list(KINDS)},
        "unit": {"type": "string"},
        **dict.fromkeys(("title", "question", "help", "evidence"), _WORDS),
        "personal": {"enum": list(PERSONAL)},
        "topic": {
            "type": "object",
            "properties": {"id": {"type": "string"}, "title": _WORDS},
            "required": ["id", "title"],
            "additionalProperties": False,
        },
        "power": {**_SHARE, "description": "the sum over the schemes"},
        "open": {"type": "integer", "minimum": 1, "description": "schemes whose answer can still change"},
        "why": {"type": "array", "items": why, "description": "the scheme in which the fact settles most comes first"},
    }
    optional: dict[str, Any] = {
        "codes": {"type": "object", "additionalProperties": _WORDS},
        "domain": {"type": "array", "minItems": 2, "maxItems": 2},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        "title": "A question of Jifen",
        "type": "object",
        "properties": {**needed, **optional},
        "required": list(needed),
        "additionalProperties": False,
    }

"""Schemes: documents that run, read into checked, immutable models. The language is in `docs/scheme-language.md`."""

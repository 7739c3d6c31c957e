"""From a document to the model: every heading is read by its own module; names are not resolved here, the plan does that.

Every mistake of a document is reported, not only the first.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from jifen.forms import Form
from jifen.problems import PolicyError
from jifen.schemes.derived import read_derived
from jifen.schemes.document import read_document
from jifen.schemes.identity import read_identity, read_instruments, read_sections
from jifen.schemes.lines import read_amounts, read_lines
from jifen.schemes.lists import read_outcomes, read_requirements
from jifen.schemes.model import Derived, Scheme
from jifen.schemes.parameters import read_parameters
from jifen.schemes.points import read_points
from jifen.schemes.reader import Reader
from jifen.schemes.versions import HEADINGS, read_version
from jifen.strict_yaml import decode, read_bytes


def load_scheme(path: Path) -> Scheme:
    """Read one version of a scheme. Raises PolicyError with every mistake found in the document."""
    return _scheme(Reader(read_version(path), path))


def load_rules(path: Path) -> tuple[Derived, ...]:
    """Read a document of derived facts of the vocabulary (`policies/facts/*.md`)."""
    document = read_document(decode(read_bytes(path, PolicyError), str(path), PolicyError), str(path))
    return _rules(Reader(document, path))


def _scheme(reader: Reader) -> Scheme:
    identity = read_identity(reader)
    sections = read_sections(reader)
    parameters, lookups = read_parameters(reader, sections)
    derived, presumed, choices = read_derived(reader, sections)
    requirements = read_requirements(reader, sections)
    points, pass_mark = read_points(reader, sections)
    outcomes = read_outcomes(reader, sections)
    lines = {en.lower().replace(" ", "_"): read_lines(reader, sections[en]) for en, _ in HEADINGS[5:] if en in sections}
    amounts = read_amounts(reader, sections)
    if reader.problems:
        raise PolicyError(reader.problems)
    return Scheme(
        parameters=parameters,
        lookups=lookups,
        derived=derived,
        presumed=presumed,
        choices=choices,
        requirements=requirements,
        points=points,
        pass_mark=pass_mark,
        outcomes=outcomes,
        lines=lines,
        amounts=amounts,
        instruments=reader.instruments,
        file=reader.document.file,
        hash=_digest(reader),
        expects=reader.expects,
        **identity,
    )


def _rules(reader: Reader) -> tuple[Derived, ...]:
    form = Form(reader.document.identity, {"derives", "title", "instruments"})
    form.text("derives")
    form.words("title")
    read_instruments(reader, form)
    reader.problems += form.problems
    sections = read_sections(reader, {"Derived facts"})
    derived, _, _ = read_derived(reader, sections)
    if reader.problems:
        raise PolicyError(reader.problems)
    return derived


def _digest(reader: Reader) -> str:
    """The hash of everything that this version says: its file, the files it amends, its CSV tables."""
    digest = hashlib.sha256(reader.document.text.encode())
    for file in reader.document.amended:
        digest.update(Path(file).read_bytes())
    for name in sorted(reader.read_csv):
        digest.update(name.encode() + reader.read_csv[name])
    return digest.hexdigest()

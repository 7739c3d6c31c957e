"""Our texts are YAML for everybody: a reader that is not libyaml reads the same in them."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent
FILES = sorted(p for folder in ("policies", "profiles", "registers") for p in (ROOT / folder).rglob("*.yaml"))
DOCUMENTS = sorted((ROOT / "policies").rglob("*.md"))
FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def read(text: str, loader: type) -> str:
    """A text as a reader understands it, written out in one form."""
    return yaml.serialize(yaml.compose(text, Loader=loader))


def test_every_yaml_file_reads_the_same_without_libyaml() -> None:
    """PyYAML's own reader, stricter than libyaml about `?,` between braces, finds the same in every file."""
    for file in FILES:
        text = file.read_text("utf-8")
        assert read(text, yaml.SafeLoader) == read(text, FAST), file


def test_the_identity_of_every_scheme_reads_without_libyaml() -> None:
    """The lines between `---` of each document are YAML for PyYAML's own reader."""
    for file in DOCUMENTS:
        if front := re.match(r"---\n(.*?)^---$", file.read_text("utf-8"), re.M | re.S):
            assert isinstance(yaml.compose(front[1], Loader=yaml.SafeLoader), yaml.MappingNode), file


def test_every_yaml_example_of_the_pages_reads_without_libyaml() -> None:
    """What somebody copies from the documentation is YAML for PyYAML's own reader; what errors.md shows as wrong is left out."""
    for page in PAGES:
        if page.name != "errors.md":
            for fence in re.findall(r"^```yaml[^\n]*\n(.*?)^```$", page.read_text("utf-8"), re.M | re.S):
                list(yaml.compose_all(fence, Loader=yaml.SafeLoader))

"""Arrows point one way: nothing imports what stands above it; and no legal number stands in Python."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parent.parent / "src" / "jifen"
FLOORS = ["facts", "schemes", "plan", "engines", "answers", "advice", "proof", "population", "portal", "cli"]
"""From the ground up; the command that starts the portal stands above it. Beside them stands `registers`, which imports no floor but `facts` and `schemes`."""


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("jifen."):
            found.add(node.module.split(".")[1])
    return found


def test_nothing_imports_what_stands_above_it() -> None:
    wrong = []
    for height, floor in enumerate(FLOORS):
        for path in (SOURCE / floor).rglob("*.py"):
            above = _imports(path) & set(FLOORS[height + 1 :])
            wrong += [f"{floor}/{path.name} imports {name}" for name in sorted(above)]
    assert wrong == []


def test_the_ground_floor_imports_no_floor() -> None:
    ground = [p for p in SOURCE.glob("*.py") if p.name not in ("__init__.py", "__main__.py")]
    assert {p.name: _imports(p) & set(FLOORS) for p in ground if _imports(p) & set(FLOORS)} == {}


def test_registers_stand_beside_the_floors() -> None:
    """They read facts and schemes, and only what is shown to people reads them."""
    below = {name for path in (SOURCE / "registers").rglob("*.py") for name in _imports(path)} & set(FLOORS)
    assert below <= {"facts", "schemes"}
    readers = {floor for floor in FLOORS for path in (SOURCE / floor).rglob("*.py") if "registers" in _imports(path)}
    assert readers <= {"cli", "portal"}


def test_no_module_uses_a_float_literal_in_the_law() -> None:
    """Between the file and the answer there are whole numbers and exact fractions only."""
    found = []
    for floor in FLOORS[:5]:
        for path in (SOURCE / floor).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, float):
                    found.append(f"{floor}/{path.name}:{node.lineno}")
    assert found == []

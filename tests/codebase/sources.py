"""The project's own files, for the tests that read them."""

import ast
from collections import defaultdict
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PRODUCT = ("qa", "rubrics", "calibration", "exports")
LOOKED_AT = (ast.Assert, ast.Attribute, ast.Call, ast.keyword)
KEPT = (*PRODUCT, "bench", "tests", "templates", "scripts")


def files(*suffixes: str, under: tuple[str, ...] = KEPT) -> list[Path]:
    """Our files with these suffixes, in a steady order."""
    return sorted(
        path
        for folder in under
        for path in (PROJECT / folder).rglob("*")
        if path.suffix in suffixes and "__pycache__" not in path.parts
    )


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


@cache
def _by_kind() -> dict[type[ast.AST], list[tuple[str, ast.AST]]]:
    """The nodes of the product's code that a test looks at, found in one walk."""
    found: dict[type[ast.AST], list[tuple[str, ast.AST]]] = defaultdict(list)
    for path in files(".py", under=PRODUCT):
        name = name_of(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
            if isinstance(node, LOOKED_AT):
                found[type(node)].append((f"{name}:{node.lineno}", node))
    return found


def product_nodes(kind: type[ast.AST]) -> list[tuple[str, ast.AST]]:
    """Every node of a kind in the product's code, with where it stands."""
    return _by_kind()[kind]


def called(node: ast.AST) -> str:
    """The last name of what a call calls."""
    target = node.func if isinstance(node, ast.Call) else node
    if isinstance(target, ast.Attribute):
        return target.attr
    return target.id if isinstance(target, ast.Name) else ""

"""The project's own files, for the tests that read them."""

import ast
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[2]
PRODUCT = ("qa", "rubrics", "calibration", "exports")
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


def product_nodes(kind: type[ast.AST], *words: str) -> Iterator[tuple[str, ast.AST]]:
    """Every node of a kind in the product's code, with where it stands; only files with one of these words are read."""
    for path in files(".py", under=PRODUCT):
        text = path.read_text(encoding="utf-8")
        if not any(word in text for word in words):
            continue
        for node in ast.walk(ast.parse(text, filename=str(path))):
            if isinstance(node, kind):
                yield f"{name_of(path)}:{getattr(node, 'lineno', 0)}", node


def called(node: ast.AST) -> str:
    """The last name of what a call calls."""
    target = node.func if isinstance(node, ast.Call) else node
    if isinstance(target, ast.Attribute):
        return target.attr
    return target.id if isinstance(target, ast.Name) else ""

"""Size, names and habits of the source files."""

import ast
import re

from tests.codebase import sources

LONGEST = 400
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc", "data", "info"}
# Spelt so that this file does not find itself.
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|not implemen" r"ted|raise NotImplemen" r"tedError")
BEGINS_WITH_WORDS = re.compile(r'(?:\s|#.*\n)*r?"""\s*\S')
MIGRATIONS = "qa/migrations/versions/"


def test_no_file_is_longer_than_four_hundred_lines():
    lengths = {
        sources.name_of(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in sources.files(".py", ".html", ".js", ".sh")
    }

    long = {name: lines for name, lines in lengths.items() if lines > LONGEST and not name.startswith(MIGRATIONS)}

    assert not long


def test_no_module_has_a_name_that_says_nothing():
    vague = [sources.name_of(path) for path in sources.files(".py", ".js", ".html") if path.stem in VAGUE]

    assert not vague


def test_nothing_is_left_unfinished():
    marks = [
        f"{sources.name_of(path)}:{number}: {line.strip()}"
        for path in sources.files(".py", ".html", ".js", ".css", ".sh", ".yaml")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if UNFINISHED.search(line)
    ]

    assert not marks


def test_every_module_of_the_product_says_what_it_is():
    silent = [
        sources.name_of(path)
        for path in sources.files(".py", under=sources.PRODUCT)
        if not BEGINS_WITH_WORDS.match(path.read_text(encoding="utf-8"))
        and not sources.name_of(path).startswith(MIGRATIONS)
    ]

    assert not silent


def test_the_product_checks_its_input_without_assert():
    # python -O removes them.
    asserts = [where for where, _ in sources.product_nodes(ast.Assert, "assert")]

    assert not asserts


def test_relationships_are_loaded_by_intent_only():
    lazy = [
        where
        for where, node in sources.product_nodes(ast.Call, "relationship")
        if sources.called(node) == "relationship"
        and not any(
            keyword.arg == "lazy" and isinstance(keyword.value, ast.Constant) and keyword.value.value == "raise"
            for keyword in node.keywords
        )
    ]

    assert not lazy


def test_nobody_uses_backref_or_the_query_attribute():
    uses = [where for where, node in sources.product_nodes(ast.keyword, "backref") if node.arg == "backref"] + [
        where
        for where, node in sources.product_nodes(ast.Attribute, ".query")
        if node.attr == "query" and isinstance(node.value, ast.Name) and node.value.id[:1].isupper()
    ]

    assert not uses


def test_only_the_clock_asks_for_the_time():
    # A rule that asks for the time itself cannot be tested at another one.
    asking = {"now", "utcnow", "today"}
    asks = [
        where
        for where, node in sources.product_nodes(ast.Call, *(f".{name}(" for name in asking))
        if isinstance(node.func, ast.Attribute)
        and node.func.attr in asking
        and isinstance(node.func.value, ast.Name | ast.Attribute)
        and sources.called(node.func.value) in {"datetime", "date", "dt"}
        and not where.startswith("qa/core/clock.py")
    ]

    assert not asks


def test_the_lock_names_a_hash_for_everything_and_no_registry():
    for name, least in (("", 50), ("-dev", 20), ("-bench", 20), ("-setup", 1)):
        text = (sources.PROJECT / f"requirements{name}.txt").read_text(encoding="utf-8")
        pinned = re.findall(r"^[A-Za-z0-9_.\[\]-]+==\S+.*$", text, flags=re.MULTILINE)

        assert len(pinned) >= least
        assert all(line.endswith("\\") for line in pinned)
        assert "index-url" not in text
        assert "://" not in text


def test_every_decision_has_a_number_of_its_own_and_stands_in_the_list():
    folder = sources.PROJECT / "docs" / "decisions"
    files = sorted(path.name for path in folder.glob("[0-9]*.md"))
    listed = re.findall(r"^\| \[\d{4}\]\(([^)]+)\)", (folder / "README.md").read_text(), re.M)

    assert [name[:4] for name in files] == [f"{n:04}" for n in range(1, len(files) + 1)]
    assert listed == files
    assert [name for name in files if not (folder / name).read_text().startswith(f"# {name[:4]} ")] == []

"""Every template: it compiles, names only what exists, imports only what it uses, and holds no script or style."""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest
from flask import Flask
from jinja2 import nodes

from qa.app import create_app
from qa.config import Settings
from qa.core.assets import FOLDER
from tests.codebase import sources
from tests.support.engines import bytecode_cache

TEMPLATES = sources.PROJECT / "templates"
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
INLINE = re.compile(r"""<style|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:|<script(?![^>]*\bsrc=)""", re.IGNORECASE)
JSON_SCRIPT = re.compile(r"""<script type="application/json"[^>]*>""")
BY_ITSELF = {"version_asked"}  # of static files: the application adds it
BUILT_IN = {"url_for", "get_flashed_messages"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("templates")
    app = create_app(Settings.for_tests(database_url=f"sqlite:///{folder / 'none.db'}", instance=folder))
    app.jinja_env.bytecode_cache = bytecode_cache()
    return app


@cache
def text_of(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def by_kind(app: Flask, name: str) -> dict[type[nodes.Node], list[nodes.Node]]:
    """A template's nodes in one walk, of which no test changes anything."""
    found: dict[type[nodes.Node], list[nodes.Node]] = defaultdict(list)
    for node in app.jinja_env.parse(text_of(name)).find_all(nodes.Node):
        found[type(node)].append(node)
    return found


def constant(node: nodes.Node) -> str | None:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else None


def url_calls(app: Flask, name: str) -> Iterator[nodes.Call]:
    for call in by_kind(app, name)[nodes.Call]:
        if isinstance(call.node, nodes.Name) and call.node.name == "url_for" and call.args:
            yield call


def test_every_template_compiles(app: Flask):
    for name in NAMES:
        app.jinja_env.get_template(name)  # the error names the template and the line


def test_the_addresses_that_a_template_names_exist(app: Flask):
    wrong = []
    for name in NAMES:
        for call in url_calls(app, name):
            endpoint = constant(call.args[0])
            if endpoint is None or call.dyn_kwargs is not None:
                continue
            given = {keyword.key for keyword in call.kwargs}
            rules = list(app.url_map.iter_rules(endpoint)) if endpoint in app.view_functions else []
            if not any(rule.arguments <= given | BY_ITSELF for rule in rules):
                wrong.append(f"{name}:{call.lineno}: url_for({endpoint!r}, {', '.join(sorted(given))})")

    assert not wrong


def test_the_static_files_that_a_template_names_exist(app: Flask):
    named = [
        (name, constant(keyword.value))
        for name in NAMES
        for call in url_calls(app, name)
        if constant(call.args[0]) == "static"
        for keyword in call.kwargs
        if keyword.key == "filename"
    ]

    assert named
    assert [(name, file) for name, file in named if file and not (FOLDER / file).is_file()] == []


def test_a_template_uses_what_it_imports(app: Flask):
    unused = []
    for name in NAMES:
        found = by_kind(app, name)
        imported = {
            (one if isinstance(one, str) else one[1]) for node in found[nodes.FromImport] for one in node.names
        } | {node.target for node in found[nodes.Import]}
        used = {node.name for node in found[nodes.Name] if node.ctx == "load"}
        unused += [f"{name}: {one}" for one in sorted(imported - used)]

    assert not unused


def test_what_a_template_imports_exists(app: Flask):
    missing = []
    for name in NAMES:
        for node in by_kind(app, name)[nodes.FromImport]:
            source = constant(node.template)
            if source is None:
                continue
            defined = {macro.name for macro in by_kind(app, source)[nodes.Macro]}
            missing += [
                f"{name}: {source} has no {one}"
                for one in (entry if isinstance(entry, str) else entry[0] for entry in node.names)
                if one not in defined
            ]

    assert not missing


def test_a_template_holds_no_script_or_style():
    found = [(name, inline) for name in NAMES for inline in INLINE.findall(JSON_SCRIPT.sub("", text_of(name)))]

    assert not found


def test_scripts_import_modules_that_exist():
    missing = [
        f"{sources.name_of(path)}: {target}"
        for path in sources.files(".js", under=("qa",))
        for target in re.findall(r"""(?:from|import)\s*\(?\s*["'](\.[^"']+)["']""", path.read_text(encoding="utf-8"))
        if not (path.parent / target).is_file()
    ]

    assert not missing


def test_styles_and_scripts_load_nothing_from_elsewhere():
    loads = re.compile(
        r"""url\(\s*["']?(?:data:|https?:|//)|@import\s|"""
        r"""\beval\(|new Function\(|\.style\.cssText|setAttribute\(["']style"""
    )
    found = [
        f"{sources.name_of(path)}:{number}"
        for path in sources.files(".css", ".js", under=("qa",))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if loads.search(line)
    ]

    assert not found

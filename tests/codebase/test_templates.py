"""Every template: it compiles, names only what exists, imports only what it uses, and holds no script or style."""

import re
from collections.abc import Iterator
from functools import cache

import pytest
from flask import Flask
from jinja2 import nodes

from qa.app import create_app
from qa.config import Settings
from qa.core.assets import FOLDER
from tests.codebase import sources

TEMPLATES = sources.PROJECT / "templates"
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
INLINE = re.compile(r"""<style|\sstyle\s*=|\son[a-z]+\s*=\s*["']|javascript:|<script(?![^>]*\bsrc=)""", re.IGNORECASE)
JSON_SCRIPT = re.compile(r"""<script type="application/json"[^>]*>""")
BY_ITSELF = {"version_asked"}  # of static files: the application adds it
BUILT_IN = {"url_for", "get_flashed_messages"}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("templates")
    return create_app(Settings.for_tests(database_url=f"sqlite:///{folder / 'none.db'}", instance=folder))


@cache
def parsed(app: Flask, name: str) -> nodes.Template:
    """A template's tree, of which no test changes anything."""
    return app.jinja_env.parse((TEMPLATES / name).read_text(encoding="utf-8"))


def constant(node: nodes.Node) -> str | None:
    return node.value if isinstance(node, nodes.Const) and isinstance(node.value, str) else None


def url_calls(template: nodes.Template) -> Iterator[nodes.Call]:
    for call in template.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == "url_for" and call.args:
            yield call


@pytest.mark.parametrize("name", NAMES)
def test_a_template_compiles(app: Flask, name: str):
    app.jinja_env.compile((TEMPLATES / name).read_text(encoding="utf-8"), name=name)


@pytest.mark.parametrize("name", NAMES)
def test_the_addresses_that_a_template_names_exist(app: Flask, name: str):
    wrong = []
    for call in url_calls(parsed(app, name)):
        endpoint = constant(call.args[0])
        if endpoint is None or call.dyn_kwargs is not None:
            continue
        given = {keyword.key for keyword in call.kwargs}
        rules = list(app.url_map.iter_rules(endpoint)) if endpoint in app.view_functions else []
        if not any(rule.arguments <= given | BY_ITSELF for rule in rules):
            wrong.append(f"line {call.lineno}: url_for({endpoint!r}, {', '.join(sorted(given))})")

    assert not wrong


@pytest.mark.parametrize("name", NAMES)
def test_the_static_files_that_a_template_names_exist(app: Flask, name: str):
    named = [
        constant(keyword.value)
        for call in url_calls(parsed(app, name))
        if constant(call.args[0]) == "static"
        for keyword in call.kwargs
        if keyword.key == "filename"
    ]

    assert [file for file in named if file and not (FOLDER / file).is_file()] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_template_uses_what_it_imports(app: Flask, name: str):
    template = parsed(app, name)
    imported = {
        (name if isinstance(name, str) else name[1])
        for node in template.find_all(nodes.FromImport)
        for name in node.names
    } | {node.target for node in template.find_all(nodes.Import)}
    used = {node.name for node in template.find_all(nodes.Name) if node.ctx == "load"}

    assert imported - used == set()


@pytest.mark.parametrize("name", NAMES)
def test_what_a_template_imports_exists(app: Flask, name: str):
    missing = []
    for node in parsed(app, name).find_all(nodes.FromImport):
        source = constant(node.template)
        if source is None:
            continue
        module = parsed(app, source)
        defined = {macro.name for macro in module.find_all(nodes.Macro)}
        missing += [
            f"{source}: {one}" for one in node.names if (one if isinstance(one, str) else one[0]) not in defined
        ]

    assert not missing


@pytest.mark.parametrize("name", NAMES)
def test_a_template_holds_no_script_or_style(name: str):
    text = JSON_SCRIPT.sub("", (TEMPLATES / name).read_text(encoding="utf-8"))

    assert INLINE.findall(text) == []


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

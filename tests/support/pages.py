"""What every page must be: valid, named, labelled, free of inline script and style."""

import bisect
import hashlib
import itertools
import re

import lxml.html
from lxml import etree
from markupever import HtmlOptions, Parser

from tests.support import runs

STRICT = HtmlOptions(full_document=True, exact_errors=True)
VOID_INPUTS = {"hidden", "submit", "button", "reset", "image"}
REFERENCES = ("popovertarget", "commandfor", "list", "form")
LISTS_OF_REFERENCES = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "headers")
EXTERNAL = ("http://", "https://", "//", "data:", "javascript:")
TOKEN = re.compile(r'(?:name="csrf_token" value|data-csrf)="[^"]*"')


def check_page(html: str) -> None:
    """Fail with the list of everything that is wrong with a page.

    A close look costs as much as making the page, and a run meets the same page often: on the other engine, for
    another reader. One that differs from a sound page in its form tokens only is sound.
    """
    seen = runs.folder() / "sound-pages" / hashlib.sha256(TOKEN.sub("", html).encode()).hexdigest()
    if seen.exists():
        return
    problems = problems_of(html)
    assert not problems, "this page is not sound:\n" + "\n".join(f"- {problem}" for problem in problems)
    seen.parent.mkdir(exist_ok=True)
    seen.touch()


def problems_of(html: str) -> list[str]:
    """What is wrong with a page, each as a sentence."""
    if found := parse_errors(html):
        return found
    tree = lxml.html.document_fromstring(html)  # valid, so that any parser reads the same out of it
    return [*frame_problems(tree), *reference_problems(tree), *control_problems(tree), *inline_problems(tree)]


def parse_errors(html: str) -> list[str]:
    """Where a browser would have to guess what is meant; a browser's own parser tells."""
    lines = html.splitlines(keepends=True)
    return [
        f"it is not valid HTML at line {line}: {error}: {lines[line - 1].strip()[:200]!r}"
        for error in _told(html)[:3]  # what follows the first mostly follows from it
        # The parser does not say where it was: at the end of the shortest beginning in which it says the same.
        for line in [
            bisect.bisect_left(range(len(lines)), True, key=lambda n: error in _told("".join(lines[: n + 1]))) + 1
        ]
    ]


def _told(html: str) -> list[str]:
    parser = Parser(STRICT)
    parser.process(html)
    parser.finish()
    return parser.errors()


def frame_problems(tree: etree._Element) -> list[str]:
    problems = []
    headings = tree.findall(".//h1")
    if len(headings) != 1:
        problems.append(f"it has {len(headings)} h1 headings")
    if any(not text_of(heading) for heading in headings):
        problems.append("its h1 is empty")
    title = text_of(tree.find("head/title"))
    if not title or title.startswith("·"):
        problems.append(f"its title names nothing: {title!r}")
    if not tree.get("lang"):
        problems.append("it does not say its language")
    if len(tree.findall(".//main")) != 1:
        problems.append("it has not exactly one main")
    levels = [int(node.tag[1]) for node in tree.iter("h1", "h2", "h3", "h4", "h5", "h6")]
    problems += [
        f"a heading of level {after} follows one of level {before}"
        for before, after in itertools.pairwise(levels)
        if after > before + 1
    ]
    return problems


def reference_problems(tree: etree._Element) -> list[str]:
    ids = [node.get("id") for node in elements(tree) if node.get("id") is not None]
    problems = [f"the id {name!r} is used {ids.count(name)} times" for name in sorted(set(ids)) if ids.count(name) > 1]
    named = {
        (attribute, node.get(attribute)) for node in elements(tree) for attribute in REFERENCES if node.get(attribute)
    }
    named |= {
        (attribute, name)
        for node in elements(tree)
        for attribute in LISTS_OF_REFERENCES
        for name in (node.get(attribute) or "").split()
    }
    named |= {
        ("href", node.get("href")[1:])
        for node in tree.iter("a")
        if (node.get("href") or "").startswith("#") and node.get("href") != "#"
    }
    known = set(ids)
    return problems + [
        f"{attribute}={name!r} points at nothing" for attribute, name in sorted(named) if name not in known
    ]


def control_problems(tree: etree._Element) -> list[str]:
    labelled = {node.get("for") for node in tree.iter("label")}
    problems = []
    for node in tree.iter("input", "select", "textarea"):
        if node.tag == "input" and node.get("type") in VOID_INPUTS:
            continue
        if not (node.get("id") in labelled or has_name(node) or any(True for _ in node.iterancestors("label"))):
            problems.append(f"a {node.tag} has no label: {shown(node)}")
    problems += [
        f"a {node.tag} has no name: {shown(node)}"
        for node in tree.iter("button", "a")
        if not (text_of(node) or has_name(node) or node.get("title") or node.findall(".//*[@aria-label]"))
    ]
    problems += [f"an image has no alt: {shown(node)}" for node in tree.iter("img") if node.get("alt") is None]
    for form in tree.iter("form"):
        posts = (form.get("method") or "get").lower() == "post"
        token = form.find(".//input[@name='csrf_token']") is not None
        if posts and not token:
            problems.append(f"a post form has no token: {shown(form)}")
        if not posts and token:
            problems.append(f"a get form would put its token into the address: {shown(form)}")
    return problems


def inline_problems(tree: etree._Element) -> list[str]:
    problems = []
    for node in elements(tree):
        if node.tag == "style" or node.get("style") is not None:
            problems.append(f"it has an inline style: {shown(node)}")
        if node.tag == "script" and not node.get("src") and node.get("type") != "application/json":
            problems.append(f"it has an inline script: {shown(node)}")
        problems += [f"it has an inline handler {name}: {shown(node)}" for name in node.attrib if name.startswith("on")]
        if node.tag in {"script", "link", "img", "iframe"} and (node.get("src") or node.get("href") or "").startswith(
            EXTERNAL
        ):
            problems.append(f"it loads from elsewhere: {shown(node)}")
        if (node.get("href") or node.get("action") or "").strip().lower().startswith("javascript:"):
            problems.append(f"it links to a script: {shown(node)}")
    return problems


def elements(tree: etree._Element) -> list[etree._Element]:
    return [node for node in tree.iter() if isinstance(node.tag, str)]


def has_name(node: etree._Element) -> bool:
    return bool((node.get("aria-label") or node.get("aria-labelledby") or "").strip())


def text_of(node: etree._Element | None) -> str:
    return "" if node is None else " ".join("".join(node.itertext()).split())


def shown(node: etree._Element) -> str:
    attributes = " ".join(f'{name}="{value}"' for name, value in node.attrib.items())
    return f"<{node.tag} {attributes}>"[:160]

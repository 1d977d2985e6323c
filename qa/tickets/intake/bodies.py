"""The text of a message body that may be HTML. Pure."""

import html
import re

import nh3

# Only elements that mail and chat really use: an address in angle brackets, "a < b" and "<3" are no markup.
ELEMENTS = (
    "html|head|body|div|p|br|span|a|b|i|u|em|s|strong|small|sub|sup|font|center|pre|code|blockquote|ul|ol|li|dl|dt|dd|"
    "table|thead|tbody|tfoot|tr|td|th|h1|h2|h3|h4|h5|h6|img|hr|style|script|iframe|object|embed|svg|math|form|input|"
    "button|select|option|textarea|label|meta|link|title|base|video|audio|source|noscript|template|details|summary"
)
MARKUP = re.compile(rf"</?(?:{ELEMENTS})(?=[\s/>])[^<>]{{0,10000}}>|<!--|<!doctype", re.IGNORECASE)
LINE_END = re.compile(r"<(?:br|hr)\s*/?>|</(?:p|div|li|tr|h[1-6]|blockquote|ul|ol|table|pre)\s*>", re.IGNORECASE)
QUOTE = re.compile(r"<blockquote(?=[\s>])[^<>]{0,1000}>", re.IGNORECASE)
CELL_END = re.compile(r"</t[dh]\s*>", re.IGNORECASE)
IMAGE = re.compile(r"<img(?=[\s/>])([^<>]{0,10000})>", re.IGNORECASE)
SAID = re.compile(r"""\b(alt|src|width|height)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
LONGEST_IMAGE_NAME = 100
BLANK_LINES = re.compile(r"\n[ \t\u00a0]*(?:\n[ \t\u00a0]*){2,}")
SPACES_AT_END = re.compile(r"[ \t\u00a0]{1,1000}\n")
WITHOUT_CONTENT = {"script", "style", "head", "title", "iframe", "object", "noscript", "template", "svg", "math"}


def is_html(text: str) -> bool:
    """Whether a body is written in HTML rather than about it."""
    return "<" in text and MARKUP.search(text) is not None


def text_of_html(markup: str) -> str:
    """The words of an HTML body, with its line ends; scripts, styles and everything that loads are gone."""
    listed = IMAGE.sub(_listed, markup)
    lined = LINE_END.sub(lambda found: found.group() + "\n", listed)
    lined = QUOTE.sub(lambda found: "\n" + found.group() + "&gt; ", lined)
    lined = CELL_END.sub(lambda found: "\t" + found.group(), lined)
    bare = nh3.clean(lined, tags=set(), attributes={}, clean_content_tags=WITHOUT_CONTENT, strip_comments=True)
    text = html.unescape(bare)
    text = SPACES_AT_END.sub("\n", text)
    return BLANK_LINES.sub("\n\n", text).strip()


def _listed(image: re.Match[str]) -> str:
    """An image as its name: it is listed, never loaded. One of a single pixel only tells the sender who reads."""
    said = {
        found[1].lower(): html.unescape(found[2] or found[3] or found[4] or "") for found in SAID.finditer(image[1])
    }
    if said.get("width") in ("0", "1") or said.get("height") in ("0", "1"):
        return ""
    address = said.get("src", "")
    file = "" if address.startswith("data:") else re.split("[?#]", address, maxsplit=1)[0].rpartition("/")[2]
    name = " ".join((said.get("alt") or file).split())[:LONGEST_IMAGE_NAME]
    return f"<br>[image] {html.escape(name)}<br>".replace(" <br>", "<br>")


def body_text(body: str) -> str:
    """A body as text, whichever way it was written."""
    return text_of_html(body) if is_html(body) else body

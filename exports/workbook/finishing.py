"""The last touch to a saved workbook: the values of its formulas, and the same bytes for the same content."""

import datetime as dt
from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_TERMS = "{http://purl.org/dc/terms/}"
# The oldest time a zip entry can carry; a fixed one makes equal workbooks equal files.
_ENTRY_TIME = (1980, 1, 1, 0, 0, 0)

Known = str | int | float | None


def finish(saved: bytes, known: Mapping[str, Mapping[str, Known]], modified: dt.datetime) -> bytes:
    """The workbook with each formula's value beside it.

    openpyxl writes formulas without values, so protected view, previews and phones would show an empty cover.
    ``known`` maps the path of a sheet in the archive to its cells' values; ``modified`` is naive UTC.
    """
    target = BytesIO()
    with ZipFile(BytesIO(saved)) as source, ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = source.read(name)
            if name in known:
                content = _with_values(content, known[name])
            elif name == "docProps/core.xml":
                content = _modified_at(content, modified)
            elif name.startswith("xl/charts/"):
                content = _in_order(content)
            entry = ZipInfo(name, date_time=_ENTRY_TIME)
            entry.compress_type = ZIP_DEFLATED
            archive.writestr(entry, content)
    return target.getvalue()


def _with_values(content: bytes, known: Mapping[str, Known]) -> bytes:
    root = _parsed(content)
    for cell in root.iter(f"{_MAIN}c"):
        formula = cell.find(f"{_MAIN}f")
        value = known.get(cell.get("r", ""))
        if formula is None or value is None:
            continue
        held = cell.find(f"{_MAIN}v")
        if held is None:
            held = etree.SubElement(cell, f"{_MAIN}v")
        if isinstance(value, str):
            cell.set("t", "str")
            held.text = value
        else:
            held.text = repr(value)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _in_order(content: bytes) -> bytes:
    """Error bars in the order of the standard (ECMA-376, CT_ErrBars): openpyxl writes minus before plus."""
    root = _parsed(content)
    for bars in root.iter(f"{_CHART}errBars"):
        plus, minus = bars.find(f"{_CHART}plus"), bars.find(f"{_CHART}minus")
        if plus is not None and minus is not None:
            minus.addprevious(plus)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _modified_at(content: bytes, modified: dt.datetime) -> bytes:
    root = _parsed(content)
    for element in root.iter(f"{_TERMS}modified"):
        element.text = modified.strftime("%Y-%m-%dT%H:%M:%SZ")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _parsed(content: bytes) -> etree._Element:
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, huge_tree=True))

"""Whatever people and tickets say, no workbook holds a formula, link, name or macro of theirs."""

import ast
import dataclasses
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports import board_pack, calibration_workbook, coaching_workbook, drift_workbook, scorecard_workbook
from tests.exports import office, packs, samples
from tests.exports.test_scorecard import one, team
from tests.exports.test_session_and_board import board_data, session_data

ROOT = Path(__file__).parents[2]
# What somebody outside may have written; keys, weeks, outcomes and addresses are ours.
THEIRS = {
    "specialist", "team", "lead", "criterion", "text", "notes", "comment", "summary", "queue", "rubric",
    "title", "subject", "prepared_by", "prepared_for", "level", "message", "name", "reason", "event",
    "scope", "note", "label", "plan", "one", "sentence", "learnt", "chosen", "agreed", "ticket", "ticket_id",
    "confirmation", "prevails", "stream", "gap_note",
}  # fmt: skip
MAKERS: dict[str, tuple[Callable[[Any], bytes], Callable[[], Any]]] = {
    "coaching": (coaching_workbook.build, samples.coaching),
    "scorecard": (scorecard_workbook.build, one),
    "team": (scorecard_workbook.build_team, team),
    "session": (calibration_workbook.build, session_data),
    "drift": (drift_workbook.build, board_data),
    "board pack": (board_pack.build, packs.pack),
}
SAID = st.one_of(
    st.sampled_from(
        [
            '=HYPERLINK("http://evil.example","x")',
            "=cmd|'/c calc'!A0",
            "@SUM(A1:A9)",
            "'; DROP [sheet]*?:/\\",
            "-1+1\x00\x0b",
            "\u202e=1+1 שלום",
            "_x003D_1+1",
            "x" * 33_000,
            "",
        ]
    ),
    st.text(max_size=40),
)


def said_by_them(value: Any, text: str) -> Any:
    """The same data with everything that others may have written replaced."""
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return tuple(said_by_them(each, text) for each in value) if isinstance(value, tuple) else value
    changed = {}
    for field in dataclasses.fields(value):
        held = getattr(value, field.name)
        if isinstance(held, str):
            changed[field.name] = text if field.name in THEIRS and held else held
        else:
            changed[field.name] = said_by_them(held, text)
    return type(value)(**changed)


def told_apart(data: Any, text: str) -> Any:
    """Owners are named by their labels in two places, which have to go on agreeing."""
    changed = said_by_them(data, text)
    if isinstance(changed, coaching_workbook.CoachingWorkbook):
        return dataclasses.replace(changed, owners=data.owners, earlier_actions=())
    return changed


def check(content: bytes) -> None:
    with ZipFile(BytesIO(content)) as archive:
        parts = archive.namelist()
    assert not [part for part in parts if re.search(r"vba|macro|externalLink|comments|connections|oleObject", part)]
    book = office.reopened(content)
    assert all(name in {"_xlnm.Print_Area"} for name in book.defined_names)
    for sheet in book.worksheets:
        assert 0 < len(sheet.title) <= 31
        assert not re.search(r"[\[\]:*?/\\]", sheet.title)
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if cell.data_type == "f":
                # Names of sheets stand in quotes, our own words in double ones; nothing else may be anybody's.
                ours = re.sub(r"'(?:[^']|'')*'!", "", re.sub(r'"[^"]*"', "", str(cell.value)))
                assert not re.search(r"HYPERLINK|cmd|evil|calc", ours), cell.value
                assert re.fullmatch(r"=[-A-Z0-9a-z_.:$+*/^()<>=,;& ]*", ours), cell.value
            if cell.hyperlink is not None and cell.hyperlink.target is not None:
                assert cell.hyperlink.target.startswith("https://fairmark.example/")
            assert len(str(cell.value or "")) <= 32_767


@pytest.mark.parametrize("name", MAKERS)
def test_a_formula_for_a_name_stays_a_name(name: str) -> None:
    build, make = MAKERS[name]

    check(build(told_apart(make(), '=HYPERLINK("http://evil.example","x")')))


@pytest.mark.slow
@pytest.mark.parametrize("name", MAKERS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(text=SAID)
def test_nothing_that_anybody_says_becomes_more_than_text(name: str, text: str) -> None:
    build, make = MAKERS[name]

    check(build(told_apart(make(), text)))


def test_only_the_door_to_workbooks_imports_openpyxl() -> None:
    reading = ROOT / "exports" / "coaching_workbook" / "reading.py"
    found = []
    for path in [*(ROOT / "exports").rglob("*.py"), *(ROOT / "qa").rglob("*.py")]:
        if path == reading or path.parent == ROOT / "exports" / "workbook":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found += [f"{path.name}: {name}" for name in names if name.split(".")[0] in {"openpyxl", "xlsxwriter"}]

    assert found == []

"""Texts from outside: what they become in a cell, a header, a name, a CSV field."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports.text import (
    CELL_LIMIT,
    cell_text,
    clean,
    csv_text,
    file_name,
    header_text,
    one_line,
    read_cell_text,
    read_csv_text,
    sheet_name,
)

anything = st.text(st.characters(codec=None), max_size=60)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\x00b\x07c", "abc", id="control characters go"),
        pytest.param("one\r\ntwo\rthree", "one\ntwo\nthree", id="line ends become line feeds"),
        pytest.param("a\tb\nc", "a\tb\nc", id="tab and line feed stay"),
        pytest.param("x\ud800y\uffff", "xy", id="what XML forbids goes"),
        pytest.param("שלום 🙂 =1+1", "שלום 🙂 =1+1", id="every readable script stays"),
    ],
)
def test_control_characters_are_removed(text: str, expected: str):
    assert clean(text) == expected


def test_a_text_of_forty_thousand_characters_is_cut_with_a_visible_mark():
    kept = cell_text("x" * 40_000)

    assert units(kept) == CELL_LIMIT
    assert kept.endswith("… [cut here: the text has 40,000 characters, a cell holds 32,767]")


def test_emoji_count_twice_as_excel_counts_them():
    kept = cell_text("🙂" * 20_000)

    assert units(kept) <= CELL_LIMIT
    assert "cut here" in kept


def test_a_text_that_just_fits_is_not_cut():
    assert cell_text("x" * CELL_LIMIT) == "x" * CELL_LIMIT


def test_what_ooxml_would_read_as_a_character_stays_as_typed():
    stored = cell_text("_x0041_ and _x000D_")

    assert stored == "_x005F_x0041_ and _x005F_x000D_"
    assert read_cell_text(stored) == "_x0041_ and _x000D_"


@given(anything)
def test_a_reader_of_the_workbook_sees_the_cleaned_text(text: str):
    assert read_cell_text(cell_text(text)) == clean(text)


@pytest.mark.parametrize(
    "text",
    ["=cmd|'/c calc'!A0", "+1", "-2+3", "@SUM(A1)", "\tx", "\nx", "＝1+1", "  =1", "'=1", "\N{NO-BREAK SPACE}=1"],
)
def test_csv_fields_that_could_be_formulas_get_an_apostrophe(text: str):
    assert csv_text(text) == "'" + text


@pytest.mark.parametrize("text", ["", "plain", "a=b", "1,5", "'tis", "5-3", "₹20"])
def test_other_csv_fields_stay_as_they_are(text: str):
    assert csv_text(text) == text


@given(anything)
def test_csv_texts_can_be_read_back(text: str):
    assert read_csv_text(csv_text(text)) == clean(text)


@given(anything)
def test_no_csv_text_begins_like_a_formula(text: str):
    assert csv_text(text)[:1] not in set("=+-@\t\r\n＝＋－＠")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Q3: a/b [x]?", "Q3 a b x", id="forbidden characters"),
        pytest.param("'quoted'", "quoted", id="apostrophes at the ends"),
        pytest.param("History", "Sheet History", id="reserved"),
        pytest.param("   ", "Sheet", id="blank"),
        pytest.param("a\u202eb", "ab", id="turned direction"),
    ],
)
def test_sheet_names_are_such_as_excel_takes(text: str, expected: str):
    assert sheet_name(text) == expected


def test_long_sheet_names_are_shortened_and_kept_apart():
    first = sheet_name("A very long name of a team in the north", ())
    second = sheet_name("A very long name of a team in the south", (first,))

    assert first == "A very long name of a team in…"
    assert second == "A very long name of a team… (2)"


@given(st.lists(anything, max_size=8))
def test_sheet_names_never_clash_nor_break_the_rules(texts: list[str]):
    names: list[str] = []
    for text in texts:
        names.append(sheet_name(text, tuple(names)))

    assert len({name.casefold() for name in names}) == len(names)
    assert all(0 < units(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in names)
    assert not any(name.startswith("'") or name.endswith("'") for name in names)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        pytest.param(("coaching", "Jordan P.", "2026-W31"), "coaching-Jordan-P-2026-W31.xlsx", id="plain"),
        pytest.param(("../../etc/passwd",), "etc-passwd.xlsx", id="path"),
        pytest.param(("a\r\nSet-Cookie: x",), "a-Set-Cookie-x.xlsx", id="header"),
        pytest.param(("", "…"), "export.xlsx", id="nothing left"),
        pytest.param(("Zoë Ångström",), "Zoë-Ångström.xlsx", id="letters of any script"),
        pytest.param(("x\u202excod",), "xxcod.xlsx", id="hidden direction"),
    ],
)
def test_file_names_are_harmless(parts: tuple[str, ...], expected: str):
    assert file_name(*parts, suffix=".xlsx") == expected


def test_ampersands_in_headers_are_not_commands():
    assert header_text("R&D &P") == "R&&D &&P"


@given(anything)
def test_headers_stay_short_even_when_ampersands_double(text: str):
    assert len(header_text(text * 9)) <= 100


def test_a_long_line_ends_in_an_ellipsis():
    assert one_line("one  two\nthree", 9) == "one two…"

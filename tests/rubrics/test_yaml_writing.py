"""Writing: what is written reads back the same, and the fingerprint names content, not layout."""

import hashlib
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given

from rubrics import Declared, RubricError, document, dump_yaml, fingerprint, library, load_yaml
from tests.rubrics.builders import criterion, rubric, section, steps
from tests.rubrics.strategies import versions

TINY = rubric(section("all", criterion("tone", Fraction(5, 2), steps(1, 0)), weight=1), pass_mark=Fraction(80))

# Written by hand after the published form: names sorted, no spaces, numbers as exact fractions, nothing empty.
TINY_CANONICAL = (
    '{"arithmetic":"sections","critical_effect":"zero","format":1,"key":"trial","method":"additive","na_rule":"removed",'
    '"name":"Trial","pass_mark":"80","sections":[{"bonus":false,"criteria":[{"key":"tone","na_allowed":true,'
    '"name":"Tone","question":"How was tone?","scale":{"kind":"binary","levels":['
    '{"comment_required":false,"evidence_required":false,"key":"p1","name":"Level 1","points":"1"},'
    '{"comment_required":false,"evidence_required":false,"key":"p0","name":"Level 0","points":"0"}]},'
    '"weight":"5/2"}],"key":"all","name":"All","weight":"1"}],"version":"1.0"}'
)


@given(versions(worded=True))
def test_what_is_written_reads_back_the_same(version):
    text = dump_yaml(version)

    assert load_yaml(text) == version
    assert dump_yaml(load_yaml(text)) == text


@pytest.mark.parametrize("name", sorted(library()))
def test_a_library_rubric_reads_back_the_same(name):
    version = load_yaml(library()[name])

    assert load_yaml(dump_yaml(version)) == version


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("word " * 40 + "end", id="long"),
        pytest.param("two  spaces " * 20 + "end", id="long with double spaces"),
        pytest.param("tab\tand " * 20 + "end", id="long with tabs"),
        pytest.param("word " * 700 + "end", id="as long as a text may be"),
        pytest.param("a  b " * 700 + "end", id="as long, with double spaces"),
        pytest.param("short\n" + "word " * 700 + "end", id="a line longer than a file's line may be"),
        pytest.param("first line\n\n  an indented one\nlast", id="several lines"),
        pytest.param("# no comment: 'quotes' and \"more\" {a: b}", id="signs"),
        pytest.param("漢字 emoji 😀 ŻÓŁĆ", id="scripts"),
    ],
)
def test_texts_keep_every_character(text):
    version = replace(TINY, description=text)

    assert load_yaml(dump_yaml(version)).description == text


def test_numbers_keep_their_exact_value():
    version = rubric(
        section("all", criterion("tone", "1/3", steps("12.5", "0.000000001", 0))), pass_mark=Fraction("79.95")
    )

    text = dump_yaml(version)

    assert "weight: 1/3" in text
    assert "points: 12.5" in text
    assert "points: 0.000000001" in text
    assert "pass_mark: 79.95" in text
    assert load_yaml(text) == version


def test_the_fingerprint_is_the_digest_of_the_canonical_form():
    assert fingerprint(TINY) == hashlib.sha256(TINY_CANONICAL.encode()).hexdigest()


def test_layout_and_comments_do_not_change_the_fingerprint():
    text = dump_yaml(TINY)
    other = "# a remark\n" + text.replace("pass_mark: 80", "pass_mark:   80.0  # percent").replace("Tone", '"Tone"')

    assert fingerprint(load_yaml(other)) == fingerprint(TINY)


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(TINY, minor=1), id="version"),
        pytest.param(replace(TINY, pass_mark=Fraction("80.001")), id="pass mark"),
        pytest.param(replace(TINY, cap=Fraction(100)), id="cap"),
        pytest.param(replace(TINY, na_rule="mean"), id="N/A rule"),
        pytest.param(replace(TINY, sections=(*TINY.sections, section("more", criterion("x")))), id="a section more"),
        pytest.param(replace(TINY, sections=(replace(TINY.sections[0], channels=("chat",)),)), id="channels"),
    ],
)
def test_any_change_of_content_changes_the_fingerprint(other):
    assert fingerprint(other) != fingerprint(TINY)


def test_a_declared_split_is_written_and_read():
    version = rubric(
        section("all", criterion("clear"), criterion("short")),
        lineage=(Declared(kind="split", old=("writing",), new=("clear", "short")),),
    )

    assert load_yaml(dump_yaml(version)) == version


def test_an_unusable_version_is_not_written():
    with pytest.raises(RubricError, match="twice"):
        dump_yaml(rubric(section("all", criterion("tone"), criterion("tone"))))


@pytest.mark.parametrize("name", [" padded ", "bell\a", "x" * 500], ids=["padded", "control character", "too long"])
def test_a_text_that_could_not_be_read_back_is_not_written(name):
    with pytest.raises(RubricError):
        dump_yaml(replace(TINY, name=name))


def test_the_document_names_nothing_empty():
    assert set(document(TINY)) == {
        "format",
        "key",
        "name",
        "version",
        "pass_mark",
        "arithmetic",
        "method",
        "na_rule",
        "critical_effect",
        "sections",
    }


@pytest.mark.parametrize(
    "word", ["1e9", "0o17", "0x1F", "1.5", "007", "+.inf", ".nan", "~", "null", "true", "no", "=", "12:30:45"]
)
def test_a_name_that_looks_like_something_else_is_written_in_quotes(word):
    named = replace(TINY, name=word)

    assert load_yaml(dump_yaml(named)) == named
